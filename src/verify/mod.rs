//! Checks a public log as a stranger would. It shares no code with what writes the log but the
//! hash function and the signature scheme themselves: a mistake in the one would otherwise be
//! made by the other too, and nobody would see it.
//!
//! The root is computed as RFC 6962 defines it, by splitting the list of leaves; nothing is
//! taken from tiles or proofs.

mod head;
mod record;

use sha2::{Digest, Sha256};

pub use head::{Head, Key};
pub use record::{Differences, Listing, States};

/// A SHA-256.
type Hash = [u8; 32];

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

impl Fault {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The leaves of a log, in their order.
#[derive(Debug, Default)]
pub struct Leaves {
    hashes: Vec<Hash>,
    withdrawn: u64,
}

impl Leaves {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(u64::MAX)
    }

    /// Of how many the payload was withdrawn.
    #[must_use]
    pub const fn withdrawn(&self) -> u64 {
        self.withdrawn
    }

    /// Takes the next entry in, and checks that its leaf commits to its payload.
    ///
    /// # Errors
    /// An entry out of its turn, a leaf without a commitment, or another payload.
    pub fn take(
        &mut self,
        index: u64,
        leaf: &str,
        opening: Option<(&[u8], &str)>,
    ) -> Result<(), Fault> {
        if index != self.count() {
            return Err(Fault(format!("entry {} is missing", self.count())));
        }
        match opening {
            None => self.withdrawn += 1,
            Some((salt, payload)) => {
                let bound: Hash =
                    Sha256::new().chain_update(salt).chain_update(payload).finalize().into();
                let said = serde_json::from_str::<serde_json::Value>(leaf).ok();
                let said = said.as_ref().and_then(|leaf| leaf.get("commitment")?.as_str());
                let digits: String = bound.iter().map(|byte| format!("{byte:02x}")).collect();
                if said != Some(&digits) {
                    return Err(Fault(format!(
                        "entry {index}: its leaf commits to something else"
                    )));
                }
            }
        }
        self.hashes.push(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into());
        Ok(())
    }

    /// The root of the tree of the first `size` leaves; none where there are not so many.
    #[must_use]
    pub fn root(&self, size: u64) -> Option<Hash> {
        Some(root(self.hashes.get(..usize::try_from(size).ok()?)?))
    }

    /// Checks that a signed head is that of these leaves.
    ///
    /// # Errors
    /// More leaves were signed than there are, or others.
    pub fn expect(&self, head: &Head, named: &str) -> Result<(), Fault> {
        let size = head.size;
        match self.root(size) {
            None => {
                Err(Fault(format!("{named} covers {size} entries, and there are {}", self.count())))
            }
            Some(root) if root != head.root => {
                Err(Fault(format!("the first {size} entries are not those that {named} covers")))
            }
            Some(_) => Ok(()),
        }
    }

    /// Checks that a tile holds what these leaves give. `level` 0 holds hashes of leaves, each
    /// level above the roots of 256 hashes of the one below.
    ///
    /// # Errors
    /// It holds something else, or is shorter.
    pub fn expect_tile(&self, level: u32, index: u64, bytes: &[u8]) -> Result<(), Fault> {
        let named =
            || Fault(format!("tile {index} of level {level} does not hold what the entries give"));
        let span = 256_u64.checked_pow(level).ok_or_else(named)?;
        let mut first =
            index.checked_mul(256).and_then(|at| at.checked_mul(span)).ok_or_else(named)?;
        if bytes.len() % 32 != 0 {
            return Err(named());
        }
        for hash in bytes.chunks(32) {
            let part = usize::try_from(first).ok().zip(usize::try_from(first + span).ok());
            let leaves = part.and_then(|(from, to)| self.hashes.get(from..to)).ok_or_else(named)?;
            if root(leaves) != *hash {
                return Err(named());
            }
            first += span;
        }
        Ok(())
    }

    /// Checks that a bundle of entries holds these leaves, from the first of tile `index` on.
    ///
    /// # Errors
    /// It holds others, or another number of them.
    pub fn expect_bundle(&self, index: u64, width: u64, bytes: &[u8]) -> Result<(), Fault> {
        let named = || Fault(format!("bundle {index} does not hold the entries"));
        let from = usize::try_from(index * 256).map_err(|_too_large| named())?;
        let width = usize::try_from(width).map_err(|_too_large| named())?;
        let mut rest = bytes;
        for expected in self.hashes.get(from..from + width).ok_or_else(named)? {
            let (length, behind) = rest.split_at_checked(2).ok_or_else(named)?;
            let length = <[u8; 2]>::try_from(length).map(u16::from_be_bytes);
            let length = length.map_err(|_impossible| named())?;
            let (leaf, behind) = behind.split_at_checked(usize::from(length)).ok_or_else(named)?;
            let hash: Hash = Sha256::new().chain_update([0]).chain_update(leaf).finalize().into();
            if hash != *expected {
                return Err(named());
            }
            rest = behind;
        }
        if rest.is_empty() { Ok(()) } else { Err(named()) }
    }
}

/// The root above hashes of leaves: that of nothing is the hash of nothing, that of one is itself,
/// and that of more is above the largest power of two that is less, and the rest.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let half = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(half);
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}
