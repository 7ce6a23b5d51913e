//! Values and facts in the compact form that the engine reads.

use crate::domain::UnknownReason;

use super::vocabulary::FactId;

/// A known value; codes are positions in the fact's list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// Of a `tri` fact.
    Bool(bool),
    /// Of an `int` fact, in its unit.
    Int(i64),
    /// Of an `enum` fact.
    Code(u8),
    /// Of a `set` fact.
    Set(SetValue),
}

/// The members that are known, and whether there are others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetValue {
    /// One bit for each code.
    pub members: u64,
    /// True when there are no other members.
    pub complete: bool,
}

/// The bit that stands for a code. Vocabularies have at most 64 codes a fact.
#[must_use]
pub fn bit(code: u8) -> u64 {
    1_u64.wrapping_shl(u32::from(code))
}

impl SetValue {
    /// True when the code is a known member.
    #[must_use]
    pub fn has(self, code: u8) -> bool {
        self.members & bit(code) != 0
    }

    /// What two sets say together, or `None` where a complete one lacks a member of the other.
    #[must_use]
    pub const fn unite(self, other: Self) -> Option<Self> {
        let members = self.members | other.members;
        let lacks = (self.complete && members != self.members)
            || (other.complete && members != other.members);
        if lacks {
            return None;
        }
        Some(Self { members, complete: self.complete || other.complete })
    }
}

/// What is known of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactState {
    /// A value.
    Known(Value),
    /// No value, with the reason.
    Unknown(UnknownReason),
}

impl FactState {
    /// The value, where there is one.
    #[must_use]
    pub const fn known(self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why a rule that needs more of this fact does not have it. Of an open set some members are
    /// known; whether there are others was looked for and not found.
    #[must_use]
    pub const fn gap(self) -> UnknownReason {
        match self {
            Self::Known(_) => UnknownReason::NotFound,
            Self::Unknown(reason) => reason,
        }
    }
}

/// What is known of every fact of a vocabulary; what nobody set was never asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts(Box<[FactState]>);

impl Facts {
    /// Facts of which nothing is known. `count` is the vocabulary's size.
    #[must_use]
    pub fn unknown(count: usize) -> Self {
        Self(vec![FactState::Unknown(UnknownReason::NeverAsked); count].into())
    }

    /// One fact.
    #[must_use]
    pub fn get(&self, id: FactId) -> FactState {
        self.0.get(id.index()).copied().unwrap_or(FactState::Unknown(UnknownReason::NeverAsked))
    }

    /// Says what is known of one fact.
    pub fn set(&mut self, id: FactId, state: FactState) {
        if let Some(slot) = self.0.get_mut(id.index()) {
            *slot = state;
        }
    }
}

impl FromIterator<FactState> for Facts {
    fn from_iter<I: IntoIterator<Item = FactState>>(states: I) -> Self {
        Self(states.into_iter().collect())
    }
}
