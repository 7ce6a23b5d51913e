//! The write token: whoever has one may change rows, and each change writes its entry.

use std::{
    collections::{HashMap, HashSet},
    panic::resume_unwind,
    thread,
};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use diesel::prelude::*;

use super::{
    Action, Actor, DataKind, EntityKind, Error, MetaKey, Publisher, Reader, Reason, SlugKind,
    conn::Pooled,
    dialect,
    public_log::Pending,
    rows::{EntryRow, ProviderRow, SiteRow, SlugRow, sha256},
    schema::{journal, meta, providers, sites, slugs},
};
use crate::domain::{ListingState, provider::Provider};

/// At most this many ids in one `IN (…)`.
const IDS: usize = 500;

/// From so many providers on, what the public sees of them is drawn while they are written.
const SIDE_BY_SIDE: usize = 16;

/// A write in progress; only [`super::Store::write`] makes one.
///
/// Once a method has failed the write is doomed: nothing of it is kept, whatever the closure
/// returns. Both databases behave so, though SQLite alone would keep the half that went well.
pub struct Tx<'c> {
    pub(super) conn: &'c mut Pooled,
    pub(super) actor: &'c Actor,
    pub(super) reason: &'c Reason,
    pub(super) at: DateTime<Utc>,
    /// The civil date by the clock, for which public records hold.
    pub(super) today: NaiveDate,
    /// The number of the last entry; the next one will be one more.
    pub(super) head: i64,
    entries: Vec<EntryRow>,
    /// How many journal entries this write has made.
    pub(super) entered: usize,
    pub(super) publisher: Option<&'c dyn Publisher>,
    pub(super) log: Pending,
    holds: Option<DataKind>,
    transaction: u64,
    doomed: bool,
}

/// Where a transaction stands, from one write in it to the next.
#[derive(Debug, Clone)]
pub(super) struct Position {
    /// Which transaction of this process.
    pub transaction: u64,
    /// The number of the last journal entry.
    head: i64,
    /// The time of that entry.
    at: Option<DateTime<Utc>>,
    /// What the providers are.
    holds: Option<DataKind>,
    /// The index of the public log's next entry, once it is known.
    next_index: Option<u64>,
}

impl Position {
    /// Reads it at the begin of a transaction.
    pub fn read(conn: &mut Pooled, transaction: u64) -> Result<Self, Error> {
        let last: Option<(i64, chrono::NaiveDateTime)> =
            conn.run("reading the journal", |conn| {
                journal::table
                    .order(journal::seq.desc())
                    .select((journal::seq, journal::at))
                    .first(conn)
                    .optional()
            })?;
        Ok(Self {
            transaction,
            head: last.map_or(0, |(seq, _)| seq),
            at: last.map(|(_, at)| at.and_utc()),
            holds: Reader::new(conn).data_kind()?,
            next_index: None,
        })
    }

    /// The number of the last journal entry.
    pub const fn head(&self) -> i64 {
        self.head
    }
}

/// What an update has to know about the stored row.
struct Stored {
    version: i64,
    slug: String,
    listing_state: String,
    document: String,
}

/// One entry in the making.
pub(super) struct Change {
    pub action: Action,
    pub entity_kind: EntityKind,
    pub entity_id: String,
    pub public: bool,
    /// None where the entity is gone.
    pub after_sha256: Option<[u8; 32]>,
    pub before: Option<String>,
}

impl<'c> Tx<'c> {
    /// Begins, under the writer's lock. The time never runs backwards in the journal, even
    /// where clocks do.
    pub(super) fn begin(
        conn: &'c mut Pooled,
        (actor, reason): (&'c Actor, &'c Reason),
        publisher: Option<&'c dyn Publisher>,
        now: DateTime<Utc>,
        position: &Position,
    ) -> Self {
        let now = now.trunc_subsecs(6);
        let at = position.at.map_or(now, |last| last.max(now));
        Self {
            conn,
            actor,
            reason,
            at,
            today: now.date_naive(),
            head: position.head,
            entries: Vec::new(),
            entered: 0,
            publisher,
            log: Pending::from(position.next_index),
            holds: position.holds,
            transaction: position.transaction,
            doomed: false,
        }
    }

    /// Writes the entries; the caller commits. Returns where the transaction stands now.
    pub(super) fn finish(mut self) -> Result<Position, Error> {
        if self.doomed {
            return Err(Error::Doomed);
        }
        self.write_entries()?;
        Ok(Position {
            transaction: self.transaction,
            head: self.head,
            at: Some(self.at),
            holds: self.holds,
            next_index: self.log.next_index(),
        })
    }

    /// Writes the journal's entries so far, and then the public log's, which belong to them.
    fn write_entries(&mut self) -> Result<(), Error> {
        let entries = std::mem::take(&mut self.entries);
        self.conn.run("writing the journal", |conn| dialect::insert_entries(conn, &entries))?;
        self.write_log()
    }

    /// The time of this write, for `updated_at` and the like.
    #[must_use]
    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Which transaction this write is part of: small writes share one, and until it is committed
    /// each sees what those before it did.
    #[must_use]
    pub const fn transaction(&self) -> u64 {
        self.transaction
    }

