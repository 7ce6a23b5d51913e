//! The one place where the current catalog is held.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::Catalog;

/// Holds the current catalog; readers never wait.
#[derive(Debug)]
pub struct CatalogHandle {
    current: ArcSwap<Catalog>,
}

impl CatalogHandle {
    /// A handle on a first catalog.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self { current: ArcSwap::from_pointee(catalog) }
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
        self.current.store(Arc::new(catalog));
    }
}
