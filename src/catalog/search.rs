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
    columns::{WORD, bit_of, leaf_of, slots_of},
    listing::ListingClass,
    plan::Plan,
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
        total: 0,
        left_out: LeftOut::default(),
    };
    if let Some(level) = segment.tree.root_level() {
        walk.node(level, 0, false);
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

    fn node(&mut self, level: usize, node: usize, mut inside: bool) {
        let tree = &self.segment.tree;
        if !inside {
            match self.region.overlap(tree.bounds(level, node)) {
                Overlap::Nothing => return,
                Overlap::Some => {}
                Overlap::All => inside = true,
            }
        }
        let leaves = tree.leaves_under(level, node);
        let may_better = self.may_better(self.least(level, node));
        if inside && !may_better {
            self.count(leaves);
        } else if inside && level <= RUN_LEVEL {
            self.run(leaves, true);
        } else if level == 0 {
            self.edge(node, may_better);
        } else if leaves.len() > WORD || self.may_match(&leaves) {
            let level = level - 1;
            match self.segment.tree.children(level + 1, node) {
                (first, None) => self.node(level, first, inside),
                (first, Some(second)) => {
                    let swap = self.least(level, second) < self.least(level, first);
                    let (first, second) = if swap { (second, first) } else { (first, second) };
                    self.node(level, first, inside);
                    self.node(level, second, inside);
                }
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
        let (mut known, mut unknown) = ([0; WORD], [0; WORD]);
        let known = &mut known[..end - first];
        let unknown = &mut unknown[..end - first];
        self.evaluate(first..end, known, unknown);
        self.tally(first..end, known, unknown);
        if may_better {
            for (leaf, (known, unknown)) in (first..end).zip(known.iter().zip(&*unknown)) {
                if known | unknown != 0 && self.may_better(self.least(0, leaf)) {
                    self.gather(leaf, *known, *unknown);
                }
            }
        }
    }

    /// Looks at a leaf across which the place's edge runs.
    fn edge(&mut self, leaf: usize, may_better: bool) {
        let segment = self.segment;
        let (mut known, mut unknown) = ([0], [0]);
        self.evaluate(leaf..leaf + 1, &mut known, &mut unknown);
        let among = known[0] | unknown[0];
        if among == 0 {
            return;
        }
        let within = self.region.within(segment, leaf, &segment.tree.leaves[leaf], among);
        known[0] &= within;
        unknown[0] &= within;
        self.tally(leaf..leaf + 1, &mut known, &mut unknown);
        if may_better && known[0] | unknown[0] != 0 {
            self.gather(leaf, known[0], unknown[0]);
        }
    }

    /// The places of leaves that pass the filters, and those that are unknown.
    fn evaluate(&self, leaves: Range<usize>, known: &mut [u64], unknown: &mut [u64]) {
        for (leaf, known) in leaves.clone().zip(&mut *known) {
            *known = self.segment.filled(leaf) & !self.dead.word(leaf);
        }
        self.plan.leaves(leaves, known, unknown);
    }

    /// Counts places of leaves; leaves in the words those of the view that can be hits.
    fn tally(&mut self, leaves: Range<usize>, known: &mut [u64], unknown: &mut [u64]) {
        let all_unknown = count(unknown);
        if !self.include_unknown {
            unknown.fill(0);
        }
        for class in &self.hidden {
            let class = usize::from(class.index());
            let mut left_out = 0;
            let words = self.segment.classes.words(class, leaves.clone());
            for ((known, unknown), word) in known.iter_mut().zip(&mut *unknown).zip(words) {
                left_out += u64::from((*known & word).count_ones());
                *known &= !word;
                *unknown &= !word;
            }
            self.left_out.by_class[class] += left_out;
        }
        let shown_unknown = if self.include_unknown { count(unknown) } else { 0 };
        self.total += count(known) + shown_unknown;
        self.left_out.unknown += all_unknown - shown_unknown;
    }

    /// Hands places of a leaf to the collector.
    fn gather(&mut self, leaf: usize, known: u64, unknown: u64) {
        match &self.order {
            Order::Distance(from) => {
                let chords = self.segment.tree.leaves[leaf].chords2(*from);
                let key = |place: usize| chords[place].to_bits();
                gather(&mut self.collector, &self.after, leaf, (known, unknown), key);
            }
            Order::Rank(ranks) => {
                let ranks = &ranks.of_slot[leaf * WORD..(leaf + 1) * WORD];
                let key = |place: usize| ranks[place];
                gather(&mut self.collector, &self.after, leaf, (known, unknown), key);
            }
        }
    }
}

fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Hands places of a leaf to the collector, the known ones and then the unknown ones.
fn gather(
    collector: &mut Collector<'_>,
    after: &After<'_>,
    leaf: usize,
    (known, unknown): (u64, u64),
    key: impl Fn(usize) -> u32,
) {
    for (is_unknown, places) in [(false, known), (true, unknown)] {
        if after.skips(is_unknown) {
            continue;
        }
        for slot in slots_of(leaf, places) {
            let key = key(slot as usize % WORD);
            if collector.wants(is_unknown, key) && after.precedes(is_unknown, key, slot) {
                collector.push(is_unknown, key, slot);
            }
        }
    }
}
