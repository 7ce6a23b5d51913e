//! Writing the page: listings are copied from the bytes that the catalog keeps.

use std::io::Write as _;

use super::{Rendering, SearchMeta};
use crate::{
    app::answer::{ClinicItem, Distance},
    catalog::Hit,
};

/// JSON or GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The envelope with `data`, `meta` and `links`.
    Json,
    /// A GeoJSON feature collection (RFC 7946).
    GeoJson,
}

/// Bytes of what stands around one item at most: its distance, or a feature's frame.
const AROUND_AN_ITEM: usize = 192;
/// Bytes of what stands around all items, as a rule.
const AROUND_ALL: usize = 2 * 1024;

/// A body being written.
pub(super) struct Body {
    shape: Shape,
    out: Vec<u8>,
}

impl Body {
    /// A body with room for these hits, so that it need not grow under them.
    pub(super) fn new(shape: Shape, hits: &[Hit<'_>]) -> Self {
        let items = hits.iter().map(|hit| {
            let (head, tail) = hit.listing.item();
            head.len() + tail.len() + AROUND_AN_ITEM
        });
        Self { shape, out: Vec::with_capacity(AROUND_ALL + items.sum::<usize>()) }
    }

    pub(super) fn write(
        mut self,
        hits: &[Hit<'_>],
        meta: &SearchMeta,
        rendering: &Rendering<'_>,
    ) -> Vec<u8> {
        self.text(match self.shape {
            Shape::Json => r#"{"data":["#,
            Shape::GeoJson => r#"{"type":"FeatureCollection","features":["#,
        });
        for (at, hit) in hits.iter().enumerate() {
            if at > 0 {
                self.text(",");
            }
            match self.shape {
                Shape::Json => self.item(hit),
                Shape::GeoJson => self.feature(hit),
            }
        }
        self.text(r#"],"meta":"#);
        self.json(meta);
        self.text(r#","links":{"self":"#);
        self.json(rendering.this);
        self.text(r#","next":"#);
        let next =
            meta.next_cursor.as_ref().map(|cursor| format!("{}{cursor}", rendering.next_prefix));
        self.json(&next);
        self.text("}}");
        self.out
    }

    /// A listing as a value.
    pub(super) fn read(hit: &Hit<'_>) -> serde_json::Result<ClinicItem> {
        let mut body = Self::new(Shape::Json, std::slice::from_ref(hit));
        body.item(hit);
        serde_json::from_slice(&body.out)
    }

    /// The item's own bytes with the distance put in its place.
    fn item(&mut self, hit: &Hit<'_>) {
        let (head, tail) = hit.listing.item();
        self.out.extend_from_slice(head);
        if let Some(m) = hit.distance_m {
            let Distance { m, mi } = Distance::of(m);
            self.text(r#""distance":{"m":"#);
            self.decimal(m, 10);
            self.text(r#","mi":"#);
            self.decimal(mi, 1_000);
            self.text("},");
        }
        self.out.extend_from_slice(tail);
    }

    fn feature(&mut self, hit: &Hit<'_>) {
        self.text(r#"{"type":"Feature","id":"#);
        self.json(&hit.listing.id());
        self.text(r#","geometry":"#);
        match hit.point {
            Some(p) => {
                let _ =
                    write!(self.out, r#"{{"type":"Point","coordinates":[{},{}]}}"#, p.lon, p.lat);
            }
            None => self.text("null"),
        }
        self.text(r#","properties":"#);
        self.item(hit);
        self.text("}");
    }

    /// Writes a distance as a whole number and tenths (`unit` = 10) or thousandths (1,000): one
    /// stands in every item, and formatting floating point exactly takes ten times as long.
    fn decimal(&mut self, value: f64, unit: u64) {
        #[expect(clippy::as_conversions, reason = "no distance on Earth has more units than fit")]
        let units = (value * unit as f64).round() as u64;
        let places = if unit == 10 { 1 } else { 3 };
        // Writing into memory cannot fail.
        let _ = write!(self.out, "{}.{:0places$}", units / unit, units % unit);
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        // Writing into memory cannot fail, and none of these has a map with odd keys.
        let _ = serde_json::to_writer(&mut self.out, value);
    }
}