    /// Reads what this write sees.
    pub const fn read(&mut self) -> Reader<'_> {
        Reader::new(self.conn)
    }

    /// Stores a provider: version 1 as a new one, version n in place of version n − 1.
    ///
    /// # Errors
    /// As [`Self::put_providers`].
    pub fn put_provider(&mut self, action: Action, provider: &Provider) -> Result<(), Error> {
        self.put_providers(&[(action, provider)])
    }

    /// Stores many providers, each with an entry of its own; much faster than one by one.
    ///
    /// # Errors
    /// [`Error::Stale`] where the stored version is not the one before,
    /// [`Error::SlugTaken`] and [`Error::Conflict`] where something must be unique,
    /// [`Error::MixedData`] where real and fictional would meet.
    pub fn put_providers(&mut self, changes: &[(Action, &Provider)]) -> Result<(), Error> {
        self.guarded(|tx| tx.put_all(changes))
    }

    /// Gives a setting of the database a value.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn set_meta(&mut self, key: MetaKey, value: &str) -> Result<(), Error> {
        self.guarded(|tx| {
            let before = tx.read().meta(key)?;
            tx.conn.run("writing a setting", |conn| {
                if before.is_some() {
                    diesel::update(meta::table.find(key.as_str()))
                        .set(meta::value.eq(value))
                        .execute(conn)
                } else {
                    diesel::insert_into(meta::table)
                        .values((meta::key.eq(key.as_str()), meta::value.eq(value)))
                        .execute(conn)
                }
            })?;
            tx.enter(Change {
                action: Action::Set,
                entity_kind: EntityKind::Meta,
                entity_id: key.as_str().to_owned(),
                public: false,
                after_sha256: Some(sha256(value)),
                before: before.filter(|_| !key.is_secret()),
            });
            Ok(())
        })
    }

    /// Runs a step and dooms the write where it fails.
    pub(super) fn guarded(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.doomed {
            return Err(Error::Doomed);
        }
        let result = step(self);
        self.doomed = result.is_err();
        result
    }

    pub(super) fn enter(&mut self, change: Change) {
        self.head += 1;
        self.entered += 1;
        self.entries.push(EntryRow {
            seq: self.head,
            at: self.at.naive_utc(),
            actor_kind: self.actor.kind.as_str().to_owned(),
            actor_name: self.actor.name.clone(),
            actor_role: self.actor.role.clone(),
            action: change.action.as_str().to_owned(),
            entity_kind: change.entity_kind.as_str().to_owned(),
            entity_id: change.entity_id,
            reason_code: self.reason.code.clone(),
            reason: self.reason.text.clone(),
            public: change.public,
            after_sha256: change.after_sha256.map(Vec::from),
            before: change.before,
        });
    }

    fn put_all(&mut self, changes: &[(Action, &Provider)]) -> Result<(), Error> {
        let publishing = self.publishing();
        let shown: Vec<&Provider> = changes.iter().map(|(_, provider)| *provider).collect();
        let (seen, records) = if changes.len() < SIDE_BY_SIDE {
            (self.write_rows(changes)?, publishing.records(&shown)?)
        } else {
            thread::scope(|scope| {
                let records = scope.spawn(|| publishing.records(&shown));
                let seen = self.write_rows(changes)?;
                let records = records.join().unwrap_or_else(|panic| resume_unwind(panic));
                Ok::<_, Error>((seen, records?))
            })?
        };
        self.publish(&seen, records)?;
        if self.log.is_large() { self.write_entries() } else { Ok(()) }
    }

    /// Writes providers and what belongs to them. Each comes back with the number of its journal
    /// entry and whether it is new.
    fn write_rows<'p>(
        &mut self,
        changes: &[(Action, &'p Provider)],
    ) -> Result<Vec<(i64, bool, &'p Provider)>, Error> {
        let mut stored = self.stored(changes)?;
        let mut old_sites = self.stored_sites(stored.keys())?;
        let mut new_rows = Vec::new();
        let mut changed_rows = Vec::new();
        let mut wanted_slugs = Vec::new();
        let mut gone_sites = Vec::new();
        let mut new_sites = Vec::new();
        let mut seen = Vec::with_capacity(changes.len());
        for (action, provider) in changes {
            self.check_kind(provider)?;
            let (row, digest) = ProviderRow::of(provider, self.head + 1)?;
            let before = stored.remove(&row.id);
            check_version(provider, before.as_ref())?;
            if before.as_ref().is_none_or(|before| before.slug != row.slug) {
                wanted_slugs.push(SlugRow::new(SlugKind::Provider, &row.slug, &row.id));
            }
            let had = old_sites.remove(&row.id).unwrap_or_default();
            let has: Vec<SiteRow> =
                provider.sites.iter().map(|site| SiteRow::of(site, &row.id)).collect();
            gone_sites.extend(had.iter().filter(|s| !has.contains(s)).map(|s| s.id.clone()));
            let had: HashSet<&SiteRow> = had.iter().collect();
            for site in has.into_iter().filter(|site| !had.contains(site)) {
                wanted_slugs.push(SlugRow::new(SlugKind::Site, &site.slug, &site.id));
                new_sites.push(site);
            }
            self.enter(Change {
                action: *action,
                entity_kind: EntityKind::Provider,
                entity_id: row.id.clone(),
                public: shows(row.listing_state)
                    || before.as_ref().is_some_and(|before| shows(&before.listing_state)),
                after_sha256: Some(digest),
                before: before.as_ref().map(|before| before.document.clone()),
            });
            seen.push((self.head, before.is_none(), *provider));
            if before.is_some() { changed_rows.push(row) } else { new_rows.push(row) }
        }
        self.take_slugs(&wanted_slugs)?;
        self.conn.run("writing providers", |conn| {
            for ids in gone_sites.chunks(IDS) {
                diesel::delete(sites::table.filter(sites::id.eq_any(ids))).execute(conn)?;
            }
            for row in &changed_rows {
                diesel::update(providers::table.find(&row.id)).set(row).execute(conn)?;
            }
            dialect::insert_providers(conn, &new_rows)?;
            dialect::insert_sites(conn, &new_sites)
        })?;
        Ok(seen)
    }

    /// The rows that updates replace, by id.
    fn stored(
        &mut self,
        changes: &[(Action, &Provider)],
    ) -> Result<HashMap<String, Stored>, Error> {
        let ids: Vec<String> = changes
            .iter()
            .filter(|(_, provider)| provider.version > 1)
            .map(|(_, provider)| provider.id.to_string())
            .collect();
        let mut stored = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS) {
            let rows: Vec<(String, i64, String, String, String)> =
                self.conn.run("reading providers", |conn| {
                    let query = providers::table.select((
                        providers::id,
                        providers::version,
                        providers::slug,
                        providers::listing_state,
                        providers::document,
                    ));
                    dialect::load_keyed!(conn, query, providers::id, ids)
                })?;
            stored.extend(rows.into_iter().map(|(id, version, slug, listing_state, document)| {
                (id, Stored { version, slug, listing_state, document })
            }));
        }
        Ok(stored)
    }

    /// The sites of stored providers, by provider.
    fn stored_sites<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a String>,
    ) -> Result<HashMap<String, Vec<SiteRow>>, Error> {
        let ids: Vec<&str> = ids.map(String::as_str).collect();
        let mut by_provider: HashMap<String, Vec<SiteRow>> = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS) {
            let rows: Vec<SiteRow> = self.conn.run("reading sites", |conn| {
                dialect::load_keyed!(conn, sites::table, sites::provider_id, ids)
            })?;
            for row in rows {
                by_provider.entry(row.provider_id.clone()).or_default().push(row);
            }
        }
        Ok(by_provider)
    }

    /// The first provider decides what the database holds.
    fn check_kind(&mut self, provider: &Provider) -> Result<(), Error> {
        let offered = DataKind::from(provider.fictional);
        let holds = *self.holds.get_or_insert(offered);
        if holds == offered { Ok(()) } else { Err(Error::MixedData { holds, offered }) }
    }

    /// Reserves slugs for good, or says whose one of them is.
    fn take_slugs(&mut self, wanted: &[SlugRow]) -> Result<(), Error> {
        let taken =
            self.conn.run("reserving slugs", |conn| dialect::reserve_slugs(conn, wanted))?;
        if taken == wanted.len() {
            return Ok(());
        }
        // Some were reserved before: by the same owner is fine.
        for kind in SlugKind::ALL {
            let wanted: Vec<&SlugRow> =
                wanted.iter().filter(|row| row.kind == kind.as_str()).collect();
            for rows in wanted.chunks(IDS) {
                let names: Vec<&str> = rows.iter().map(|row| row.slug.as_str()).collect();
                let owners: HashMap<String, String> = self
                    .conn
                    .run("reading slugs", |conn| {
                        slugs::table
                            .filter(slugs::kind.eq(kind.as_str()))
                            .filter(slugs::slug.eq_any(names))
                            .select((slugs::slug, slugs::owner))
                            .load::<(String, String)>(conn)
                    })?
                    .into_iter()
                    .collect();
                for row in rows {
                    if let Some(owner) = owners.get(&row.slug).filter(|id| **id != row.owner) {
                        return Err(Error::SlugTaken {
                            kind: *kind,
                            slug: row.slug.clone(),
                            owner: owner.clone(),
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

/// True where a listing in this state has a public face: it is shown, or its absence is.
fn shows(state: &str) -> bool {
    [ListingState::Published, ListingState::Suspended].iter().any(|open| open.as_str() == state)
}

/// A new provider has version 1 and no row, a changed one the version after its row's.
fn check_version(provider: &Provider, before: Option<&Stored>) -> Result<(), Error> {
    let stored = before.map_or(0, |before| before.version);
    let expected = provider.version - 1;
    if stored == expected {
        Ok(())
    } else {
        Err(Error::Stale { id: provider.id, stored, expected })
    }
}
