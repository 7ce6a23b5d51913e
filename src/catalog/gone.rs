//! What was taken off the directory: the ids and names in addresses under which it was found,
//! so that whoever follows an old link is told what became of it.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

/// What became of a provider and its sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Taken off for good.
    Delisted,
    /// Became part of the provider or the site with this id.
    Merged(Uuid),
}

/// A provider that is public no more, with everything that it was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneRecord {
    /// The provider's id.
    pub id: Uuid,
    /// Ids and names in addresses of the provider and its sites, each with what became of it.
    pub keys: Vec<(String, Fate)>,
}

/// Everything that was taken off.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone {
    by_key: Arc<BTreeMap<String, (Uuid, Fate)>>,
}

impl Gone {
    pub(super) fn fate(&self, key: &str) -> Option<Fate> {
        self.by_key.get(key).map(|(_, fate)| *fate)
    }

    /// The same after some providers have changed: what is known of them goes, and `records`
    /// come in. Few listings are ever taken off, so the map is copied.
    pub(super) fn patched<'r>(
        &self,
        changed: impl Fn(Uuid) -> bool,
        records: impl Iterator<Item = &'r GoneRecord>,
    ) -> Self {
        let mut by_key = BTreeMap::clone(&self.by_key);
        by_key.retain(|_, (id, _)| !changed(*id));
        for record in records {
            by_key.extend(record.keys.iter().map(|(key, fate)| (key.clone(), (record.id, *fate))));
        }
        Self { by_key: Arc::new(by_key) }
    }
}
