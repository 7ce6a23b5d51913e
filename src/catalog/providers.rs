//! Providers, and what was taken off the directory: found by id, name in addresses, web
//! address, phone, NPI and name.
//!
//! There is a large table, made now and then, and a small one with what changed since. A change
//! makes a new small table and marks what it replaces in the large one.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use uuid::Uuid;

use super::names::{NameDraft, NameIndex, NameQuery, fold_name};

/// A provider as the catalog takes it in and keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// The provider's id.
    pub id: Uuid,
    /// Name in addresses.
    pub slug: String,
    /// Display name first, then aliases.
    pub names: Vec<String>,
    /// Web addresses as exact keys.
    pub websites: Vec<String>,
    /// Phones in E.164, those of its sites too.
    pub phones: Vec<String>,
    /// National provider identifiers.
    pub npis: Vec<String>,
    /// Ids and names in addresses of its sites.
    pub sites: Vec<(Uuid, String)>,
    /// Whether it is public, or was.
    pub standing: Standing,
}

/// Whether a provider is public, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Public; with its document, compressed as the caller likes.
    Public(Vec<u8>),
    /// Taken off for good.
    Delisted,
    /// Became part of this provider.
    Merged(Uuid),
}

/// By what a provider can be found exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExactKey {
    /// A web address as a key.
    Website,
    /// A phone in E.164.
    Phone,
    /// A national provider identifier.
    Npi,
    /// A name, folded.
    Name,
    /// A provider's id or name in addresses.
    Provider,
    /// A site's id or name in addresses.
    Site,
}

/// What stands behind an id or a name in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is public: its id.
    Here(Uuid),
    /// It became part of this provider.
    Merged(Uuid),
    /// It was taken off for good.
    Delisted,
    /// Nothing.
    Nowhere,
}

impl ProviderRecord {
    /// The display name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The provider's document, as it was handed in; empty where it is not public.
    #[must_use]
    pub fn detail(&self) -> &[u8] {
        match &self.standing {
            Standing::Public(detail) => detail,
            Standing::Delisted | Standing::Merged(_) => &[],
        }
    }

    const fn is_public(&self) -> bool {
        matches!(self.standing, Standing::Public(_))
    }

    /// Every exact key, with its kind.
    fn keys(&self) -> Vec<(ExactKey, String)> {
        let mut keys = vec![
            (ExactKey::Provider, self.id.to_string()),
            (ExactKey::Provider, self.slug.clone()),
        ];
        for (id, slug) in &self.sites {
            keys.push((ExactKey::Site, id.to_string()));
            keys.push((ExactKey::Site, slug.clone()));
        }
        if self.is_public() {
            let texts = |kind, list: &[String]| {
                list.iter().map(|text| (kind, text.clone())).collect::<Vec<_>>()
            };
            keys.extend(texts(ExactKey::Website, &self.websites));
            keys.extend(texts(ExactKey::Phone, &self.phones));
            keys.extend(texts(ExactKey::Npi, &self.npis));
            keys.extend(self.names.iter().map(|name| (ExactKey::Name, fold_name(name))));
        }
        keys
    }

    fn found(&self, public: Uuid) -> Found {
        match self.standing {
            Standing::Public(_) => Found::Here(public),
            Standing::Delisted => Found::Delisted,
            Standing::Merged(into) => Found::Merged(into),
        }
    }
}

/// Providers with their keys.
#[derive(Debug, Default)]
struct Table {
    records: Vec<Arc<ProviderRecord>>,
    /// Hashes of keys with the record's place in `records`, sorted. A hash says where to look;
    /// only the key itself decides.
    keys: Vec<(u64, u32)>,
    /// Places of public records in the order of folded names and ids.
    by_name: Vec<(String, u32)>,
    words: NameIndex,
}

