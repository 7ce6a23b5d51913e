//! Writing the page: listings are copied from the bytes that the catalog keeps.

use std::io::Write as _;

use super::{Rendering, SearchMeta};
use crate::{app::answer::ClinicItem, catalog::Hit, domain::place::METRES_PER_MILE};

/// JSON or GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The envelope with `data`, `meta` and `links`.
    Json,
    /// A GeoJSON feature collection (RFC 7946).
    GeoJson,
}

/// A body being written.
pub(super) struct Body {
    shape: Shape,
    out: Vec<u8>,
}

impl Body {
    pub(super) fn new(shape: Shape, hits: usize) -> Self {
        Self { shape, out: Vec::with_capacity(1024 + hits * 1536) }
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
        let mut body = Self::new(Shape::Json, 1);
        body.item(hit);
        serde_json::from_slice(&body.out)
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
