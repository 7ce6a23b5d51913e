//! Time zones, by the nearest county point of the same state.

use chrono_tz::Tz;

use crate::domain::{UsState, place::LatLon};

use super::data::{COUNTIES, DataError};

#[derive(Debug)]
struct CountyPoint {
    state: UsState,
    /// Unit vector from the centre of the earth.
    towards: [f64; 3],
    zone: Tz,
}

/// The county points, by state.
#[derive(Debug)]
pub struct Zones(Vec<CountyPoint>);

impl Zones {
    pub fn load() -> Result<Self, DataError> {
        let columns = ["geoid", "name", "state", "lat", "lon", "time_zone"];
        let mut counties = Vec::with_capacity(3_235);
        COUNTIES.each_row(&columns, |row| {
            let towards = unit_vector(row.point(3)?);
            counties.push(CountyPoint { state: row.value(2)?, towards, zone: row.value(5)? });
            Ok(())
        })?;
        counties.sort_by_key(|county| county.state);
        Ok(Self(counties))
    }

    /// The zone of the county point of `state` that is nearest to `point`.
    pub fn nearest(&self, point: LatLon, state: UsState) -> Option<Tz> {
        let start = self.0.partition_point(|county| county.state < state);
        let end = self.0.partition_point(|county| county.state <= state);
        let here = unit_vector(point);
        // The cosine of the angle between the two grows as the distance shrinks.
        let nearness = |county: &CountyPoint| -> f64 {
            county.towards.iter().zip(here).map(|(a, b)| a * b).sum()
        };
        self.0
            .get(start..end)?
            .iter()
            .map(|county| (nearness(county), county.zone))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, zone)| zone)
    }
}

fn unit_vector(point: LatLon) -> [f64; 3] {
    let (sin_lat, cos_lat) = point.lat.to_radians().sin_cos();
    let (sin_lon, cos_lon) = point.lon.to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}
