//! Items within a provider: their numbers, and what becomes of those that are no longer stated.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::domain::{
    flag::Flag,
    offer::{Coverage, Credential, Payment, Price},
    provider::{Evidence, Kept, Origin, Provider, Statement, standing},
};

/// Gives items their numbers and takes back what is no longer stated.
pub(super) struct Items {
    pub(super) next_n: u32,
    by: Origin,
    as_of: NaiveDate,
    /// Positions of evidence that a person has withdrawn.
    refused: HashSet<u32>,
}

impl Items {
    pub(super) fn new(provider: &Provider, by: Origin, as_of: NaiveDate) -> Self {
        let refused = positions(&provider.evidence, Kept::withdrawn_by_person).collect();
        Self { next_n: provider.next_n, by, as_of, refused }
    }

    fn keep<T>(&mut self, item: T) -> Kept<T> {
        let n = self.next_n;
        self.next_n = n.saturating_add(1);
        Kept::new(n, self.by, item)
    }

    /// Makes the standing items of a file those that it states now.
    pub(super) fn replace<T: Cites + Clone + PartialEq>(
        &mut self,
        kept: &mut Vec<Kept<T>>,
        mut stated: Vec<T>,
    ) {
        let refused = std::mem::take(&mut self.refused);
        if !refused.is_empty() {
            stated.retain_mut(|item| {
                let cited = !item.evidence().is_empty();
                item.cite_without(&refused);
                !cited || !item.evidence().is_empty()
            });
        }
        // An item is the same whether or not it still cites what a person has withdrawn.
        let same = |known: &T, item: &T| {
            known == item || {
                let mut known = known.clone();
                known.cite_without(&refused);
                !refused.is_empty() && known == *item
            }
        };
        let before = kept.len();
        let mut confirmed = vec![false; before];
        // A file seldom changes its order, so the next match is mostly behind the last one.
        let mut cursor = 0;
        for item in stated {
            let matches = |kept: &Kept<T>| {
                (kept.stands() || kept.withdrawn_by_person()) && same(&kept.item, &item)
            };
            let ahead =
                kept.iter().skip(cursor).position(matches).map(|at| at.saturating_add(cursor));
            match ahead.or_else(|| kept.iter().take(cursor).position(matches)) {
                Some(at) => {
                    cursor = at.saturating_add(1);
                    if let Some(mark) = confirmed.get_mut(at) {
                        *mark = true;
                    }
                }
                None => kept.push(self.keep(item)),
            }
        }
        for (kept, confirmed) in kept.iter_mut().zip(confirmed) {
            if !confirmed && kept.by == Origin::File && kept.stands() {
                kept.withdraw(Origin::File, self.as_of);
            }
        }
        self.refused = refused;
    }

    /// Adds evidence that is new; where each piece of the file stands in the grown list.
    pub(super) fn evidence(
        &mut self,
        kept: &mut Vec<Kept<Evidence>>,
        stated: Vec<Evidence>,
    ) -> Positions {
        let mut positions = Vec::with_capacity(stated.len());
        for item in stated {
            let standing = kept.iter().position(|kept| kept.stands() && kept.item == item);
            let known = standing.or_else(|| kept.iter().position(|kept| kept.item == item));
            let at = match known {
                Some(at) => {
                    if let Some(known) = kept.get_mut(at).filter(|k| !k.withdrawn_by_person()) {
                        known.withdrawn_on = None;
                        known.withdrawn_by = None;
                    }
                    at
                }
                None => {
                    kept.push(self.keep(item));
                    kept.len().saturating_sub(1)
                }
            };
            positions.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        Positions(positions)
    }
}

/// Where the file's pieces of evidence stand in the provider's list.
pub(super) struct Positions(Vec<u32>);

impl Positions {
    pub(super) fn renumber<T: Cites>(&self, items: &mut [T]) {
        for item in items {
            item.recite(|position| {
                let at = usize::try_from(position).ok().and_then(|at| self.0.get(at));
                Some(at.copied().unwrap_or(u32::MAX))
            });
        }
    }
}

/// The positions of those pieces of evidence that are so.
fn positions(
    evidence: &[Kept<Evidence>],
    so: impl Fn(&Kept<Evidence>) -> bool,
) -> impl Iterator<Item = u32> {
    let numbered = evidence.iter().zip(0_u32..);
    numbered.filter(move |(kept, _)| so(kept)).map(|(_, at)| at)
}

/// Withdraws the file's evidence that the file no longer names and nothing cites.
pub(super) fn withdraw_idle_evidence(
    provider: &mut Provider,
    positions: &Positions,
    as_of: NaiveDate,
) {
    let mut used: HashSet<u32> = positions.0.iter().copied().collect();
    used.extend(cited(provider));
    for (kept, at) in provider.evidence.iter_mut().zip(0_u32..) {
        if !used.contains(&at) && kept.by == Origin::File && kept.stands() {
            kept.withdraw(Origin::File, as_of);
        }
    }
}

/// The evidence that anything that stands leans on.
pub(crate) fn cited(provider: &Provider) -> impl Iterator<Item = u32> {
    fn of<T: Cites>(kept: &[Kept<T>]) -> impl Iterator<Item = u32> {
        standing(kept).flat_map(|item| item.evidence().iter().copied())
    }
    let sites = provider.sites.iter();
    let of_sites =
        sites.flat_map(|site| of(&site.facts).chain(of(&site.prices)).chain(of(&site.credentials)));
    of(&provider.facts).chain(of(&provider.prices)).chain(of_sites)
}

/// An item that leans on evidence, by its positions in the provider's list, or on none.
pub(crate) trait Cites {
    /// The positions.
    fn evidence(&self) -> &[u32];

    /// Gives each position another, or drops it.
    fn recite(&mut self, other: impl Fn(u32) -> Option<u32>);

    /// Drops these positions.
    fn cite_without(&mut self, dropped: &HashSet<u32>) {
        if self.evidence().iter().any(|at| dropped.contains(at)) {
            self.recite(|at| (!dropped.contains(&at)).then_some(at));
        }
    }
}

macro_rules! cites {
    ($($item:ty),+) => {
        $(impl Cites for $item {
            fn evidence(&self) -> &[u32] {
                &self.evidence
            }

            fn recite(&mut self, other: impl Fn(u32) -> Option<u32>) {
                self.evidence = self.evidence.iter().copied().filter_map(other).collect();
                self.evidence.sort_unstable();
                self.evidence.dedup();
            }
        })+
    };
}

cites!(Statement, Price, Credential);

macro_rules! cites_nothing {
    ($($item:ty),+) => {
        $(impl Cites for $item {
            fn evidence(&self) -> &[u32] {
                &[]
            }

            fn recite(&mut self, _: impl Fn(u32) -> Option<u32>) {}
        })+
    };
}

cites_nothing!(Payment, Coverage, Flag);
