//! The map: an SVG that we draw ourselves from public-domain boundaries.
//!
//! The list is the product and the map repeats it: the same clinics under the same numbers, each
//! a link that keyboard and screen reader reach. No tile is fetched from anyone.

mod atlas;
mod names;

use std::{fmt::Write as _, sync::LazyLock};

use crate::domain::place::{LatLon, METRES_PER_MILE};

pub use atlas::{Atlas, Bounds, Outline, Ring};

/// Width and height of the drawing, in its own units.
const SIZE: (f64, f64) = (440.0, 360.0);
/// Free space around what must be seen, as a share of it.
const MARGIN: f64 = 0.12;
/// The smallest height that is drawn, degrees of latitude: about 35 miles.
const LEAST_SPAN: f64 = 0.5;
/// Counties are drawn up to this height, degrees of latitude.
const COUNTIES_UP_TO: f64 = 4.0;
/// Metres in one degree of latitude, on the sphere that distances are measured on.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// A clinic on the map.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Its number in the list.
    pub number: usize,
    /// Where it is.
    pub point: LatLon,
    /// The link's address.
    pub href: String,
    /// What a screen reader says: number, name, distance.
    pub name: String,
    /// `open`, `flag` or nothing: the colour.
    pub tone: &'static str,
}

/// What to draw.
pub struct Scene<'a> {
    /// What the drawing shows, for a screen reader.
    pub title: &'a str,
    /// The centre of the search.
    pub here: Option<LatLon>,
    /// The radius of the search, miles.
    pub radius_mi: f64,
    /// The clinics of the list that have a position.
    pub spots: &'a [Spot],
    /// Boundaries; counties are drawn when the view is close.
    pub atlas: &'a Atlas,
    /// What a state is called, by its postal code.
    pub state_name: &'a dyn Fn(&str) -> String,
}

/// Degrees to drawing units: equirectangular around the view's own latitude, which is true to
/// shape at the scale of a few states.
#[derive(Debug, Clone, Copy)]
struct View {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    x_scale: f64,
    y_scale: f64,
}

impl View {
    /// The view that shows all points with a margin; `None` where there is nothing to show.
    fn around(points: impl Iterator<Item = LatLon>) -> Option<Self> {
        let mut bounds: Option<(f64, f64, f64, f64)> = None;
        for p in points {
            let (w, s, e, n) = bounds.unwrap_or((p.lon, p.lat, p.lon, p.lat));
            bounds = Some((w.min(p.lon), s.min(p.lat), e.max(p.lon), n.max(p.lat)));
        }
        let (w, s, e, n) = bounds?;
        let (lat, lon) = (f64::midpoint(s, n), f64::midpoint(w, e));
        let squeeze = lat.to_radians().cos().max(0.2);
        let room = 1.0 + 2.0 * MARGIN;
        let (width, height) = SIZE;
        // The taller need of the two decides, so that both fit.
        let tall = ((n - s) * room).max((e - w) * room * squeeze * height / width).max(LEAST_SPAN);
        let wide = tall * width / height / squeeze;
        Some(Self {
            west: lon - wide / 2.0,
            east: lon + wide / 2.0,
            south: lat - tall / 2.0,
            north: lat + tall / 2.0,
            x_scale: width / wide,
            y_scale: height / tall,
        })
    }

    fn place(&self, lon: f64, lat: f64) -> (f64, f64) {
        ((lon - self.west) * self.x_scale, (self.north - lat) * self.y_scale)
    }

    fn degrees(&self, x: f64, y: f64) -> (f64, f64) {
        (x / self.x_scale + self.west, self.north - y / self.y_scale)
    }

    fn sees(&self, ring: &Ring) -> bool {
        let Bounds { west, south, east, north } = ring.bounds;
        west <= self.east && east >= self.west && south <= self.north && north >= self.south
    }

    const fn height(&self) -> f64 {
        self.north - self.south
    }
}

