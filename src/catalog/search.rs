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
        for leaf in segment.tree.leaves.len()..segment.leaves {
            walk.leaf_or_count(leaf);
        }
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
        } else if level == 0 {
            self.leaf(node, inside, may_better);
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

    fn leaf_or_count(&mut self, leaf: usize) {
        let may_better = match &self.order {
            Order::Rank(ranks) => self.may_better(ranks.least[0][leaf]),
            Order::Distance(_) => false,
        };
        if may_better { self.leaf(leaf, true, true) } else { self.count(leaf..leaf + 1) }
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
        let mut leaf = leaves.start;
        while leaf < leaves.end {
            let block = leaf / WORD;
            let end = leaves.end.min((block + 1) * WORD);
            let rest = self.leaves_of_block(block) >> (leaf % WORD);
            if rest == 0 {
                leaf = end;
                continue;
            }
            leaf += rest.trailing_zeros() as usize;
            if leaf < end {
                let (known, unknown) = self.evaluate(leaf);
                self.tally(leaf, known, unknown);
                leaf += 1;
            }
        }
    }

    /// The places of a leaf that pass the filters, and those that are unknown.
    fn evaluate(&self, leaf: usize) -> (u64, u64) {
        self.plan.leaf(leaf, self.segment.filled(leaf) & !self.dead.word(leaf))
    }

    /// Counts places of a leaf; gives those in the view, known and unknown.
    fn tally(&mut self, leaf: usize, mut known: u64, unknown: u64) -> (u64, u64) {
        let mut in_view = if self.include_unknown { unknown } else { 0 };
        for class in &self.hidden {
            let class = usize::from(class.index());
            let word = self.segment.classes.word(class, leaf);
            if known & word != 0 {
                self.left_out.by_class[class] += u64::from((known & word).count_ones());
                known &= !word;
            }
            in_view &= !word;
        }
        self.total += u64::from(known.count_ones());
        if unknown != 0 {
            self.total += u64::from(in_view.count_ones());
            self.left_out.unknown += u64::from((unknown & !in_view).count_ones());
        }
        (known, in_view)
    }

    /// Counts a leaf, and gathers its hits where they may better the page.
    fn leaf(&mut self, leaf: usize, inside: bool, may_better: bool) {
        let segment = self.segment;
        let (mut known, mut unknown) = self.evaluate(leaf);
        if known | unknown == 0 {
            return;
        }
        if !inside {
            let within =
                self.region.within(segment, leaf, &segment.tree.leaves[leaf], known | unknown);
            known &= within;
            unknown &= within;
        }
        let (known, unknown) = self.tally(leaf, known, unknown);
        if !may_better || known | unknown == 0 {
            return;
        }
        match &self.order {
            Order::Distance(from) => {
                let chords = segment.tree.leaves[leaf].chords2(*from);
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
