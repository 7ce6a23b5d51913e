//! The few providers that have something in their list item: those with public flags.

use super::{providers::Provider, whole::Catalog};

impl Catalog {
    /// The providers whose list item has bytes, in no particular order.
    pub fn with_item(&self) -> impl Iterator<Item = &Provider> {
        self.providers.living().filter(|provider| !provider.item().is_empty())
    }
}