impl Table {
    fn new(records: Vec<Arc<ProviderRecord>>) -> Self {
        let mut keys = Vec::new();
        let mut by_name = Vec::new();
        let mut draft = NameDraft::default();
        for (place, record) in (0_u32..).zip(&records) {
            keys.extend(record.keys().iter().map(|(kind, text)| (hash(*kind, text), place)));
            if record.is_public() {
                by_name.push((fold_name(record.name()), place));
                for name in &record.names {
                    draft.add(name, place);
                }
            }
        }
        keys.sort_unstable();
        keys.dedup();
        by_name.sort_by(|(a, at), (b, bt)| {
            let id = |place: &u32| records.get(index(*place)).map(|record| record.id);
            a.cmp(b).then_with(|| id(at).cmp(&id(bt)))
        });
        let words = draft.finish(records.len().div_ceil(super::columns::WORD), |place| place);
        Self { records, keys, by_name, words }
    }

    /// The place of the first record with exactly this key.
    fn place(&self, kind: ExactKey, text: &str) -> Option<u32> {
        self.places(kind, text).next()
    }

    fn exact<'t>(
        &'t self,
        kind: ExactKey,
        text: &'t str,
    ) -> impl Iterator<Item = &'t Arc<ProviderRecord>> {
        self.places(kind, text).filter_map(|place| self.records.get(index(place)))
    }

    fn places<'t>(&'t self, kind: ExactKey, text: &'t str) -> impl Iterator<Item = u32> + 't {
        let wanted = hash(kind, text);
        let from = self.keys.partition_point(|(hash, _)| *hash < wanted);
        self.keys
            .iter()
            .skip(from)
            .take_while(move |(hash, _)| *hash == wanted)
            .map(|(_, place)| *place)
            .filter(move |place| {
                let keys = self.records.get(index(*place)).map(|record| record.keys());
                keys.is_some_and(|keys| keys.iter().any(|key| key.0 == kind && key.1 == text))
            })
    }

    fn named_like<'t>(
        &'t self,
        query: &NameQuery,
    ) -> impl Iterator<Item = &'t Arc<ProviderRecord>> {
        let mask = self.words.mask(query);
        let leaves = self.records.len().div_ceil(super::columns::WORD);
        (0..leaves)
            .flat_map(move |leaf| super::columns::slots_of(leaf, mask.leaf(leaf)))
            .filter_map(|slot| self.records.get(index(slot)))
    }
}

/// The providers of a catalog.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    base: Arc<Table>,
    recent: Arc<Table>,
    /// Providers whose record in `base` no longer counts.
    replaced: Arc<HashSet<Uuid>>,
}

impl Directory {
    /// Makes the large table.
    pub(super) fn new(records: Vec<ProviderRecord>) -> Self {
        let records = records.into_iter().map(Arc::new).collect();
        Self { base: Arc::new(Table::new(records)), ..Self::default() }
    }

    /// Takes in changes: a provider without a record is taken out.
    pub(super) fn patched(&self, changes: Vec<(Uuid, Option<ProviderRecord>)>) -> Self {
        let changed: HashSet<Uuid> = changes.iter().map(|(id, _)| *id).collect();
        let kept = self.recent.records.iter().filter(|record| !changed.contains(&record.id));
        let fresh = changes.into_iter().filter_map(|(_, record)| record.map(Arc::new));
        let recent = Table::new(kept.cloned().chain(fresh).collect());
        Self {
            base: Arc::clone(&self.base),
            recent: Arc::new(recent),
            replaced: Arc::new(self.replaced.union(&changed).copied().collect()),
        }
    }

    /// How many providers have changed since the large table was made.
    pub(super) fn recent(&self) -> usize {
        self.replaced.len()
    }

    /// Every provider, as records to make a large table from.
    pub(super) fn records(&self) -> impl Iterator<Item = &Arc<ProviderRecord>> {
        self.current(self.base.records.iter()).chain(&self.recent.records)
    }

