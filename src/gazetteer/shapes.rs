//! Boundaries for drawing, decoded from TopoJSON.
//!
//! They are simplified, and two are not strictly valid: never decide by them where a point is.

use std::collections::HashMap;

use serde::Deserialize;

use crate::domain::UsState;

use super::{
    data::{DataError, Embedded},
    states::States,
};

/// Points of a closed ring that has an area; simplification left a few lines drawn twice.
const SMALLEST_RING: usize = 4;

/// The outline of a state or a county. Source: US Census Bureau, cartographic boundaries 2023.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// FIPS code: two digits for a state, five for a county.
    pub fips: String,
    /// Name; a county's without the word "County".
    pub name: String,
    /// The state that it is or lies in.
    pub state: UsState,
    /// Polygons; each is a list of closed rings of (longitude, latitude), the outer one first.
    /// A county that is too small for the scale (Falls Church, VA) has none.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Deserialize)]
struct Topology {
    transform: Transform,
    objects: HashMap<String, Collection>,
    arcs: Vec<Vec<[i32; 2]>>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    id: String,
    properties: Properties,
    #[serde(flatten)]
    arcs: Arcs,
}

#[derive(Deserialize)]
struct Properties {
    name: String,
}

/// Rings as lists of arc numbers; a negative number is the arc `!number`, backwards.
#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Arcs {
    Polygon(Vec<Vec<i32>>),
    MultiPolygon(Vec<Vec<Vec<i32>>>),
}

/// Decodes every shape of a file.
pub fn load(file: Embedded, states: &States) -> Result<Vec<Shape>, DataError> {
    let bytes = file.decompress()?;
    let topology: Topology = serde_json::from_slice(&bytes).map_err(|e| file.error(e))?;
    let arcs: Vec<_> = topology.arcs.iter().map(|arc| degrees(arc, &topology.transform)).collect();
    let decode = |geometry: Geometry| {
        let polygons = match geometry.arcs {
            Arcs::Polygon(rings) => vec![rings],
            Arcs::MultiPolygon(polygons) => polygons,
        };
        let ring = |numbers: &Vec<i32>| ring(numbers, &arcs);
        let polygon = |rings: &Vec<Vec<i32>>| rings.iter().map(ring).collect::<Option<Vec<_>>>();
        let mut polygons = polygons.iter().map(polygon).collect::<Option<Vec<_>>>()?;
        for rings in &mut polygons {
            rings.retain(|ring| ring.len() >= SMALLEST_RING);
        }
        polygons.retain(|rings| !rings.is_empty());
        let state = states.all().iter().find(|info| geometry.id.starts_with(&info.fips));
        Some(Shape {
            state: state?.code,
            polygons,
            fips: geometry.id,
            name: geometry.properties.name,
        })
    };
    topology
        .objects
        .into_values()
        .flat_map(|collection| collection.geometries)
        .map(|geometry| {
            let id = geometry.id.clone();
            decode(geometry).ok_or_else(|| file.error(format!("shape {id} has no state or arc")))
        })
        .collect()
}

/// An arc's points: the first is an offset from the origin, each other one from its
/// predecessor, in steps of the scale.
fn degrees(arc: &[[i32; 2]], transform: &Transform) -> Vec<[f64; 2]> {
    let ([x_scale, y_scale], [x_origin, y_origin]) = (transform.scale, transform.translate);
    let steps = arc.iter().scan([0_i32; 2], |[x, y], [dx, dy]| {
        (*x, *y) = (x.saturating_add(*dx), y.saturating_add(*dy));
        Some([*x, *y])
    });
    steps
        .map(|[x, y]| [f64::from(x) * x_scale + x_origin, f64::from(y) * y_scale + y_origin])
        .collect()
}

/// A closed ring of arcs joined end to end; the point where two meet is kept once.
fn ring(numbers: &[i32], arcs: &[Vec<[f64; 2]>]) -> Option<Vec<[f64; 2]>> {
    let mut points: Vec<[f64; 2]> = Vec::new();
    for number in numbers {
        let backwards = *number < 0;
        let at = if backwards { !*number } else { *number };
        let arc = arcs.get(usize::try_from(at).ok()?)?;
        points.pop();
        if backwards {
            points.extend(arc.iter().rev());
        } else {
            points.extend(arc);
        }
    }
    Some(points)
}
