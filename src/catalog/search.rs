//! One walk through a segment's tree gives the page, the exact total and what was left out.
//!
//! The walk goes to the child first that can hold the better hits. Once a page is full, a
//! node that lies inside the place and cannot better it is only counted.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "levels, nodes and leaves are bounded by the tree, and this is the innermost loop"
)]

use std::ops::Range;

use super::{
    collect::{After, Collector, Found},
    columns::{WORD, bit_of, leaf_of, places, slots_of},
    listing::ListingClass,
    plan::{Plan, Words},
    query::{LeftOut, Query, Sort},
    region::{Overlap, Region},
    segment::{RANKED, Ranks, Segment},
};

/// Nodes up to this level are looked at leaf by leaf once they lie inside the place.
const RUN_LEVEL: usize = 4;

/// Slots of a segment that newer listings replace.
#[derive(Debug, Clone, Default)]
pub(super) struct Dead {
    /// By leaf; empty where nothing is dead.
    words: Vec<u64>,
    /// Sorted, with their classes.
    slots: Vec<(u32, ListingClass)>,
}

impl Dead {
    /// Adds a slot of a segment.
    pub(super) fn add(&mut self, segment: &Segment, slot: u32) {
        let Some(class) = segment.class(slot) else { return };
        if let Err(at) = self.slots.binary_search_by_key(&slot, |(slot, _)| *slot) {
            self.slots.insert(at, (slot, class));
            self.words.resize(segment.leaves, 0);
            self.words[leaf_of(slot)] |= bit_of(slot);
        }
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.slots.binary_search_by_key(&slot, |(slot, _)| *slot).is_ok()
    }

    pub(super) const fn len(&self) -> usize {
        self.slots.len()
    }

    fn word(&self, leaf: usize) -> u64 {
        self.words.get(leaf).copied().unwrap_or_default()
    }

    fn subtract(&self, leaves: &Range<usize>, counts: &mut [u64; 8]) {
        let from = self.slots.partition_point(|(slot, _)| leaf_of(*slot) < leaves.start);
        let slots = self.slots[from..].iter();
        for (_, class) in slots.take_while(|(slot, _)| leaf_of(*slot) < leaves.end) {
            counts[usize::from(class.index())] -= 1;
        }
    }
}

/// What a segment has to say to a query.
pub(super) struct Part {
    /// The first hits after the cursor, in order, at most as many as were asked for.
    pub(super) found: Vec<Found>,
    pub(super) total: u64,
    pub(super) left_out: LeftOut,
}

/// Searches a segment for at most `most` hits.
pub(super) fn search(segment: &Segment, dead: &Dead, query: &Query, most: usize) -> Part {
    let region = Region::new(&query.place);
    let order = match (query.sort(), &region) {
        (Sort::Distance, Region::Circle(circle)) => Order::Distance(circle.vector),
        (sort, _) => {
            let at = RANKED.iter().position(|ranked| *ranked == sort).unwrap_or_default();
            Order::Rank(&segment.ranks[at])
        }
    };
    let mut walk = Walk {
        segment,
        dead,
        plan: Plan::new(query, segment),
        hidden: ListingClass::ALL.iter().filter(|class| !query.view.shows(**class)).collect(),
        include_unknown: query.include_unknown,
        after: After::new(segment, query, &region),
        collector: Collector::new(
            most,
            matches!(order, Order::Distance(_)).then_some(&*segment.spots),
        ),
        region,
        order,
        block: (usize::MAX, 0),
        known: [0; WORD],
        unknown: [0; WORD],
        scratch: [[0; WORD]; 2],
        total: 0,
        left_out: LeftOut::default(),
    };
    if let Some(level) = segment.tree.root_level() {
        let least = walk.least(level, 0);
        walk.node(level, 0, least, false);
    }
    if matches!(walk.region, Region::Everywhere) {
        walk.unplaced(segment.tree.leaves.len()..segment.leaves);
    }
    let Walk { collector, region, total, left_out, .. } = walk;
    Part { found: collector.finish(segment, &region), total, left_out }
}

/// What hits are ordered by within a segment.
enum Order<'a> {
    /// The squared chord from a unit vector.
    Distance([f32; 3]),
    /// A rank.
    Rank(&'a Ranks),
}

