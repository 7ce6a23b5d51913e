//! Providers, those without a site included: found by id, slug, key or name.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots are numbered here, and the table is sorted by them"
)]

use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    columns::{WORD, bit_of, leaf_of, slots_of},
    layers::{Kept, Layers, Table},
    names::{NameDraft, NameIndex, NameQuery, fold_name},
    packed::Packed,
};
use crate::domain::SafetyStatus;

/// What a key of a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Registrable domain, or host and path on a shared host.
    Domain,
    /// Phone in E.164.
    Phone,
    /// National provider identifier.
    Npi,
    /// Folded full name or alias; the catalog makes these itself.
    Name,
}

impl KeyKind {
    const ALL: [Self; 4] = [Self::Domain, Self::Phone, Self::Npi, Self::Name];

    const fn tag(self) -> u8 {
        match self {
            Self::Domain => b'd',
            Self::Phone => b'p',
            Self::Npi => b'n',
            Self::Name => b'm',
        }
    }
}

/// One published provider as the catalog takes it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// The provider's id.
    pub id: Uuid,
    /// Name in addresses, unique among providers.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// Aliases.
    pub other_names: Vec<String>,
    /// Its safety status.
    pub status: SafetyStatus,
    /// Domains, phones and NPIs in the form in which they are compared. Names are added here.
    pub keys: Vec<(KeyKind, String)>,
    /// Ids of its published sites.
    pub sites: Vec<Uuid>,
    /// The list item's bytes; empty where it is drawn when it is asked for.
    pub item: Vec<u8>,
    /// The detail answer's bytes, compressed as the caller likes.
    pub detail: Vec<u8>,
}

/// What the catalog keeps of a provider.
#[derive(Debug)]
pub struct Provider {
    id: Uuid,
    status: SafetyStatus,
    /// Slug, name, item, detail, sites, then keys, each with its kind's tag before it, and
    /// other names.
    parts: Packed,
}

/// The first part that is a key or another name.
const TAGGED: usize = 5;

/// The tag of another name; its folded form is a key beside it.
const OTHER_NAME: u8 = b'o';

impl Provider {
    fn new(record: &ProviderRecord) -> Self {
        let tagged = |tag: u8, text: &str| [&[tag], text.as_bytes()].concat();
        let names = || std::iter::once(&record.name).chain(&record.other_names);
        let mut extra: Vec<Vec<u8>> =
            record.keys.iter().map(|(kind, key)| tagged(kind.tag(), key)).collect();
        extra.extend(names().map(|name| tagged(KeyKind::Name.tag(), &fold_name(name))));
        extra.sort_unstable();
        extra.dedup();
        extra.extend(record.other_names.iter().map(|name| tagged(OTHER_NAME, name)));
        let sites: Vec<u8> = record.sites.iter().flat_map(Uuid::as_bytes).copied().collect();
        let parts: [&[u8]; TAGGED] =
            [record.slug.as_bytes(), record.name.as_bytes(), &record.item, &record.detail, &sites];
        let parts = parts.into_iter().chain(extra.iter().map(Vec::as_slice));
        Self { id: record.id, status: record.status, parts: Packed::new(parts) }
    }

    /// The provider's id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Its safety status.
    #[must_use]
    pub const fn status(&self) -> SafetyStatus {
        self.status
    }

    /// Name in addresses.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.parts.text(0)
    }

    /// Display name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts.text(1)
    }

    /// The list item's bytes.
    #[must_use]
    pub fn item(&self) -> &[u8] {
        self.parts.part(2)
    }

    /// The detail's bytes, as they were handed in.
    #[must_use]
    pub fn detail(&self) -> &[u8] {
        self.parts.part(3)
    }

    /// Ids of its published sites.
    pub fn sites(&self) -> impl Iterator<Item = Uuid> {
        self.parts.part(4).chunks(16).filter_map(|bytes| Uuid::from_slice(bytes).ok())
    }

    /// Its keys: domains, phones, NPIs and folded names.
    pub fn keys(&self) -> impl Iterator<Item = (KeyKind, &str)> {
        self.tagged().filter_map(|(tag, text)| {
            Some((KeyKind::ALL.into_iter().find(|kind| kind.tag() == tag)?, text))
        })
    }

    /// Its other names.
    pub fn other_names(&self) -> impl Iterator<Item = &str> {
        self.tagged().filter(|(tag, _)| *tag == OTHER_NAME).map(|(_, text)| text)
    }

    /// Bytes that this provider takes, its own allocation included.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.parts.memory()
    }

    fn tagged(&self) -> impl Iterator<Item = (u8, &str)> {
        let texts = self.parts.parts().skip(TAGGED);
        texts.filter_map(|part| Some((*part.first()?, str::from_utf8(part.get(1..)?).ok()?)))
    }

    fn list_key(&self) -> ProviderKey {
        ProviderKey { name: fold_name(self.name()), id: self.id }
    }
}

