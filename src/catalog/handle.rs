//! The one place where the current catalog is held.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

use super::Catalog;

/// Holds the current catalog; readers never wait, neither for it nor for what it takes to free
/// one that was replaced.
#[derive(Debug)]
pub struct CatalogHandle {
    current: ArcSwap<Catalog>,
    /// Those that were replaced, until nobody reads them any more: whoever lets one go last frees
    /// it, which takes milliseconds, and that shall not be somebody who searches.
    replaced: Mutex<Vec<Arc<Catalog>>>,
}

impl CatalogHandle {
    /// A handle on a first catalog.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self { current: ArcSwap::from_pointee(catalog), replaced: Mutex::default() }
    }

    /// The current catalog for one request, so that its answer is of one revision.
    pub fn load(&self) -> Guard<Arc<Catalog>> {
        self.current.load()
    }

    /// The current catalog to be kept for longer, such as by a rebuild.
    #[must_use]
    pub fn load_full(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// Puts another catalog in its place. Writers take turns: what was loaded, changed and
    /// stored by two at once would lose one of the changes.
    pub fn store(&self, catalog: Catalog) {
        let before = self.current.swap(Arc::new(catalog));
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner).push(before);
        self.sweep();
    }

    /// Frees what was replaced and is read no longer. To be called from time to time by a thread
    /// that nobody waits for, since a replaced catalog may be the last one for hours.
    pub fn sweep(&self) {
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody can take hold of one again that only this list holds.
        let free: Vec<_> = replaced.extract_if(.., |one| Arc::strong_count(one) == 1).collect();
        drop(replaced);
        drop(free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CatalogBuilder;

    fn empty(revision: i64) -> Catalog {
        CatalogBuilder::new(revision, "2026-11-21".parse().unwrap(), false).finish()
    }

    #[test]
    fn whoever_reads_never_frees_what_was_replaced() {
        let handle = CatalogHandle::new(empty(1));
        let read = handle.load();
        let watched = Arc::downgrade(&read);
        handle.store(empty(2));
        assert_eq!(handle.load().revision(), 2);
        drop(read);
        assert!(watched.upgrade().is_some(), "the last reader freed it");
        handle.sweep();
        assert!(watched.upgrade().is_none(), "nobody freed it");
    }
}