struct Walk<'a> {
    segment: &'a Segment,
    dead: &'a Dead,
    plan: Plan<'a>,
    hidden: Vec<&'static ListingClass>,
    include_unknown: bool,
    after: After<'a>,
    collector: Collector<'a>,
    region: Region,
    order: Order<'a>,
    /// The block that was looked at last, and its leaves that may hold a match.
    block: (usize, u64),
    /// The places of the leaves under way that pass the filters, and those that are unknown.
    known: Words,
    unknown: Words,
    /// Room for what lies between two filters.
    scratch: [Words; 2],
    total: u64,
    left_out: LeftOut,
}

impl Walk<'_> {
    /// A lower bound of what hits under a node are ordered by.
    fn least(&self, level: usize, node: usize) -> u32 {
        match &self.order {
            Order::Distance(from) => {
                self.segment.tree.bounds(level, node).nearest2(*from).to_bits()
            }
            Order::Rank(ranks) => ranks.least[level][node],
        }
    }

    /// Whether a node with this lower bound may hold a hit of the page.
    fn may_better(&self, least: u32) -> bool {
        (!self.after.skips(false) && self.collector.wants(false, least))
            || (self.include_unknown && self.collector.wants(true, least))
    }

    /// Looks at a node whose hits are ordered from `least` on.
    fn node(&mut self, level: usize, node: usize, least: u32, mut inside: bool) {
        let tree = &self.segment.tree;
        if !inside {
            match self.region.overlap(tree.bounds(level, node)) {
                Overlap::Nothing => return,
                Overlap::Some => {}
                Overlap::All => inside = true,
            }
        }
        let leaves = tree.leaves_under(level, node);
        let may_better = self.may_better(least);
        if inside && !may_better {
            self.count(leaves);
        } else if inside && level <= RUN_LEVEL {
            self.run(leaves, true);
        } else if level == 0 {
            self.edge(node, may_better);
        } else if leaves.len() > WORD || self.may_match(&leaves) {
            let (first, second) = self.segment.tree.children(level, node);
            let level = level - 1;
            // No child has better hits than its parent, so where the parent's are no use any more
            // the order of the children is none either.
            let with_least =
                |child| (if may_better { self.least(level, child) } else { least }, child);
            let (mut first, mut second) = (with_least(first), second.map(with_least));
            if let Some(second) = second.as_mut().filter(|second| second.0 < first.0) {
                std::mem::swap(&mut first, second);
            }
            for (least, child) in std::iter::once(first).chain(second) {
                self.node(level, child, least, inside);
            }
        }
    }

    /// Whether some leaves of one block may hold a listing that fails no filter.
    fn may_match(&mut self, leaves: &Range<usize>) -> bool {
        let width = leaves.len().min(WORD);
        let here = u64::MAX >> (WORD - width) << (leaves.start % WORD);
        self.leaves_of_block(leaves.start / WORD) & here != 0
    }

    fn leaves_of_block(&mut self, block: usize) -> u64 {
        if self.block.0 != block {
            self.block = (block, self.plan.block(block));
        }
        self.block.1
    }

    /// Looks at the leaves after the tree.
    fn unplaced(&mut self, leaves: Range<usize>) {
        if leaves.is_empty() {
            return;
        }
        if leaves.clone().any(|leaf| self.may_better(self.least(0, leaf))) {
            self.runs(leaves, true);
        } else {
            self.count(leaves);
        }
    }

    /// Counts leaves that lie inside the place.
    fn count(&mut self, leaves: Range<usize>) {
        if self.plan.is_open() {
            let mut counts = self.segment.classes.count(&leaves);
            self.dead.subtract(&leaves, &mut counts);
            for class in &self.hidden {
                let count = &mut counts[usize::from(class.index())];
                self.left_out.by_class[usize::from(class.index())] += std::mem::take(count);
            }
            self.total += counts.iter().sum::<u64>();
            return;
        }
        self.runs(leaves, false);
    }

    /// Looks at leaves that lie inside the place, block by block.
    fn runs(&mut self, leaves: Range<usize>, may_better: bool) {
        let mut start = leaves.start;
        while start < leaves.end {
            let end = leaves.end.min((start / WORD + 1) * WORD);
            self.run(start..end, may_better);
            start = end;
        }
    }

    /// Looks at leaves of one block that lie inside the place: counts them, and gathers their
    /// hits where they may better the page.
    fn run(&mut self, leaves: Range<usize>, may_better: bool) {
        let possible = self.leaves_of_block(leaves.start / WORD) >> (leaves.start % WORD);
        let possible = possible & (u64::MAX >> (WORD - leaves.len()));
        if possible == 0 {
            return;
        }
        // The ends without a match are left off.
        let first = leaves.start + possible.trailing_zeros() as usize;
        let end = leaves.start + WORD - possible.leading_zeros() as usize;
        self.evaluate(first..end);
        self.tally(first..end);
        if may_better {
            for (at, leaf) in (first..end).enumerate() {
                let (known, unknown) = (self.known[at], self.unknown[at]);
                if known | unknown != 0 && self.may_better(self.least(0, leaf)) {
                    self.gather(leaf, known, unknown);
                }
            }
        }
    }

    /// Looks at a leaf across which the place's edge runs.
    fn edge(&mut self, leaf: usize, may_better: bool) {
        self.evaluate(leaf..leaf + 1);
        let among = self.known[0] | self.unknown[0];
        if among == 0 {
            return;
        }
        let tree = &self.segment.tree;
        let within = self.region.within(self.segment, leaf, &tree.leaves[leaf], among);
        self.known[0] &= within;
        self.unknown[0] &= within;
        self.tally(leaf..leaf + 1);
        let (known, unknown) = (self.known[0], self.unknown[0]);
        if may_better && known | unknown != 0 {
            self.gather(leaf, known, unknown);
        }
    }

    /// Finds the places of leaves that pass the filters, and those that are unknown.
    fn evaluate(&mut self, leaves: Range<usize>) {
        let known = &mut self.known[..leaves.len()];
        let unknown = &mut self.unknown[..leaves.len()];
        for (leaf, known) in leaves.clone().zip(&mut *known) {
            *known = self.segment.filled(leaf) & !self.dead.word(leaf);
        }
        self.plan.leaves(leaves, known, unknown, &mut self.scratch);
    }

    /// Counts the places of leaves, and leaves in the words those of the view that can be hits.
    fn tally(&mut self, leaves: Range<usize>) {
        let known = &mut self.known[..leaves.len()];
        let unknown = &mut self.unknown[..leaves.len()];
        let all_unknown = count(unknown);
        if !self.include_unknown {
            unknown.fill(0);
        }
        let classes = self.segment.classes.words(leaves);
        for ((known, unknown), classes) in known.iter_mut().zip(&mut *unknown).zip(classes) {
            let mut hidden = 0;
            for class in &self.hidden {
                let class = usize::from(class.index());
                let word = classes[class];
                self.left_out.by_class[class] += u64::from((*known & word).count_ones());
                hidden |= word;
            }
            *known &= !hidden;
            *unknown &= !hidden;
        }
        let shown_unknown = if self.include_unknown { count(unknown) } else { 0 };
        self.total += count(known) + shown_unknown;
        self.left_out.unknown += all_unknown - shown_unknown;
    }

    /// Hands places of a leaf to the collector.
    fn gather(&mut self, leaf: usize, known: u64, unknown: u64) {
        let keys: [u32; WORD] = match &self.order {
            Order::Distance(from) => {
                self.segment.tree.leaves[leaf].chords2(*from).map(f32::to_bits)
            }
            Order::Rank(ranks) => {
                let ranks = &ranks.of_slot[leaf * WORD..(leaf + 1) * WORD];
                std::array::from_fn(|place| ranks[place])
            }
        };
        for (is_unknown, among) in [(false, known), (true, unknown)] {
            if among == 0 || self.after.skips(is_unknown) {
                continue;
            }
            let Some(limit) = self.collector.limit(is_unknown) else { continue };
            // Most leaves have few places that better the page.
            let among = among & places(keys.map(|key| key <= limit));
            for slot in slots_of(leaf, among) {
                let key = keys[slot as usize % WORD];
                if self.after.precedes(is_unknown, key, slot) {
                    self.collector.push(is_unknown, key, slot);
                }
            }
        }
    }
}

fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}