/// The place of a provider in the list: by folded name, ties by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ProviderKey {
    /// Folded name.
    pub name: String,
    /// The provider's id.
    pub id: Uuid,
}

/// A page of the list of providers.
#[derive(Debug, Clone)]
pub struct ProviderPage<'a> {
    /// The page, by folded name.
    pub providers: Vec<&'a Provider>,
    /// All providers that match.
    pub total: u64,
    /// Where the next page starts; none after the last.
    pub next: Option<ProviderKey>,
}

/// Providers in the order of the list, with their indexes.
#[derive(Debug, Default)]
pub(super) struct ProviderTable {
    providers: Vec<Arc<Provider>>,
    by_id: Box<[u32]>,
    by_slug: Box<[u32]>,
    /// Sorted by the hash of a key.
    by_key: Box<[(u32, u32)]>,
    names: NameIndex,
}

impl ProviderTable {
    pub(super) fn new(mut providers: Vec<Arc<Provider>>) -> Self {
        providers.sort_by_cached_key(|provider| provider.list_key());
        let mut names = NameDraft::default();
        let mut by_key = Vec::new();
        for (slot, provider) in (0_u32..).zip(&providers) {
            names.add(provider.name(), slot);
            provider.other_names().for_each(|name| names.add(name, slot));
            by_key.extend(provider.keys().map(|(kind, key)| (hash(kind, key), slot)));
        }
        by_key.sort_unstable();
        by_key.dedup();
        let mut by_id: Vec<u32> = (0..providers.len() as u32).collect();
        let mut by_slug = by_id.clone();
        by_id.sort_unstable_by_key(|slot| providers[*slot as usize].id);
        by_slug.sort_unstable_by(|a, b| {
            providers[*a as usize].slug().cmp(providers[*b as usize].slug())
        });
        let names = names.finish(providers.len().div_ceil(WORD), |slot| slot);
        Self {
            by_id: by_id.into_boxed_slice(),
            by_slug: by_slug.into_boxed_slice(),
            by_key: by_key.into_boxed_slice(),
            names,
            providers,
        }
    }

    fn all(&self) -> impl Iterator<Item = (u32, &Arc<Provider>)> {
        (0_u32..).zip(&self.providers)
    }

    fn get(&self, slot: u32) -> Option<&Provider> {
        self.providers.get(slot as usize).map(AsRef::as_ref)
    }

    fn slot_by_slug(&self, slug: &str) -> Option<u32> {
        self.find(&self.by_slug, |provider| provider.slug().cmp(slug))
    }

    fn find(&self, slots: &[u32], order: impl Fn(&Provider) -> Ordering) -> Option<u32> {
        let at = slots.binary_search_by(|slot| order(&self.providers[*slot as usize])).ok()?;
        Some(slots[at])
    }

    fn slots_by_key<'a>(&'a self, kind: KeyKind, key: &'a str) -> impl Iterator<Item = u32> + 'a {
        let hash = hash(kind, key);
        let from = self.by_key.partition_point(|(other, _)| *other < hash);
        let same = self.by_key[from..].iter().take_while(move |(other, _)| *other == hash);
        same.map(|(_, slot)| *slot)
            .filter(move |slot| self.providers[*slot as usize].keys().any(|own| own == (kind, key)))
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        let arc = 3 * size_of::<usize>();
        self.providers.iter().map(|provider| provider.memory() + arc).sum::<usize>()
            + size_of_val(&*self.by_id)
            + size_of_val(&*self.by_slug)
            + size_of_val(&*self.by_key)
            + self.names.memory()
    }
}

fn hash(kind: KeyKind, key: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    (kind, key).hash(&mut hasher);
    hasher.finish() as u32
}

