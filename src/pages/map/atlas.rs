//! The outlines of states and counties, measured once: where each lies and where its name goes.

use std::sync::OnceLock;

use crate::gazetteer::{Gazetteer, Shape};

/// A closed line of longitude and latitude, with the box around it.
#[derive(Debug)]
pub struct Ring {
    /// The points.
    pub points: &'static [[f64; 2]],
    /// What it lies in.
    pub bounds: Bounds,
}

/// A box of degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// West, degrees of longitude.
    pub west: f64,
    /// South, degrees of latitude.
    pub south: f64,
    /// East, degrees of longitude.
    pub east: f64,
    /// North, degrees of latitude.
    pub north: f64,
}

/// A state or a county.
#[derive(Debug)]
pub struct Outline {
    /// A state's postal code, or a county's name.
    pub name: String,
    /// Its lines, the holes too.
    pub rings: Vec<Ring>,
    /// The middle of its largest line, as longitude and latitude.
    pub middle: [f64; 2],
}

/// Everything that maps are drawn from.
#[derive(Debug, Default)]
pub struct Atlas {
    /// States.
    pub states: Vec<Outline>,
    /// Counties.
    pub counties: Vec<Outline>,
}

impl Atlas {
    /// The atlas of the built-in boundaries; an empty one if they cannot be read.
    pub fn get(gazetteer: &'static Gazetteer) -> &'static Self {
        static ATLAS: OnceLock<Atlas> = OnceLock::new();
        ATLAS.get_or_init(|| Self {
            states: outlines(gazetteer.state_shapes().unwrap_or_default(), |shape| {
                shape.state.as_str().to_owned()
            }),
            counties: outlines(gazetteer.county_shapes().unwrap_or_default(), |shape| {
                shape.name.clone()
            }),
        })
    }
}

fn outlines(shapes: &'static [Shape], name: impl Fn(&Shape) -> String) -> Vec<Outline> {
    let outline = |shape: &'static Shape| {
        let rings: Vec<Ring> =
            shape.polygons.iter().flatten().map(|points| Ring::new(points)).collect();
        Some(Outline { name: name(shape), middle: middle(&rings)?, rings })
    };
    shapes.iter().filter_map(outline).collect()
}

impl Ring {
    /// A line with its box.
    #[must_use]
    pub fn new(points: &'static [[f64; 2]]) -> Self {
        let mut bounds =
            Bounds { west: f64::MAX, south: f64::MAX, east: f64::MIN, north: f64::MIN };
        for [lon, lat] in points {
            bounds.west = bounds.west.min(*lon);
            bounds.east = bounds.east.max(*lon);
            bounds.south = bounds.south.min(*lat);
            bounds.north = bounds.north.max(*lat);
        }
        Self { points, bounds }
    }

    /// True where the point lies within the line.
    fn holds(&self, lon: f64, lat: f64) -> bool {
        let corners = self.points.iter().zip(self.points.iter().cycle().skip(1));
        let crossed = corners.filter(|([x1, y1], [x2, y2])| {
            (*y1 > lat) != (*y2 > lat) && lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
        });
        crossed.count() % 2 == 1
    }

    /// Twice its area, and the point that it balances on.
    fn balance(&self) -> (f64, [f64; 2]) {
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        for ([x1, y1], [x2, y2]) in self.points.iter().zip(self.points.iter().skip(1)) {
            let cross = x1 * y2 - x2 * y1;
            area += cross;
            x += (x1 + x2) * cross;
            y += (y1 + y2) * cross;
        }
        if area.abs() < f64::EPSILON {
            let b = self.bounds;
            return (0.0, [f64::midpoint(b.west, b.east), f64::midpoint(b.south, b.north)]);
        }
        (area.abs(), [x / (3.0 * area), y / (3.0 * area)])
    }
}

impl Outline {
    /// True where the point lies within it.
    #[must_use]
    pub fn holds(&self, lon: f64, lat: f64) -> bool {
        let b = |ring: &&Ring| {
            let b = ring.bounds;
            (b.west..=b.east).contains(&lon) && (b.south..=b.north).contains(&lat)
        };
        // A hole turns the count even again.
        self.rings.iter().filter(b).filter(|ring| ring.holds(lon, lat)).count() % 2 == 1
    }
}

fn middle(rings: &[Ring]) -> Option<[f64; 2]> {
    let balanced = rings.iter().map(Ring::balance);
    balanced.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, middle)| middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_name_within_or_near_it() {
        let atlas = Atlas::get(Gazetteer::embedded().unwrap());
        assert!(atlas.states.len() >= 50 && atlas.counties.len() > 3_000);
        let within = |outline: &&Outline| outline.holds(outline.middle[0], outline.middle[1]);
        assert!(atlas.states.iter().filter(within).count() >= 50);
        let colorado = atlas.states.iter().find(|state| state.name == "CO").unwrap();
        assert!((colorado.middle[0] + 105.55).abs() < 0.1, "{:?}", colorado.middle);
        assert!((colorado.middle[1] - 39.0).abs() < 0.1, "{:?}", colorado.middle);
        assert!(!colorado.holds(-77.1, 39.0));
    }
}
