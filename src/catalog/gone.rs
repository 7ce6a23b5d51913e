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
    /// The provider's own id and name in addresses.
    pub keys: Vec<String>,
    /// What became of it.
    pub fate: Fate,
    /// Ids and names in addresses of its sites, each with what became of the site. A site may
    /// have the name of its provider.
    pub sites: Vec<(String, Fate)>,
}

/// Everything that was taken off.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone {
    providers: Arc<ByKey>,
    sites: Arc<ByKey>,
}

/// The provider that each key belongs to, and what became of what it named.
type ByKey = BTreeMap<String, (Uuid, Fate)>;

impl Gone {
    pub(super) fn provider(&self, key: &str) -> Option<Fate> {
        self.providers.get(key).map(|(_, fate)| *fate)
    }

    pub(super) fn site(&self, key: &str) -> Option<Fate> {
        self.sites.get(key).map(|(_, fate)| *fate)
    }

    /// The same after some providers have changed: what is known of them goes, and `records`
    /// come in. Few listings are ever taken off, so the maps are copied.
    pub(super) fn patched<'r>(
        &self,
        changed: impl Fn(Uuid) -> bool,
        records: impl Iterator<Item = &'r GoneRecord>,
    ) -> Self {
        let mut records = records.peekable();
        let mut known = self.providers.values().chain(self.sites.values());
        if records.peek().is_none() && !known.any(|(id, _)| changed(*id)) {
            return self.clone();
        }
        let kept = |map: &Arc<ByKey>| {
            let mut map = BTreeMap::clone(map);
            map.retain(|_, (id, _)| !changed(*id));
            map
        };
        let (mut providers, mut sites) = (kept(&self.providers), kept(&self.sites));
        for GoneRecord { id, keys, fate, sites: of_sites } in records {
            providers.extend(keys.iter().map(|key| (key.clone(), (*id, *fate))));
            sites.extend(of_sites.iter().map(|(key, fate)| (key.clone(), (*id, *fate))));
        }
        Self { providers: Arc::new(providers), sites: Arc::new(sites) }
    }
}
