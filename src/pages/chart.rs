//! Charts: SVG that we draw ourselves, readable without colour, with the numbers in it.

use std::fmt::Write as _;

use super::map::escape;

/// Width and height of a chart, in its own units.
const SIZE: (f64, f64) = (640.0, 250.0);
/// Room above the columns for their numbers, and below for their labels.
const ABOVE: f64 = 26.0;
const BELOW: f64 = 30.0;
/// The share of its place that a column fills.
const FILLS: f64 = 0.62;

/// One column.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// A chart of columns, each with its number on top and its label below. A screen reader hears the
/// title and then every label with its number.
#[must_use]
pub fn columns(title: &str, bars: &[Bar]) -> String {
    let (width, height) = SIZE;
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or_default().max(1);
    let places = f64::from(u16::try_from(bars.len()).unwrap_or(u16::MAX).max(1));
    let (place, floor) = (width / places, height - BELOW);
    let told: Vec<String> =
        bars.iter().map(|bar| format!("{}: {}", bar.label, bar.count)).collect();
    let mut svg = String::with_capacity(2 * 1024);
    // Writing into a string cannot fail.
    let _ = write!(
        svg,
        r#"<svg class="chart" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{}. {}">"#,
        escape(title),
        escape(&told.join(", "))
    );
    for (at, bar) in bars.iter().enumerate() {
        let middle = (f64::from(u16::try_from(at).unwrap_or(u16::MAX)) + 0.5) * place;
        let tall = share(bar.count, most) * (floor - ABOVE);
        let (x, y) = (middle - place * FILLS / 2.0, floor - tall);
        let _ = write!(
            svg,
            r#"<rect class="chart__bar" x="{x:.1}" y="{y:.1}" width="{:.1}" height="{tall:.1}" rx="3"/><text class="chart__count" x="{middle:.1}" y="{:.1}">{}</text><text class="chart__label" x="{middle:.1}" y="{:.1}">{}</text>"#,
            place * FILLS,
            y - 7.0,
            super::format::number(bar.count),
            floor + 20.0,
            escape(&bar.label)
        );
    }
    let _ = write!(svg, r#"<path class="chart__floor" d="M0 {floor:.0}H{width:.0}"/></svg>"#);
    svg
}

/// A part of a whole from 0 to 1, as fine as a screen can show.
fn share(part: u64, whole: u64) -> f64 {
    let thousandths = part.saturating_mul(1_000).checked_div(whole).unwrap_or_default();
    f64::from(u16::try_from(thousandths.min(1_000)).unwrap_or_default()) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_number_and_the_tallest_reaches_the_top() {
        let bar = |label: &str, count| Bar { label: label.to_owned(), count };
        let svg = columns("Ages", &[bar("a<b", 3), bar("old", 1_200), bar("never", 0)]);
        assert!(svg.contains(r#"aria-label="Ages. a&lt;b: 3, old: 1200, never: 0""#), "{svg}");
        assert!(svg.contains(">1,200</text>"));
        assert!(svg.contains(r#"height="194.0""#) && svg.contains(r#"height="0.0""#), "{svg}");
    }

    #[test]
    fn a_chart_of_nothing_is_drawn() {
        assert!(columns("Nothing", &[]).starts_with("<svg"));
    }
}