impl Table for ProviderTable {
    type New<'a> = Arc<Provider>;
    /// Bits by leaf.
    type Dead = Vec<u64>;

    fn merged(older: &[Kept<'_, Self>], new: Vec<Arc<Provider>>) -> Self {
        let kept = older.iter().flat_map(|(table, stays)| {
            table
                .all()
                .filter(move |(slot, _)| stays(*slot))
                .map(|(_, provider)| Arc::clone(provider))
        });
        Self::new(kept.chain(new).collect())
    }

    fn len(&self) -> usize {
        self.providers.len()
    }

    fn slot_by_id(&self, id: Uuid) -> Option<u32> {
        self.find(&self.by_id, |provider| provider.id.cmp(&id))
    }

    fn id(&self, slot: u32) -> Option<Uuid> {
        self.get(slot).map(Provider::id)
    }

    fn bury(&self, slot: u32, dead: &mut Vec<u64>) {
        dead.resize(self.len().div_ceil(WORD), 0);
        dead[leaf_of(slot)] |= bit_of(slot);
    }

    fn is_buried(dead: &Vec<u64>, slot: u32) -> bool {
        dead.get(leaf_of(slot)).is_some_and(|word| word & bit_of(slot) != 0)
    }
}

impl Layers<ProviderTable> {
    /// Every provider that is not replaced.
    pub(super) fn living(&self) -> impl Iterator<Item = &Provider> {
        self.each().flat_map(|layer| {
            let living = layer.table.all().filter(|(slot, _)| layer.lives(*slot));
            living.map(|(_, provider)| &**provider)
        })
    }

    /// A provider by its id.
    pub(super) fn by_id(&self, id: Uuid) -> Option<&Provider> {
        self.find(|table| table.slot_by_id(id)).and_then(|(table, slot)| table.get(slot))
    }

    /// A provider by its name in addresses.
    pub(super) fn by_slug(&self, slug: &str) -> Option<&Provider> {
        self.find(|table| table.slot_by_slug(slug)).and_then(|(table, slot)| table.get(slot))
    }

    /// Every provider with a key, by id.
    pub(super) fn by_key(&self, kind: KeyKind, key: &str) -> Vec<&Provider> {
        let mut found: Vec<&Provider> = Vec::new();
        for layer in self.each() {
            let slots = layer.table.slots_by_key(kind, key).filter(|slot| layer.lives(*slot));
            found.extend(slots.filter_map(|slot| layer.table.get(slot)));
        }
        found.sort_unstable_by_key(|provider| provider.id);
        found
    }

    /// A page of the list.
    pub(super) fn page(
        &self,
        names: Option<&NameQuery>,
        after: Option<&ProviderKey>,
        limit: usize,
    ) -> ProviderPage<'_> {
        let mut total = 0;
        let mut found: Vec<(ProviderKey, &Provider)> = Vec::new();
        for layer in self.each() {
            let table = &layer.table;
            let mask = names.map(|names| table.names.mask(names));
            let start = after.map_or(0, |after| {
                table.providers.partition_point(|provider| provider.list_key() <= *after)
            });
            let mut wanted = limit + 1;
            for leaf in 0..table.len().div_ceil(WORD) {
                let filled = match table.len() - leaf * WORD {
                    places @ 1..WORD => (1 << places) - 1,
                    _ => u64::MAX,
                };
                let dead = layer.dead.get(leaf).copied().unwrap_or_default();
                let word = mask.as_ref().map_or(filled, |mask| mask.leaf(leaf)) & filled & !dead;
                total += u64::from(word.count_ones());
                if wanted > 0 && (leaf + 1) * WORD > start {
                    let slots = slots_of(leaf, word).filter(|slot| *slot as usize >= start);
                    for slot in slots.take(wanted) {
                        let provider = table.providers[slot as usize].as_ref();
                        found.push((provider.list_key(), provider));
                        wanted -= 1;
                    }
                }
            }
        }
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(key, _)| key.clone());
        let providers = found.into_iter().map(|(_, provider)| provider).collect();
        ProviderPage { providers, total, next }
    }
}

/// Packs a record.
pub(super) fn provider(record: &ProviderRecord) -> Arc<Provider> {
    Arc::new(Provider::new(record))
}
