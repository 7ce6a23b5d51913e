//! Filters as words: for each leaf, which listings pass and which are unknown.
//!
//! Three-valued: a listing that fails one filter is out, whatever else is unknown.

#![expect(
    clippy::indexing_slicing,
    reason = "leaves are at most a block, and this is the innermost loop"
)]

use std::ops::Range;

use super::{
    columns::{Column, Mask, Numbers, WORD},
    query::{Filters, Query},
    schedules::Schedules,
    segment::{Segment, day_number},
    terms::{Dimension, Term, language_terms, payer_term},
};

/// A word for each leaf of a block.
pub(super) type Words = [u64; WORD];

/// The filters of a query, resolved against a segment's columns.
pub(super) struct Plan<'a> {
    clauses: Vec<Clause<'a>>,
}

enum Clause<'a> {
    /// One of some values; `unknown` where the list is not known.
    AnyOf { values: Vec<Mask<'a>>, unknown: Option<Mask<'a>> },
    /// None of some values.
    NoneOf { values: Vec<Mask<'a>>, unknown: Option<Mask<'a>> },
    /// A number among the first distinct values.
    Below { numbers: &'a Numbers, bound: usize },
    /// A number among the other distinct values.
    From { numbers: &'a Numbers, bound: usize },
    /// Not the same on a day: numbers of the first days from a bound on, or of the last days
    /// below one.
    Differs { first: (&'a Numbers, usize), last: (&'a Numbers, usize) },
    /// Open in a minute of the week.
    Open { schedules: &'a Schedules, minute: u16 },
    /// A name that matches; it is never unknown.
    Named(Mask<'a>),
}

impl<'a> Plan<'a> {
    pub(super) fn new(query: &Query, segment: &'a Segment) -> Self {
        let mut plan = Builder { segment, clauses: Vec::new() };
        if let Some(names) = &query.names {
            plan.clauses.push(Clause::Named(segment.names.mask(names)));
        }
        plan.filters(&query.filters);
        Self { clauses: plan.clauses }
    }

    /// True where every listing passes.
    pub(super) const fn is_open(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Of some places of leaves in one block, those that pass (left in `known`) and those that
    /// are unknown. Clause by clause, so that each is a loop over neighbouring words; what lies
    /// between goes to `scratch`.
    pub(super) fn leaves(
        &self,
        leaves: Range<usize>,
        known: &mut [u64],
        unknown: &mut [u64],
        scratch: &mut [Words; 2],
    ) {
        let [passes, open] = scratch;
        let (passes, open) = (&mut passes[..known.len()], &mut open[..known.len()]);
        unknown.fill(0);
        for clause in &self.clauses {
            clause.leaves(leaves.clone(), known, passes, open);
            for (((known, unknown), passes), open) in
                known.iter_mut().zip(&mut *unknown).zip(&*passes).zip(&*open)
            {
                *known &= passes | open;
                *unknown |= open & !passes;
            }
        }
        for (known, unknown) in known.iter_mut().zip(unknown) {
            *unknown &= *known;
            *known &= !*unknown;
        }
    }

    /// Which leaves of a block may hold a listing that does not fail.
    pub(super) fn block(&self, block: usize) -> u64 {
        self.clauses.iter().fold(u64::MAX, |leaves, clause| leaves & clause.block(block))
    }
}

impl Clause<'_> {
    /// The places of leaves that pass, and those that are unknown unless they pass.
    fn leaves(&self, leaves: Range<usize>, among: &[u64], passes: &mut [u64], open: &mut [u64]) {
        passes.fill(0);
        open.fill(0);
        let add = |masks: &[Mask<'_>], into: &mut [u64]| {
            masks.iter().for_each(|mask| mask.add_leaves(leaves.clone(), into));
        };
        match self {
            Self::AnyOf { values, unknown } => {
                add(values, passes);
                add(unknown.as_slice(), open);
            }
            Self::NoneOf { values, unknown } => {
                add(values, passes);
                add(unknown.as_slice(), open);
                passes
                    .iter_mut()
                    .zip(&*open)
                    .for_each(|(passes, open)| *passes = !(*passes | open));
            }
            Self::Below { numbers, bound } => {
                numbers.below(leaves.clone(), *bound, passes);
                open.iter_mut().zip(numbers.known(leaves)).for_each(|(open, known)| *open = !known);
            }
            Self::From { numbers, bound } => {
                let known = numbers.known(leaves.clone());
                numbers.below(leaves, *bound, passes);
                for ((passes, open), known) in passes.iter_mut().zip(open).zip(known) {
                    (*passes, *open) = (known & !*passes, !known);
                }
            }
            Self::Differs { first, last } => {
                first.0.below(leaves.clone(), first.1, passes);
                last.0.below(leaves, last.1, open);
                for (passes, over) in passes.iter_mut().zip(&mut *open) {
                    *passes = !*passes | *over;
                }
                open.fill(0);
            }
            Self::Open { schedules, minute } => {
                for ((leaf, among), (passes, open)) in
                    leaves.zip(among).zip(passes.iter_mut().zip(open))
                {
                    (*passes, *open) = schedules.open(leaf, *among, *minute);
                }
            }
            Self::Named(mask) => mask.add_leaves(leaves, passes),
        }
    }

    fn block(&self, block: usize) -> u64 {
        match self {
            Self::AnyOf { values, unknown } => {
                values.iter().chain(unknown).fold(0, |bits, mask| bits | mask.block(block))
            }
            Self::Named(mask) => mask.block(block),
            Self::NoneOf { .. }
            | Self::Below { .. }
            | Self::From { .. }
            | Self::Differs { .. }
            | Self::Open { .. } => u64::MAX,
        }
    }
}

struct Builder<'a> {
    segment: &'a Segment,
    clauses: Vec<Clause<'a>>,
}

impl<'a> Builder<'a> {
    fn filters(&mut self, filters: &Filters) {
        let segment = self.segment;
        self.any(Some(Dimension::State), &filters.states, |v| Term::state(*v));
        self.any(None, &filters.statuses, |v| Term::status(*v));
        self.any(Some(Dimension::Route), &filters.routes, |v| Term::route(*v));
        self.any(Some(Dimension::Indication), &filters.indications, |v| Term::indication(*v));
        self.any(Some(Dimension::Payment), &filters.payments, |v| Term::payment(*v));
        self.any(Some(Dimension::Credential), &filters.credentials, |v| Term::credential(*v));
        self.any(Some(Dimension::CredentialTier), &filters.credential_tiers, |v| Term::tier(*v));
        self.any(Some(Dimension::Accepting), &filters.accepting, |v| Term::accepting(*v));
        self.any(Some(Dimension::Integration), filters.integration.as_slice(), |v| {
            Term::integration(*v)
        });
        self.any(Some(Dimension::FollowUp), filters.follow_up.as_slice(), |v| Term::follow_up(*v));
        self.any_text(Dimension::Language, &filters.languages, |text| {
            segment.languages.get(language_terms(text).last()?.as_str())
        });
        self.any_text(Dimension::Payer, &filters.payers, |text| {
            segment.payers.get(payer_term(text).as_str())
        });
        if !filters.payments_not.is_empty() {
            let values = self.masks(&filters.payments_not, |v| Term::payment(*v));
            let unknown = self.unknown(Dimension::Payment);
            self.clauses.push(Clause::NoneOf { values, unknown });
        }
        if let Some(cents) = filters.max_session_cents {
            self.at_most(&segment.session_cents, cents);
        }
        if let Some(cents) = filters.max_course_cents {
            self.at_most(&segment.course_cents, cents);
        }
        if let Some(date) = filters.verified_since {
            let numbers = &segment.verified;
            self.clauses.push(Clause::From { numbers, bound: numbers.rank(day_number(date)) });
        }
        if let Some(date) = filters.differs_on {
            let [first, last] = &segment.steady;
            let day = day_number(date);
            self.clauses.push(Clause::Differs {
                first: (first, first.rank(day.saturating_add(1))),
                last: (last, last.rank(day)),
            });
        }
        if let Some(minute) = filters.open_at {
            self.clauses.push(Clause::Open { schedules: &segment.schedules, minute });
        }
    }

    fn any<T>(&mut self, dimension: Option<Dimension>, wanted: &[T], term: impl Fn(&T) -> Term) {
        if !wanted.is_empty() {
            let values = self.masks(wanted, term);
            let unknown = dimension.and_then(|dimension| self.unknown(dimension));
            self.clauses.push(Clause::AnyOf { values, unknown });
        }
    }

    fn any_text(
        &mut self,
        dimension: Dimension,
        wanted: &[String],
        column: impl Fn(&str) -> Option<&'a Column>,
    ) {
        if !wanted.is_empty() {
            let leaves = self.segment.leaves;
            let columns = wanted.iter().filter_map(|text| column(text));
            let values = columns.map(|column| column.mask(leaves)).collect();
            let unknown = self.unknown(dimension);
            self.clauses.push(Clause::AnyOf { values, unknown });
        }
    }

    fn masks<T>(&self, wanted: &[T], term: impl Fn(&T) -> Term) -> Vec<Mask<'a>> {
        let columns = wanted.iter().filter_map(|v| self.segment.terms.get(term(v).index()));
        columns.filter(|c| !c.is_empty()).map(|c| c.mask(self.segment.leaves)).collect()
    }

    fn unknown(&self, dimension: Dimension) -> Option<Mask<'a>> {
        let column = self.segment.unknown(dimension).filter(|column| !column.is_empty())?;
        Some(column.mask(self.segment.leaves))
    }

    fn at_most(&mut self, numbers: &'a Numbers, greatest: u32) {
        let bound = greatest.checked_add(1).map_or(usize::MAX, |above| numbers.rank(above));
        self.clauses.push(Clause::Below { numbers, bound });
    }
}
