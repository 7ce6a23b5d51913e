//! Roots and proofs of the tree, from the hashes of its finished parts.
//!
//! Source: RFC 6962 sections 2.1 to 2.1.2; the checks are those of RFC 9162 sections 2.1.3.2 and
//! 2.1.4.2.

use super::hash::{Hash, empty_root, node_hash};

/// Knows the hashes of the finished parts of a tree.
pub trait Subtrees {
    /// Why a hash cannot be had.
    type Error;

    /// The hash of the finished subtree of `2^height` leaves that begins at leaf
    /// `index * 2^height`.
    ///
    /// # Errors
    /// Where it is not known or cannot be read.
    fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The largest power of two below a number that is at least 2.
const fn split(len: u64) -> u64 {
    let below = len.saturating_sub(1);
    if below == 0 { 0 } else { 1 << (63 - below.leading_zeros()) }
}

/// The hash above the leaves `begin .. begin + len`, for a part that splits as the tree does.
fn part<S: Subtrees>(tree: &mut S, begin: u64, len: u64) -> Result<Hash, S::Error> {
    if len == 0 {
        return Ok(empty_root());
    }
    if len.is_power_of_two() {
        let height = len.trailing_zeros();
        return tree.subtree(height, begin >> height);
    }
    let left = split(len);
    let (one, other) = (part(tree, begin, left)?, part(tree, begin + left, len - left)?);
    Ok(node_hash(&one, &other))
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
/// Those of the tree.
pub fn root<S: Subtrees>(tree: &mut S, size: u64) -> Result<Hash, S::Error> {
    part(tree, 0, size)
}

/// The hashes that prove that a leaf is at `index` of the tree of `size` leaves, from the leaf
/// upwards; `None` where the tree has no such leaf.
///
/// # Errors
/// Those of the tree.
pub fn inclusion<S: Subtrees>(
    tree: &mut S,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, S::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut begin, mut len) = (0, size);
    let mut path = Vec::new();
    while len > 1 {
        let left = split(len);
        if index - begin < left {
            path.push(part(tree, begin + left, len - left)?);
            len = left;
        } else {
            path.push(part(tree, begin, left)?);
            begin += left;
            len -= left;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// The hashes that prove that the tree of `old` leaves is the beginning of that of `new`;
/// `None` where it is longer. From or to nothing, and from a tree to itself, nothing is needed.
///
/// # Errors
/// Those of the tree.
pub fn consistency<S: Subtrees>(
    tree: &mut S,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, S::Error> {
    if old > new {
        return Ok(None);
    }
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(Some(path));
    }
    let (mut begin, mut len, mut whole) = (0, new, true);
    while begin + len != old {
        let left = split(len);
        if old - begin <= left {
            path.push(part(tree, begin + left, len - left)?);
            len = left;
        } else {
            path.push(part(tree, begin, left)?);
            begin += left;
            len -= left;
            whole = false;
        }
    }
    if !whole {
        path.push(part(tree, begin, len)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// True where the path proves that the leaf is at `index` of the tree with this size and root.
#[must_use]
pub fn includes(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at % 2 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// True where the path proves that the old tree is the beginning of the new one.
#[must_use]
pub fn extends(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    path: &[Hash],
) -> bool {
    if old > new {
        return false;
    }
    if old == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let mut steps = path.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at % 2 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut small, mut large) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            small = node_hash(step, &small);
            large = node_hash(step, &large);
            while at % 2 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            large = node_hash(&large, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && small == *old_root && large == *new_root
}

/// The right edge of a growing tree: takes leaf by leaf, knows the root at any time, and keeps
/// one hash for each finished part.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    /// The finished parts, the largest first.
    parts: Vec<Hash>,
}

impl Frontier {
    /// How many leaves it has taken.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut carry = self.size;
        while carry % 2 == 1 {
            if let Some(left) = self.parts.pop() {
                hash = node_hash(&left, &hash);
            }
            carry >>= 1;
        }
        self.parts.push(hash);
        self.size += 1;
    }

    /// The root of what it has taken.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut parts = self.parts.iter().rev();
        let Some(last) = parts.next() else { return empty_root() };
        parts.fold(*last, |right, left| node_hash(left, &right))
    }
}
