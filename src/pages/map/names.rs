//! The names of states and counties, where they cover nothing.

use std::fmt::Write as _;

use super::{Outline, SIZE, Scene, View, escape};

/// Counties are named up to this height of the view, degrees of latitude.
const COUNTY_NAMES_UP_TO: f64 = 1.3;
/// How wide a letter is drawn at most, and how high a line of text is, in drawing units.
const STATE_TEXT: (f64, f64) = (8.6, 13.0);
const COUNTY_TEXT: (f64, f64) = (6.4, 11.0);
/// How far a name stays away from a mark.
const AWAY: f64 = 15.0;
/// Points across and down at which the view is asked which state they lie in.
const GRID: (u8, u8) = (9, 7);

/// A box of the drawing that is taken: middle, half its width, half its height.
type Taken = (f64, f64, f64, f64);

/// Writes the names. `marks` are the middles of what must stay readable.
pub(super) fn write(
    svg: &mut String,
    scene: &Scene<'_>,
    view: &View,
    marks: impl Iterator<Item = (f64, f64)>,
) {
    let mut taken: Vec<Taken> = marks.map(|(x, y)| (x, y, AWAY, AWAY)).collect();
    for state in scene.atlas.states.iter().filter(|state| is_seen(state, view)) {
        let name = (scene.state_name)(&state.name);
        let spots = spots_within(state, view);
        put(svg, &mut taken, &name, "region", STATE_TEXT, &spots);
    }
    if view.height() <= COUNTY_NAMES_UP_TO {
        let mut named: Vec<&str> = Vec::new();
        for county in scene.atlas.counties.iter().filter(|county| is_seen(county, view)) {
            // A city of its own often bears the name of the county around it.
            if named.contains(&county.name.as_str()) {
                continue;
            }
            named.push(&county.name);
            let [lon, lat] = county.middle;
            put(svg, &mut taken, &county.name, "place", COUNTY_TEXT, &[view.place(lon, lat)]);
        }
    }
}

fn is_seen(outline: &Outline, view: &View) -> bool {
    outline.rings.iter().any(|ring| view.sees(ring))
}

/// Where a state's name may go: its middle, else the middle of what is seen of it and the points
/// around that.
fn spots_within(state: &Outline, view: &View) -> Vec<(f64, f64)> {
    let (width, height) = SIZE;
    let [lon, lat] = state.middle;
    let (across, down) = GRID;
    let points = (1..=down).flat_map(|row| {
        (1..=across).map(move |column| {
            let x = width * f64::from(column) / (f64::from(across) + 1.0);
            (x, height * f64::from(row) / (f64::from(down) + 1.0))
        })
    });
    let mut seen: Vec<(f64, f64)> = points
        .filter(|(x, y)| {
            let (lon, lat) = view.degrees(*x, *y);
            state.holds(lon, lat)
        })
        .collect();
    let share = 1.0 / f64::from(u16::try_from(seen.len()).unwrap_or(u16::MAX).max(1));
    let (x, y) = seen.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x * share, b + y * share));
    let far = |at: &(f64, f64)| (at.0 - x) * (at.0 - x) + (at.1 - y) * (at.1 - y);
    seen.sort_by(|a, b| far(a).total_cmp(&far(b)));
    seen.insert(0, view.place(lon, lat));
    seen
}

/// Writes a name at the first spot where it is whole and covers nothing.
fn put(
    svg: &mut String,
    taken: &mut Vec<Taken>,
    name: &str,
    class: &str,
    (letter, line): (f64, f64),
    spots: &[(f64, f64)],
) {
    let letters = u16::try_from(name.chars().count()).unwrap_or(u16::MAX);
    let (half_width, half_height) = (f64::from(letters) * letter / 2.0, line / 2.0);
    let (width, height) = SIZE;
    let whole = |(x, y): (f64, f64)| {
        x - half_width >= 4.0
            && x + half_width <= width - 4.0
            && y - half_height >= 4.0
            && y + half_height <= height - 4.0
    };
    let free = |(x, y): (f64, f64)| {
        taken
            .iter()
            .all(|(a, b, w, h)| (x - a).abs() >= w + half_width || (y - b).abs() >= h + half_height)
    };
    let Some((x, y)) = spots.iter().copied().find(|at| whole(*at) && free(*at)) else { return };
    taken.push((x, y, half_width, half_height));
    // Writing into a string cannot fail.
    let _ = write!(
        svg,
        r#"<text class="{class}" x="{x:.0}" y="{:.0}" aria-hidden="true">{}</text>"#,
        y + line / 3.0,
        escape(name)
    );
}
