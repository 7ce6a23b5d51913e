//! Places as regions of the unit sphere: what a node or a leaf of the tree has in them.

#![expect(
    clippy::indexing_slicing,
    reason = "a leaf has 64 places, and this is the innermost loop"
)]

use super::{
    columns::{places, slots_of},
    query::Place,
    segment::Segment,
    space::{CHORD_SLACK, chord, distance_m, narrow, unit_vector},
    tree::{Bounds, LeafPoints},
};
use crate::domain::place::LatLon;

/// A place, prepared for the tree.
#[derive(Debug)]
pub(super) enum Region {
    Everywhere,
    Circle(Circle),
    Box(LatLonBox),
}

/// A circle as a squared chord around a unit vector. Single precision decides what is surely
/// in or out; the few in between are measured.
#[derive(Debug)]
pub(super) struct Circle {
    pub(super) center: LatLon,
    pub(super) vector: [f32; 3],
    radius_m: f64,
    surely2: f32,
    maybe2: f32,
}

/// A box as bounds on z and two half-planes through the axis.
#[derive(Debug)]
pub(super) struct LatLonBox {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
    z: (f32, f32),
    /// Sine and cosine of the western and the eastern edge.
    edges: [(f32, f32); 2],
    span: Span,
}

/// How many degrees of longitude a box covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    /// At most half the circle: east of the western edge and west of the eastern one.
    Both,
    /// More: one of the two.
    Either,
    /// All of it.
    All,
}

/// What a box of the tree has in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    Nothing,
    Some,
    All,
}

impl Region {
    pub(super) fn new(place: &Place) -> Self {
        match *place {
            Place::Everywhere => Self::Everywhere,
            Place::Circle { center, radius_m } => Self::Circle(Circle::new(center, radius_m)),
            Place::Box { south, west, north, east } => {
                Self::Box(LatLonBox::new(south, west, north, east))
            }
        }
    }

    /// What a node has in the region.
    pub(super) fn overlap(&self, bounds: &Bounds) -> Overlap {
        match self {
            Self::Everywhere => Overlap::All,
            Self::Circle(circle) => circle.overlap(bounds),
            Self::Box(degrees) => degrees.overlap(bounds),
        }
    }

    /// Which of some places of a leaf are in the region.
    pub(super) fn within(
        &self,
        segment: &Segment,
        leaf: usize,
        points: &LeafPoints,
        among: u64,
    ) -> u64 {
        let (surely, maybe, inside): (u64, u64, &dyn Fn(LatLon) -> bool) = match self {
            Self::Everywhere => return among,
            Self::Circle(circle) => {
                let chords = points.chords2(circle.vector);
                let surely = places(chords.map(|chord| chord < circle.surely2));
                let maybe = places(chords.map(|chord| chord <= circle.maybe2));
                (surely, maybe, &|point| distance_m(circle.center, point) <= circle.radius_m)
            }
            Self::Box(degrees) => {
                let surely = degrees.places(points, CHORD_SLACK);
                let maybe = degrees.places(points, -CHORD_SLACK);
                (surely, maybe, &|point| degrees.contains(point))
            }
        };
        slots_of(leaf, among & maybe & !surely)
            .filter(|slot| segment.point(*slot).is_some_and(inside))
            .fold(among & surely, |bits, slot| bits | 1 << (slot % u64::BITS))
    }
}

impl Circle {
    fn new(center: LatLon, radius_m: f64) -> Self {
        let radius = chord(radius_m);
        let (surely, maybe) = ((radius - CHORD_SLACK).max(0.0), radius + CHORD_SLACK);
        Self {
            center,
            vector: unit_vector(center),
            radius_m,
            surely2: surely * surely,
            maybe2: maybe * maybe,
        }
    }

    fn overlap(&self, bounds: &Bounds) -> Overlap {
        if bounds.nearest2(self.vector) > self.maybe2 {
            Overlap::Nothing
        } else if bounds.farthest2(self.vector) < self.surely2 {
            Overlap::All
        } else {
            Overlap::Some
        }
    }
}

impl LatLonBox {
    fn new(south: f64, west: f64, north: f64, east: f64) -> Self {
        let span = if west <= east { east - west } else { east + 360.0 - west };
        let span = if span >= 360.0 {
            Span::All
        } else if span > 180.0 {
            Span::Either
        } else {
            Span::Both
        };
        let sine = |degrees: f64| narrow(degrees.to_radians().sin());
        let edge = |degrees: f64| (sine(degrees), narrow(degrees.to_radians().cos()));
        let z = (sine(south), sine(north));
        Self { south, west, north, east, z, edges: [edge(west), edge(east)], span }
    }

    /// The definition: the edges count, and 180 degrees west is 180 degrees east.
    fn contains(&self, point: LatLon) -> bool {
        let along = |lon: f64| {
            if self.west <= self.east {
                (self.west..=self.east).contains(&lon)
            } else {
                lon >= self.west || lon <= self.east
            }
        };
        let on_the_seam = point.lon.abs() >= 180.0;
        (self.south..=self.north).contains(&point.lat)
            && (along(point.lon) || (on_the_seam && along(-point.lon)))
    }

    /// The places of a leaf that keep a margin to every edge; a negative margin is a reach
    /// beyond it.
    fn places(&self, points: &LeafPoints, margin: f32) -> u64 {
        let [(west_sin, west_cos), (east_sin, east_cos)] = self.edges;
        let (low, high) = (self.z.0 + margin, self.z.1 - margin);
        places(std::array::from_fn(|at| {
            let (x, y, z) = (points.x[at], points.y[at], points.z[at]);
            let east_of_west = west_cos * y - west_sin * x >= margin;
            let west_of_east = east_sin * x - east_cos * y >= margin;
            let along = match self.span {
                Span::All => true,
                Span::Both => east_of_west & west_of_east,
                Span::Either => east_of_west | west_of_east,
            };
            along & (z >= low) & (z <= high)
        }))
    }

    fn overlap(&self, bounds: &Bounds) -> Overlap {
        let [.., z_min] = bounds.min;
        let [.., z_max] = bounds.max;
        let [(west_sin, west_cos), (east_sin, east_cos)] = self.edges;
        let east_of_west = side(bounds.range_xy(-west_sin, west_cos));
        let west_of_east = side(bounds.range_xy(east_sin, -east_cos));
        let along = match self.span {
            Span::All => Overlap::All,
            Span::Both => both(east_of_west, west_of_east),
            Span::Either => either(east_of_west, west_of_east),
        };
        let north_of_south = side((z_min - self.z.0, z_max - self.z.0));
        let south_of_north = side((self.z.1 - z_max, self.z.1 - z_min));
        both(along, both(north_of_south, south_of_north))
    }
}

/// What lies on the positive side when values run from a least to a greatest one.
fn side((least, greatest): (f32, f32)) -> Overlap {
    if greatest < -CHORD_SLACK {
        Overlap::Nothing
    } else if least > CHORD_SLACK {
        Overlap::All
    } else {
        Overlap::Some
    }
}

const fn both(a: Overlap, b: Overlap) -> Overlap {
    match (a, b) {
        (Overlap::Nothing, _) | (_, Overlap::Nothing) => Overlap::Nothing,
        (Overlap::All, Overlap::All) => Overlap::All,
        _ => Overlap::Some,
    }
}

const fn either(a: Overlap, b: Overlap) -> Overlap {
    match (a, b) {
        (Overlap::All, _) | (_, Overlap::All) => Overlap::All,
        (Overlap::Nothing, Overlap::Nothing) => Overlap::Nothing,
        _ => Overlap::Some,
    }
}
