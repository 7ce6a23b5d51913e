//! Tiles: 256 hashes of one height side by side, and the paths at which they are served.
//!
//! Source: C2SP tlog-tiles. A tile of level `l` holds hashes of subtrees of `256^l` leaves; a
//! bundle holds the leaves themselves.

use std::{collections::HashMap, fmt};

use super::{
    hash::{Hash, fold},
    tree::Subtrees,
};

/// How many hashes a full tile holds.
pub const WIDTH: u64 = 256;

/// The height of the subtree that a full tile spans.
const HEIGHT: u32 = 8;

/// The highest level that a path may name.
const TOP: u8 = 63;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// The leaves themselves, each with its length before it.
    Entries,
    /// Hashes of a level.
    Hashes(u8),
}

/// One tile, whole or partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileId {
    /// What is in it.
    pub content: Content,
    /// Its number within its level.
    pub index: u64,
    /// How many hashes or entries it holds, 1 to 256.
    pub width: u64,
}

impl TileId {
    /// Reads a path as it follows `/tile/`, as in `0/x001/x234/067` or `entries/000.p/3`.
    #[must_use]
    pub fn parse(level: &str, rest: &str) -> Option<Self> {
        let content = match level {
            "entries" => Content::Entries,
            text => Content::Hashes(u8::try_from(plain(text)?).ok().filter(|level| *level <= TOP)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => {
                (number, plain(width).filter(|width| (1..WIDTH).contains(width))?)
            }
            None => (rest, WIDTH),
        };
        let mut index: u64 = 0;
        let mut groups = number.split('/').peekable();
        let mut first = true;
        while let Some(group) = groups.next() {
            let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let value: u64 = digits.parse().ok()?;
            // One number has one path.
            if first && value == 0 && groups.peek().is_some() {
                return None;
            }
            first = false;
            index = index.checked_mul(1_000)?.checked_add(value)?;
        }
        Some(Self { content, index, width })
    }

    /// How many of its hashes or entries a tree of `size` leaves has.
    #[must_use]
    pub const fn width_at(&self, size: u64) -> u64 {
        let level = match self.content {
            Content::Entries => 0,
            Content::Hashes(level) => level,
        };
        width_at(level, self.index, size)
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Entries => f.write_str("entries/")?,
            Content::Hashes(level) => write!(f, "{level}/")?,
        }
        let mut groups = vec![format!("{:03}", self.index % 1_000)];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1_000));
            rest /= 1_000;
        }
        groups.reverse();
        f.write_str(&groups.join("/"))?;
        if self.width < WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// A whole number as the paths write it: decimal, without a sign or a leading zero.
fn plain(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| digits && !leading)
}

/// How many hashes the tile `index` of a level has in a tree of `size` leaves.
#[must_use]
pub const fn width_at(level: u8, index: u64, size: u64) -> u64 {
    let mut hashes = size;
    let mut down = level;
    while down > 0 {
        hashes /= WIDTH;
        down -= 1;
    }
    let before = index.saturating_mul(WIDTH);
    let left = hashes.saturating_sub(before);
    if left > WIDTH { WIDTH } else { left }
}

/// Every tile of hashes of a tree of `size` leaves, level by level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = TileId> {
    (0..=TOP).flat_map(move |level| {
        (0..)
            .map(move |index| TileId {
                content: Content::Hashes(level),
                index,
                width: width_at(level, index, size),
            })
            .take_while(|tile| tile.width > 0)
    })
}

/// A tile that holds fewer hashes than the tree needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tile {index} of level {level} of the public log is damaged")]
pub struct Damaged {
    /// The level.
    pub level: u8,
    /// The tile's number.
    pub index: u64,
}

/// A tree whose hashes are read tile by tile, each tile once.
#[derive(Debug)]
pub struct Tiles<R> {
    size: u64,
    read: R,
    known: HashMap<(u8, u64), Vec<Hash>>,
}

impl<R> Tiles<R> {
    /// A tree of `size` leaves. `read` gives the hashes of a tile: its level, its number, and how
    /// many of them are wanted.
    pub fn new(size: u64, read: R) -> Self {
        Self { size, read, known: HashMap::new() }
    }
}

impl<E, R> Subtrees for Tiles<R>
where
    E: From<Damaged>,
    R: FnMut(u8, u64, u64) -> Result<Vec<Hash>, E>,
{
    type Error = E;

    fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, E> {
        let level = u8::try_from(height / HEIGHT).unwrap_or(TOP);
        let within = height % HEIGHT;
        let first = index << within;
        let tile = first / WIDTH;
        let damaged = || E::from(Damaged { level, index: tile });
        if !self.known.contains_key(&(level, tile)) {
            let hashes = (self.read)(level, tile, width_at(level, tile, self.size))?;
            self.known.insert((level, tile), hashes);
        }
        let begin = usize::try_from(first % WIDTH).map_err(|_impossible| damaged())?;
        let hashes =
            self.known.get(&(level, tile)).and_then(|t| t.get(begin..begin + (1 << within)));
        hashes.and_then(fold).ok_or_else(damaged)
    }
}