    fn current<'t>(
        &'t self,
        base: impl Iterator<Item = &'t Arc<ProviderRecord>>,
    ) -> impl Iterator<Item = &'t Arc<ProviderRecord>> {
        base.filter(|record| !self.replaced.contains(&record.id))
    }

    fn exact<'t>(
        &'t self,
        kind: ExactKey,
        text: &'t str,
    ) -> impl Iterator<Item = &'t Arc<ProviderRecord>> {
        self.recent.exact(kind, text).chain(self.current(self.base.exact(kind, text)))
    }

    /// The public providers with exactly this key, in the order of their ids.
    pub(super) fn with_key(&self, kind: ExactKey, text: &str) -> Vec<Uuid> {
        let ids: BTreeSet<Uuid> = self.exact(kind, text).map(|record| record.id).collect();
        ids.into_iter().collect()
    }

    /// The provider with this id, if it is public.
    pub(super) fn get(&self, id: Uuid) -> Option<&ProviderRecord> {
        let text = id.to_string();
        let tables = [(&self.recent, false), (&self.base, true)];
        tables.into_iter().find_map(|(table, replaceable)| {
            let place = table.place(ExactKey::Provider, &text)?;
            let record = table.records.get(index(place))?;
            let stands = !(replaceable && self.replaced.contains(&record.id));
            (stands && record.is_public()).then_some(record.as_ref())
        })
    }

    /// What stands behind a provider's id or name in addresses.
    pub(super) fn find_provider(&self, key: &str) -> Found {
        let record = self.exact(ExactKey::Provider, key).next();
        record.map_or(Found::Nowhere, |record| record.found(record.id))
    }

    /// What stands behind a site's id or name in addresses.
    pub(super) fn find_site(&self, key: &str) -> Found {
        let Some(record) = self.exact(ExactKey::Site, key).next() else { return Found::Nowhere };
        let named = |(id, slug): &&(Uuid, String)| slug == key || id.to_string() == key;
        record.sites.iter().find(named).map_or(Found::Nowhere, |(id, _)| record.found(*id))
    }

    /// Public providers whose names match, typos forgiven, the likest first.
    pub(super) fn named_like(&self, query: &NameQuery, typed: &str, limit: usize) -> Vec<Uuid> {
        let typed = fold_name(typed);
        let found = self.recent.named_like(query).chain(self.current(self.base.named_like(query)));
        let mut ranked: Vec<(usize, &str, Uuid)> = found
            .map(|record| {
                let likeness =
                    record.names.iter().map(|n| strsim::levenshtein(&fold_name(n), &typed));
                (likeness.min().unwrap_or(usize::MAX), record.name(), record.id)
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().take(limit).map(|(.., id)| id).collect()
    }

    /// Public providers in the order of folded names and ids, after the given one, at most
    /// `limit`, each with its folded name.
    pub(super) fn page(&self, after: Option<&(String, Uuid)>, limit: usize) -> Vec<(String, Uuid)> {
        let of = |table: &Arc<Table>, replaceable: bool| -> Vec<(String, Uuid)> {
            let from = table.by_name.partition_point(|(name, place)| {
                let id = table.records.get(index(*place)).map(|record| record.id);
                after.is_some_and(|(last, last_id)| {
                    (name.as_str(), id) <= (last.as_str(), Some(*last_id))
                })
            });
            table
                .by_name
                .iter()
                .skip(from)
                .filter_map(|(name, place)| {
                    let id = table.records.get(index(*place))?.id;
                    let stands = !(replaceable && self.replaced.contains(&id));
                    stands.then(|| (name.clone(), id))
                })
                .take(limit)
                .collect()
        };
        let mut page = of(&self.base, true);
        page.extend(of(&self.recent, false));
        page.sort_unstable();
        page.truncate(limit);
        page
    }

    /// How many public providers there are.
    pub(super) fn count(&self) -> usize {
        self.records().filter(|record| record.is_public()).count()
    }
}

fn hash(kind: ExactKey, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    hasher.finish()
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
