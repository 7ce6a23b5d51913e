//! From statements to one resolved fact: tiers, age, supersession, dispute and conflict.
//!
//! The steps are those of `rulebook/README.md`, "Facts", and carry its numbers.

use std::cmp::Reverse;

use chrono::{Days, NaiveDate};

use crate::domain::{Tier, UnknownReason};

use super::{
    value::{FactState, Value},
    vocabulary::FactSpec,
};

/// Whom a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// The provider.
    Provider,
    /// The site that is looked at.
    Site,
}

/// One statement about one fact, in the compact form that the engine reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The statement's number within its provider.
    pub n: u32,
    /// Whom it is about.
    pub about: About,
    /// The value; `None` = the statement says that it is not known.
    pub value: Option<Value>,
    /// Why it is not known.
    pub reason: Option<UnknownReason>,
    /// Its strongest evidence; `None` = it has none, and backs no value.
    pub tier: Option<Tier>,
    /// The day that it speaks of; `None` = before every dated one.
    pub observed_on: Option<NaiveDate>,
    /// The last day on which it counts, in place of the fact's age limit.
    pub valid_until: Option<NaiveDate>,
    /// It was taken back.
    pub withdrawn: bool,
}

/// A fact after resolution, with where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What the rules read.
    pub state: FactState,
    /// The tier of the deciding statement; the weakest of them where open sets were united.
    pub tier: Option<Tier>,
    /// The day that the deciding statement speaks of; the oldest where sets were united.
    pub observed_on: Option<NaiveDate>,
    /// The last day on which the value counts.
    pub valid_until: Option<NaiveDate>,
    /// The deciding statement.
    pub n: Option<u32>,
    /// Further statements whose sets were united with it.
    pub with: Vec<u32>,
    /// A signed statement that contradicts an adverse capture and does not count yet: the value
    /// is shown with "the provider disputes this".
    pub disputed_by: Option<u32>,
    /// Statements below their tier, which are shown as claims.
    pub claims: Vec<u32>,
    /// The statement that decided until it aged, where the fact is stale.
    pub aged: Option<Aged>,
}

/// What a stale fact said while its evidence lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aged {
    /// The statement's number.
    pub n: u32,
    /// Its value.
    pub value: Value,
    /// The value is adverse: a published flag that rested on it reads "evidence expired".
    pub adverse: bool,
}

impl Resolved {
    /// A fact without a value.
    #[must_use]
    pub const fn unknown(reason: UnknownReason) -> Self {
        Self {
            state: FactState::Unknown(reason),
            tier: None,
            observed_on: None,
            valid_until: None,
            n: None,
            with: Vec::new(),
            disputed_by: None,
            claims: Vec::new(),
            aged: None,
        }
    }

    /// A value that needs no statement, such as the state of an address.
    #[must_use]
    pub const fn given(value: Value) -> Self {
        let mut fact = Self::unknown(UnknownReason::NeverAsked);
        fact.state = FactState::Known(value);
        fact
    }
}

/// What was taken back, what only opens a review and what lies ahead does not count.
fn dropped(claim: &Claim, as_of: NaiveDate) -> bool {
    claim.withdrawn
        || matches!(claim.tier, Some(Tier::E5 | Tier::E6))
        || claim.observed_on.is_some_and(|on| on > as_of)
}

/// Undated statements stand before every dated one.
fn day(claim: &Claim) -> NaiveDate {
    claim.observed_on.unwrap_or(NaiveDate::MIN)
}

impl FactSpec {
    /// Resolves the statements about this fact on a day.
    #[must_use]
    pub fn resolve(&self, claims: &[Claim], as_of: NaiveDate) -> Resolved {
        match claims {
            [only] => self.resolve_one(only, as_of),
            _ => self.resolve_all(claims, as_of),
        }
    }

    /// The same for one statement, which nothing can supersede: most facts have no more.
    fn resolve_one(&self, claim: &Claim, as_of: NaiveDate) -> Resolved {
        if dropped(claim, as_of) {
            return Resolved::unknown(UnknownReason::NeverAsked);
        }
        let (reaches, lasting) = (self.reaches(claim), !self.expired(claim, as_of));
        if let Some(value) = claim.value.filter(|_| reaches && lasting) {
            return self.with_value(Merged::new(claim, value), std::iter::empty());
        }
        let history: &[&Claim] = if reaches { &[claim] } else { &[] };
        let mut fact = self.without_value(&[claim], history);
        fact.claims.extend((claim.value.is_some() && !reaches && lasting).then_some(claim.n));
        fact
    }

