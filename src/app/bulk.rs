//! Everything published at once, for programs that keep a copy.

use std::sync::Arc;

use uuid::Uuid;

use super::App;
use crate::catalog::Catalog;

/// About how many bytes are handed over at once.
const CHUNK: usize = 64 * 1_024;

/// Every published listing of one catalog, one JSON text a line, some lines at a time. Holds the
/// catalog that it began with, so that what it gives is one revision.
#[derive(Debug)]
pub struct Listings {
    catalog: Arc<Catalog>,
    ids: std::vec::IntoIter<Uuid>,
}

impl App {
    /// Every published listing, whatever its status, as of now.
    #[must_use]
    pub fn listings(&self) -> Listings {
        let catalog = self.catalog.load_full();
        let ids: Vec<Uuid> = catalog.listings().map(|(_, listing)| listing.id()).collect();
        Listings { catalog, ids: ids.into_iter() }
    }
}

impl Iterator for Listings {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
        while chunk.len() < CHUNK {
            let Some(id) = self.ids.next() else { break };
            let Some(listing) = self.catalog.listing(id) else { continue };
            let (head, tail) = listing.item();
            chunk.extend_from_slice(head);
            chunk.extend_from_slice(tail);
            chunk.push(b'\n');
        }
        (!chunk.is_empty()).then_some(chunk)
    }
}
