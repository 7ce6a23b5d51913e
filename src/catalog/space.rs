//! Points on the sphere: unit vectors to search with, and the distance that is reported.

use geo::{Distance, HaversineMeasure, Point};

use crate::domain::place::{EARTH_RADIUS_M, LatLon};

/// The sphere of every distance. `geo`'s own default differs in the eighth digit.
const SPHERE: HaversineMeasure = HaversineMeasure::new(EARTH_RADIUS_M);

/// How far a chord length that was computed from single-precision vectors may be from the
/// true one, in radii of the sphere; about 2.5 m. Rounding of a coordinate is below 3e-8
/// and adds up to less than a third of this.
pub(super) const CHORD_SLACK: f32 = 4e-7;

/// Great-circle distance in metres on the sphere of radius [`EARTH_RADIUS_M`].
#[must_use]
pub fn distance_m(a: LatLon, b: LatLon) -> f64 {
    let metres = SPHERE.distance(Point::new(a.lon, a.lat), Point::new(b.lon, b.lat));
    // Rounding can push the haversine of antipodes beyond one.
    if metres.is_nan() { std::f64::consts::PI * EARTH_RADIUS_M } else { metres }
}

/// The point on the unit sphere, in single precision.
pub(super) fn unit_vector(point: LatLon) -> [f32; 3] {
    let (sin_lat, cos_lat) = point.lat.to_radians().sin_cos();
    let (sin_lon, cos_lon) = point.lon.to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat].map(narrow)
}

/// The chord, in radii, that spans a distance in metres.
pub(super) fn chord(metres: f64) -> f32 {
    let half_angle = (metres / (2.0 * EARTH_RADIUS_M)).min(std::f64::consts::FRAC_PI_2);
    narrow(2.0 * half_angle.sin())
}

#[expect(clippy::as_conversions, reason = "the loss of digits is what CHORD_SLACK stands for")]
pub(super) const fn narrow(value: f64) -> f32 {
    value as f32
}