    fn resolve_all(&self, claims: &[Claim], as_of: NaiveDate) -> Resolved {
        // (1) What was taken back, what only opens a review and what lies ahead.
        let mut live: Vec<&Claim> = claims.iter().filter(|claim| !dropped(claim, as_of)).collect();
        // (2) The site before the provider, where the site has something that is accepted.
        if self.site_first()
            && live.iter().any(|c| c.about == About::Site && self.accepts(c, as_of))
        {
            live.retain(|claim| claim.about == About::Site);
        }
        // On one day the strongest is the last, so that the numbers decide nothing.
        live.sort_by_key(|claim| (day(claim), Reverse(rank(claim)), claim.n));

        // (3) What reaches its tier, aged or not: the aged ones still say what superseded what.
        let held = self.held(&live, as_of);
        let history: Vec<&Claim> = live
            .iter()
            .filter(|claim| self.reaches(claim) && !held.iter().any(|h| h.n == claim.n))
            .copied()
            .collect();
        let lasting = |claim: &&&Claim| !self.expired(claim, as_of);
        let accepted: Vec<&Claim> = history.iter().filter(lasting).copied().collect();

        let mut fact = match self.fold(&accepted) {
            Standing::Nothing => self.without_value(&live, &history),
            Standing::Conflict => Resolved::unknown(UnknownReason::Conflicting),
            Standing::One(one) => match self.aged_over(&one, &history, as_of) {
                Some(aged) => {
                    Resolved { aged: Some(aged), ..Resolved::unknown(UnknownReason::Stale) }
                }
                None => self.with_value(one, held.iter().filter(lasting).copied()),
            },
        };
        let below = live.iter().filter(|c| c.value.is_some() && !self.reaches(c));
        fact.claims = below.filter(lasting).map(|claim| claim.n).collect();
        fact
    }

    /// True when the statement's tier is enough for its value.
    fn reaches(&self, claim: &Claim) -> bool {
        let (Some(value), Some(tier)) = (claim.value, claim.tier) else { return false };
        let least =
            if self.is_adverse(value) { self.min_tier_adverse } else { self.min_tier_clearing };
        tier.rank() <= least.rank()
    }

    /// The last day on which the statement counts, inclusive; ages are whole days.
    fn last_day(&self, claim: &Claim) -> Option<NaiveDate> {
        let aged = || claim.observed_on?.checked_add_days(Days::new(self.max_age_days.into()));
        claim.valid_until.or_else(aged)
    }

    /// A statement with neither date has expired: nobody can say how old it is.
    fn expired(&self, claim: &Claim, as_of: NaiveDate) -> bool {
        self.last_day(claim).is_none_or(|last| as_of > last)
    }

    /// (3) Accepted: its tier is reached and it has not expired.
    fn accepts(&self, claim: &Claim, as_of: NaiveDate) -> bool {
        self.reaches(claim) && !self.expired(claim, as_of)
    }