/// Draws the scene; `None` where nothing of it has a position.
#[must_use]
pub fn draw(scene: &Scene<'_>) -> Option<String> {
    let spots = scene.spots.iter().map(|spot| spot.point);
    let view = View::around(spots.chain(scene.here))?;
    let (width, height) = SIZE;
    let mut svg = String::with_capacity(16 * 1024);
    // Writing into a string cannot fail.
    let _ = write!(
        svg,
        r#"<svg viewBox="0 0 {width:.0} {height:.0}" role="group" aria-label="{}">"#,
        escape(scene.title)
    );
    outlines(&mut svg, &view, &scene.atlas.states, "land");
    if view.height() <= COUNTIES_UP_TO {
        outlines(&mut svg, &view, &scene.atlas.counties, "county");
        outlines(&mut svg, &view, &scene.atlas.states, "border");
    }
    if let Some(here) = scene.here {
        let (x, y) = view.place(here.lon, here.lat);
        let degrees = scene.radius_mi * METRES_PER_MILE / METRES_PER_DEGREE;
        let radius = degrees * view.y_scale;
        let _ = write!(svg, r#"<circle class="ring" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/>"#);
        let _ = write!(svg, r#"<circle class="here" cx="{x:.1}" cy="{y:.1}" r="6"/>"#);
    }
    let mut taken: Vec<(f64, f64)> = Vec::with_capacity(scene.spots.len());
    for spot in scene.spots {
        let place = free_place(view.place(spot.point.lon, spot.point.lat), &taken);
        taken.push(place);
    }
    let here = scene.here.map(|here| view.place(here.lon, here.lat));
    names::write(&mut svg, scene, &view, taken.iter().copied().chain(here));
    for (spot, (x, y)) in scene.spots.iter().zip(taken) {
        let tone =
            if spot.tone.is_empty() { String::new() } else { format!(" spot--{}", spot.tone) };
        let (href, name) = (escape(&spot.href), escape(&spot.name));
        let _ = write!(
            svg,
            r#"<a class="spot{tone}" href="{href}" aria-label="{name}"><title>{name}</title><circle cx="{x:.1}" cy="{y:.1}" r="13"/><text x="{x:.1}" y="{:.1}" aria-hidden="true">{}</text></a>"#,
            y + 4.2,
            spot.number
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// The outlines that the view sees, as one path.
fn outlines(svg: &mut String, view: &View, shapes: &[Outline], class: &str) {
    let rings = shapes.iter().flat_map(|shape| &shape.rings);
    let mut path = String::new();
    for ring in rings.filter(|ring| view.sees(ring)) {
        let mut last = (f64::MAX, f64::MAX);
        let mut verb = 'M';
        for [lon, lat] in ring.points {
            let (x, y) = view.place(*lon, *lat);
            // Steps that nobody can see only make the page heavier.
            if (x - last.0).abs() + (y - last.1).abs() < 2.5 {
                continue;
            }
            last = (x, y);
            // Far outside the drawing a coordinate only has to be outside.
            let (x, y) = (x.clamp(-900.0, 1540.0), y.clamp(-900.0, 1380.0));
            path.push(verb);
            whole(&mut path, x);
            path.push(' ');
            whole(&mut path, y);
            verb = 'L';
        }
        if verb == 'L' {
            path.push('Z');
        }
    }
    if !path.is_empty() {
        let _ = write!(svg, r#"<path class="{class}" d="{path}"/>"#);
    }
}

/// Writes a coordinate as the nearest whole number: a path has thousands, and floating-point
/// formatting would take most of a page's time.
fn whole(out: &mut String, coordinate: f64) {
    #[expect(
        clippy::as_conversions,
        reason = "coordinates were clamped to a few thousand, and there is no other conversion"
    )]
    let nearest = coordinate.round() as i32;
    // Writing into a string cannot fail.
    let _ = write!(out, "{nearest}");
}

/// Where a mark may go when its own place is taken: circles around it, the nearest first.
static ASIDE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let rings = (1..8_u8).flat_map(|ring| (0..12_u8).map(move |step| (ring, step)));
    rings
        .map(|(ring, step)| {
            let angle = f64::from(step) * std::f64::consts::TAU / 12.0;
            let far = f64::from(ring) * 13.0;
            (angle.cos() * far, angle.sin() * far)
        })
        .collect()
});

/// The place of a mark, moved aside while another one would cover its number.
fn free_place(wanted: (f64, f64), taken: &[(f64, f64)]) -> (f64, f64) {
    let free = |(x, y): (f64, f64)| {
        taken.iter().all(|(a, b)| (x - a) * (x - a) + (y - b) * (y - b) >= 25.0 * 25.0)
    };
    let (width, height) = SIZE;
    let inside = |(x, y): (f64, f64)| (x.clamp(15.0, width - 15.0), y.clamp(15.0, height - 15.0));
    let tries = ASIDE.iter().map(|(dx, dy)| inside((wanted.0 + dx, wanted.1 + dy)));
    std::iter::once(inside(wanted)).chain(tries).find(|at| free(*at)).unwrap_or(wanted)
}

/// Text for an attribute or an element.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(number: usize, lat: f64, lon: f64, name: &str) -> Spot {
        let (href, name) = (format!("/clinics/c{number}"), name.to_owned());
        Spot { number, point: LatLon { lat, lon }, href, name, tone: "" }
    }

    fn scene(spots: &[Spot]) -> Scene<'_> {
        static EMPTY: Atlas = Atlas { states: Vec::new(), counties: Vec::new() };
        let here = Some(LatLon { lat: 39.0, lon: -77.1 });
        let state_name = &|code: &str| code.to_owned();
        Scene { title: "Map", here, radius_mi: 60.0, spots, atlas: &EMPTY, state_name }
    }

    #[test]
    fn states_and_counties_have_their_names_where_nothing_is_covered() {
        let atlas = Atlas::get(crate::gazetteer::Gazetteer::embedded().unwrap());
        let spots = [spot(1, 38.98, -77.1, "1. A")];
        let svg = draw(&Scene { atlas, ..scene(&spots) }).unwrap();
        assert!(svg.contains(">MD</text>") && svg.contains(">VA</text>"), "{svg}");
        // Counties are named when the view is close.
        let near = draw(&Scene { atlas, radius_mi: 10.0, ..scene(&spots) }).unwrap();
        assert!(near.contains(r#"<text class="place""#), "{near}");
    }

    #[test]
    fn every_clinic_is_a_link_under_its_number() {
        let spots = [spot(1, 39.0, -77.1, "1. A"), spot(2, 39.0, -77.1, "2. B")];
        let svg = draw(&scene(&spots)).unwrap();
        assert_eq!(svg.matches("<a class=").count(), 2);
        assert!(svg.contains(r#"href="/clinics/c2" aria-label="2. B""#));
    }

    #[test]
    fn marks_at_one_place_do_not_cover_each_other() {
        let spots: Vec<_> = (1..6).map(|n| spot(n, 39.0, -77.1, "same house")).collect();
        let svg = draw(&scene(&spots)).unwrap();
        let circles: Vec<&str> = svg.split("r=\"13\"").collect();
        let places: std::collections::BTreeSet<_> =
            circles.iter().filter_map(|part| part.rsplit("cx=").next()).collect();
        assert!(places.len() >= 5, "{places:?}");
    }

    #[test]
    fn names_cannot_break_out_of_the_drawing() {
        let spots = [spot(1, 39.0, -77.1, r#""><script>alert(1)</script>"#)];
        let svg = draw(&scene(&spots)).unwrap();
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn nothing_with_a_place_draws_nothing() {
        let empty = Scene { here: None, ..scene(&[]) };
        assert_eq!(draw(&empty), None);
    }
}
