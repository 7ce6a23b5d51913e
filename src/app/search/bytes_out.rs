//! Writing the page: listings are copied from the bytes that the catalog keeps.

use std::io::Write as _;

use super::{METRES_PER_MILE, Rendering, SearchMeta};
use crate::catalog::Hit;

/// JSON or GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The envelope with `data`, `meta` and `links`.
    Json,
    /// A GeoJSON feature collection (RFC 7946).
    GeoJson,
}

/// Bytes that an item takes beside its own: its distance, or a feature around it.
const AROUND_ITEM: usize = 192;

/// Bytes that the rest of a body takes at most, as a rule.
const AROUND_ITEMS: usize = 4_096;

/// A body being written.
pub(super) struct Body {
    shape: Shape,
    out: Vec<u8>,
}

impl Body {
    /// With room for all of it, so that nothing is copied twice.
    pub(super) fn new(shape: Shape, hits: &[Hit<'_>]) -> Self {
        let item = |hit: &Hit<'_>| {
            let (head, tail) = hit.listing.item();
            head.len() + tail.len() + AROUND_ITEM
        };
        let items: usize = hits.iter().map(item).sum();
        Self { shape, out: Vec::with_capacity(AROUND_ITEMS + items) }
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

    /// The item's own bytes with the distance put in its place.
    fn item(&mut self, hit: &Hit<'_>) {
        let (head, tail) = hit.listing.item();
        self.out.extend_from_slice(head);
        if let Some(m) = hit.distance_m {
            // Writing into memory cannot fail.
            let _ =
                write!(self.out, r#""distance":{{"m":{m:.1},"mi":{:.3}}},"#, m / METRES_PER_MILE);
        }
        self.out.extend_from_slice(tail);
    }

    fn feature(&mut self, hit: &Hit<'_>) {
        self.text(r#"{"type":"Feature","id":"#);
        self.json(&hit.listing.id());
        self.text(r#","geometry":"#);
        match hit.listing.point() {
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

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        // Writing into memory cannot fail, and none of these has a map with odd keys.
        let _ = serde_json::to_writer(&mut self.out, value);
    }
}