    /// (5) The clearing E3 statements that do not count: they follow an adverse E2 capture that
    /// nothing has overcome, and no later E2 capture shows the value that they sign.
    ///
    /// A stronger clearing statement overcomes the captures, but once it has aged only those that
    /// have aged too. An adverse statement signed in between does not, or the provider could sign
    /// twice to be rid of a flag; nor does another capture on the day of the signature.
    fn held<'a>(&self, live: &[&'a Claim], as_of: NaiveDate) -> Vec<&'a Claim> {
        let reached: Vec<&Claim> = live.iter().filter(|c| self.reaches(c)).copied().collect();
        let mut captures: Vec<&Claim> = Vec::new();
        let mut held = Vec::new();
        for same_day in reached.chunk_by(|a, b| day(a) == day(b)) {
            let (adverse, clearing): (Vec<&Claim>, Vec<&Claim>) =
                same_day.iter().partition(|c| c.value.is_some_and(|value| self.is_adverse(value)));
            for claim in clearing {
                let shown = |c: &&Claim| {
                    c.tier == Some(Tier::E2)
                        && c.value == claim.value
                        && day(c) > day(claim)
                        && !self.expired(c, as_of)
                };
                if captures.is_empty() {
                    break;
                }
                if claim.tier == Some(Tier::E3) && !live.iter().any(shown) {
                    held.push(claim);
                } else if self.expired(claim, as_of) {
                    captures.retain(|capture| !self.expired(capture, as_of));
                } else {
                    captures.clear();
                }
            }
            captures.extend(adverse.iter().filter(|c| c.tier == Some(Tier::E2)));
        }
        held
    }

    /// (4) and (6): which statement stands at the end, in the order of their days. Those of one
    /// day are weighed together, so that their order decides nothing.
    fn fold<'a>(&self, claims: &[&'a Claim]) -> Standing<'a> {
        // More than one statement stands only while they conflict.
        let mut standing: Vec<Merged<'a>> = Vec::new();
        for same_day in claims.chunk_by(|a, b| day(a) == day(b)) {
            let said = Merged::of_one_day(same_day);
            if let ([current], [next]) = (standing.as_slice(), said.as_slice())
                && let Some(value) = agreed(current.value, next.value)
            {
                standing = vec![current.followed_by(next, value)];
                continue;
            }
            let outdone = |current| said.iter().all(|next| self.replaces(next, current));
            if standing.iter().all(outdone) {
                standing.clear();
            }
            standing.extend(said);
        }
        match standing.len() {
            0 => Standing::Nothing,
            1 => standing.pop().map_or(Standing::Nothing, Standing::One),
            _ => Standing::Conflict,
        }
    }

    /// True when a statement takes the place of one of an earlier day.
    fn replaces(&self, next: &Merged<'_>, current: &Merged<'_>) -> bool {
        let (later, earlier) = (next.latest, current.latest);
        let adverse_capture = later.tier == Some(Tier::E2)
            && self.is_adverse(next.value)
            && earlier.tier == Some(Tier::E3)
            && self.is_clearing(current.value);
        adverse_capture
            || rank(later) <= rank(earlier)
            || agreed(current.value, next.value).is_some()
    }

    /// The adverse statement that had replaced this value and has aged since. Without this, an
    /// older clearing statement with a long validity would come back when the capture expires;
    /// but a stale adverse fact never turns clean.
    fn aged_over(&self, now: &Merged<'_>, history: &[&Claim], as_of: NaiveDate) -> Option<Aged> {
        let Standing::One(last) = self.fold(history) else { return None };
        let adverse = self.is_adverse(last.value) && !self.is_adverse(now.value);
        (adverse && self.expired(last.latest, as_of)).then_some(Aged {
            n: last.latest.n,
            value: last.value,
            adverse: true,
        })
    }

    fn with_value<'a>(&self, one: Merged<'_>, held: impl Iterator<Item = &'a Claim>) -> Resolved {
        let all = || one.united.iter().copied().chain([one.latest]);
        let disputed_by = held.map(|claim| claim.n).last();
        Resolved {
            state: FactState::Known(one.value),
            tier: all().filter_map(|claim| claim.tier).max_by_key(|tier| tier.rank()),
            observed_on: all().filter_map(|claim| claim.observed_on).min(),
            valid_until: all().filter_map(|claim| self.last_day(claim)).min(),
            n: Some(one.latest.n),
            disputed_by: disputed_by.filter(|_| self.is_adverse(one.value)),
            with: one.united.iter().map(|claim| claim.n).collect(),
            ..Resolved::unknown(UnknownReason::NeverAsked)
        }
    }

    /// (7) Stale, else below its tier, else the reason that was given, else never asked.
    fn without_value(&self, live: &[&Claim], history: &[&Claim]) -> Resolved {
        if let Some((last, value)) = history.last().and_then(|c| Some((c, c.value?))) {
            let adverse = self.is_adverse(value);
            let aged = Some(Aged { n: last.n, value, adverse });
            return Resolved { aged, ..Resolved::unknown(UnknownReason::Stale) };
        }
        if live.iter().any(|claim| claim.value.is_some()) {
            return Resolved::unknown(UnknownReason::BelowTier);
        }
        let given = live.iter().rev().find_map(|claim| claim.reason);
        Resolved::unknown(given.unwrap_or(UnknownReason::NeverAsked))
    }
}

/// What a list of statements comes to.
enum Standing<'a> {
    Nothing,
    One(Merged<'a>),
    Conflict,
}

/// A statement that stands, with the earlier ones whose sets it was united with.
#[derive(Clone)]
struct Merged<'a> {
    value: Value,
    latest: &'a Claim,
    united: Vec<&'a Claim>,
}

impl<'a> Merged<'a> {
    const fn new(claim: &'a Claim, value: Value) -> Self {
        Self { value, latest: claim, united: Vec::new() }
    }

    /// The statements of one day, the strongest last: one where all agree, else each of them.
    fn of_one_day(claims: &[&'a Claim]) -> Vec<Self> {
        let each: Vec<Self> =
            claims.iter().filter_map(|claim| Some(Self::new(claim, claim.value?))).collect();
        let Some((first, rest)) = each.split_first() else { return each };
        let united = rest.iter().try_fold(first.clone(), |one, next| {
            let value = agreed(one.value, next.value)?;
            Some(one.followed_by(next, value))
        });
        united.map_or(each, |one| vec![one])
    }

    /// This one, followed by another that agrees. Only what the later one does not say itself
    /// still rests on the earlier ones.
    fn followed_by(&self, next: &Self, value: Value) -> Self {
        if value == next.value {
            return next.clone();
        }
        let mut united = self.united.clone();
        united.push(self.latest);
        united.extend(&next.united);
        Self { value, latest: next.latest, united }
    }
}

/// What two values say together, or `None` where they disagree.
fn agreed(one: Value, other: Value) -> Option<Value> {
    match (one, other) {
        (Value::Set(one), Value::Set(other)) => one.unite(other).map(Value::Set),
        _ => (one == other).then_some(one),
    }
}

/// 0 is the strongest; no evidence is weaker than any.
fn rank(claim: &Claim) -> u8 {
    claim.tier.map_or(u8::MAX, Tier::rank)
}

#[cfg(test)]
mod tests;
