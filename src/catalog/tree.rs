//! The packed k-d tree: leaves of 64 points in one row, boxes above them, no pointers.
//!
//! A node of level h covers 2^h leaves in a row, so a node is a range of leaves and a leaf's
//! number is its place. Every leaf but the last is full.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots, leaves and nodes are bounded by construction, and this is the innermost loop"
)]

use super::columns::WORD;

/// A box around unit vectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) min: [f32; 3],
    pub(super) max: [f32; 3],
}

impl Bounds {
    const EMPTY: Self = Self { min: [f32::INFINITY; 3], max: [f32::NEG_INFINITY; 3] };

    fn around(points: impl Iterator<Item = [f32; 3]>) -> Self {
        points.fold(Self::EMPTY, |bounds, point| bounds.and(&Self { min: point, max: point }))
    }

    fn and(&self, other: &Self) -> Self {
        let axis = |of: fn(f32, f32) -> f32, a: [f32; 3], b: [f32; 3]| {
            [of(a[0], b[0]), of(a[1], b[1]), of(a[2], b[2])]
        };
        Self { min: axis(f32::min, self.min, other.min), max: axis(f32::max, self.max, other.max) }
    }

    fn widest_axis(&self) -> usize {
        let width = |axis: &usize| self.max[*axis] - self.min[*axis];
        (0..3).max_by(|a, b| width(a).total_cmp(&width(b))).unwrap_or_default()
    }

    /// The least squared chord from a point to anything in the box.
    pub(super) fn nearest2(&self, from: [f32; 3]) -> f32 {
        (0..3).fold(0.0, |sum, axis| {
            let off = (self.min[axis] - from[axis]).max(from[axis] - self.max[axis]).max(0.0);
            sum + off * off
        })
    }

    /// A bound on the squared chord from a point to everything in the box.
    pub(super) fn farthest2(&self, from: [f32; 3]) -> f32 {
        (0..3).fold(0.0, |sum, axis| {
            let off = (self.max[axis] - from[axis]).max(from[axis] - self.min[axis]);
            sum + off * off
        })
    }

    /// The least and greatest value of `a·x + b·y` in the box.
    pub(super) fn range_xy(&self, a: f32, b: f32) -> (f32, f32) {
        let (ax, bx) = (a * self.min[0], a * self.max[0]);
        let (ay, by) = (b * self.min[1], b * self.max[1]);
        (ax.min(bx) + ay.min(by), ax.max(bx) + ay.max(by))
    }
}

/// The unit vectors of a leaf, axis by axis.
#[derive(Debug, Clone)]
pub(super) struct LeafPoints {
    pub(super) x: [f32; WORD],
    pub(super) y: [f32; WORD],
    pub(super) z: [f32; WORD],
}

impl LeafPoints {
    /// Far from every point of the sphere, so that an empty place is in no circle.
    const NOWHERE: f32 = 16.0;

    fn new(points: impl Iterator<Item = [f32; 3]>) -> Self {
        let mut leaf =
            Self { x: [Self::NOWHERE; WORD], y: [Self::NOWHERE; WORD], z: [Self::NOWHERE; WORD] };
        for (at, [x, y, z]) in points.enumerate() {
            (leaf.x[at], leaf.y[at], leaf.z[at]) = (x, y, z);
        }
        leaf
    }

    /// Squared chords from a point to the 64 places.
    pub(super) fn chords2(&self, [x, y, z]: [f32; 3]) -> [f32; WORD] {
        std::array::from_fn(|at| {
            let (dx, dy, dz) = (self.x[at] - x, self.y[at] - y, self.z[at] - z);
            dx * dx + dy * dy + dz * dz
        })
    }
}

/// The places with a position, in leaves.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) leaves: Vec<LeafPoints>,
    /// Level by level, the leaves' own boxes first; the last level is the root.
    bounds: Vec<Vec<Bounds>>,
}

impl Tree {
    /// Arranges points: the tree, and for each slot the number of the point that got it.
    /// Points at one spot get slots in the order of their numbers.
    pub(super) fn new(points: &[[f32; 3]]) -> (Self, Vec<u32>) {
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        arrange(points, &mut order);
        let point = |at: &u32| points[*at as usize];
        let leaves: Vec<LeafPoints> =
            order.chunks(WORD).map(|leaf| LeafPoints::new(leaf.iter().map(point))).collect();
        let lowest: Vec<Bounds> =
            order.chunks(WORD).map(|leaf| Bounds::around(leaf.iter().map(point))).collect();
        let bounds = levels(lowest, |pair| pair.iter().fold(Bounds::EMPTY, |b, o| b.and(o)));
        (Self { leaves, bounds }, order)
    }

    /// The level of the root; none where there is no leaf.
    pub(super) fn root_level(&self) -> Option<usize> {
        if self.leaves.is_empty() { None } else { self.bounds.len().checked_sub(1) }
    }

    pub(super) fn bounds(&self, level: usize, node: usize) -> &Bounds {
        &self.bounds[level][node]
    }

    /// The children of a node above the leaves: one or two, on the level below.
    pub(super) fn children(&self, level: usize, node: usize) -> (usize, Option<usize>) {
        let second = 2 * node + 1;
        (2 * node, (second < self.bounds[level - 1].len()).then_some(second))
    }

    /// The leaves under a node.
    pub(super) fn leaves_under(&self, level: usize, node: usize) -> std::ops::Range<usize> {
        (node << level)..((node + 1) << level).min(self.leaves.len())
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.leaves) + self.bounds.iter().map(|b| size_of_val(&**b)).sum::<usize>()
    }
}

/// The levels above a lowest one, each node made of the one or two below it.
pub(super) fn levels<T>(lowest: Vec<T>, join: impl Fn(&[T]) -> T) -> Vec<Vec<T>> {
    let mut levels = vec![lowest];
    while let Some(top) = levels.last().filter(|top| top.len() > 1) {
        levels.push(top.chunks(2).map(&join).collect());
    }
    levels
}

/// Splits by the widest axis so that the first part fills a power of two of leaves.
fn arrange(points: &[[f32; 3]], order: &mut [u32]) {
    let leaves = order.len().div_ceil(WORD);
    if leaves < 2 {
        order.sort_unstable();
        return;
    }
    let split = (leaves.next_power_of_two() / 2) * WORD;
    let axis = Bounds::around(order.iter().map(|at| points[*at as usize])).widest_axis();
    let along = |at: &u32| points[*at as usize][axis];
    order.select_nth_unstable_by(split, |a, b| along(a).total_cmp(&along(b)).then(a.cmp(b)));
    let (first, second) = order.split_at_mut(split);
    arrange(points, first);
    arrange(points, second);
}
