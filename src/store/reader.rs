//! Everything that is read from the database.

use std::collections::HashMap;

use diesel::{dsl::exists, prelude::*, select};
use uuid::Uuid;

use super::{
    Action, ActorKind, Document, Entity, EntityKind, Entry, Error, JournalFilter, accounts, cases,
    conn::Pooled,
    dialect,
    journal::texts,
    records,
    rows::{EntryRow, sha256},
    schema::{journal, meta, providers, slugs},
};
use crate::domain::provider::Provider;

/// At most this many keys in one `IN (…)`.
const KEYS: usize = 500;

texts! {
    /// What the providers of a database are.
    DataKind {
        /// Real businesses, each statement with a source.
        Real = "real",
        /// Made up, for demonstrations and tests.
        Fictional = "fictional",
    }
}

impl From<bool> for DataKind {
    fn from(fictional: bool) -> Self {
        if fictional { Self::Fictional } else { Self::Real }
    }
}

texts! {
    /// Whose slug.
    SlugKind {
        /// A provider's.
        Provider = "provider",
        /// A site's.
        Site = "site",
    }
}

texts! {
    /// The settings that a database keeps about itself.
    MetaKey {
        /// The key that signs cursors, base64; every process on the database shares it.
        CursorKey = "cursor_key",
        /// The key that signs device tokens, base64.
        DeviceKey = "device_key",
        /// The seed of the key that signs checkpoints of the public log, base64.
        LogKey = "log_key",
        /// The public log's name; it is in every checkpoint.
        LogOrigin = "log_origin",
        /// For which date, and by which rules, public records were last compared with the log.
        Published = "published",
        /// The key that signs links which stand in for an account, base64.
        LinkKey = "link_key",
    }
}

impl MetaKey {
    /// True where the value must never appear in the journal.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::CursorKey | Self::DeviceKey | Self::LinkKey | Self::LogKey => true,
            Self::LogOrigin | Self::Published => false,
        }
    }
}

/// What was changed after a point of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The last entry that was looked at: ask from here next time.
    pub head: i64,
    /// The providers, each once, in the order of their first change.
    pub providers: Vec<Uuid>,
    /// True where `limit` was reached, so that there may be more.
    pub more: bool,
    /// True where something changed that decides who may come in.
    pub accounts: bool,
}

/// Reads within one transaction: every answer comes from the same state of the database.
pub struct Reader<'c> {
    pub(super) conn: &'c mut Pooled,
}

impl<'c> Reader<'c> {
    pub(super) const fn new(conn: &'c mut Pooled) -> Self {
        Self { conn }
    }

    /// The number of the newest journal entry; 0 in an empty database.
    ///
    /// # Errors
    /// Where the database does not answer; so for all that follow.
    pub fn head(&mut self) -> Result<i64, Error> {
        let head: Option<i64> = self.conn.run("reading the journal", |conn| {
            journal::table.select(diesel::dsl::max(journal::seq)).first(conn)
        })?;
        Ok(head.unwrap_or(0))
    }

    /// How many providers there are.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn provider_count(&mut self) -> Result<i64, Error> {
        self.conn.run("counting providers", |conn| providers::table.count().get_result(conn))
    }

    /// What the providers are; `None` while there is none.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn data_kind(&mut self) -> Result<Option<DataKind>, Error> {
        let fictional: Option<bool> = self.conn.run("reading a provider", |conn| {
            providers::table
                .select(providers::fictional)
                .order(providers::id)
                .first(conn)
                .optional()
        })?;
        Ok(fictional.map(DataKind::from))
    }

    /// One provider.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`].
    pub fn provider(&mut self, id: Uuid) -> Result<Option<Provider>, Error> {
        self.documents(&[id])?.first().map(Document::provider).transpose()
    }

    /// The documents of those providers that are known, by id.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn documents(&mut self, ids: &[Uuid]) -> Result<Vec<Document>, Error> {
        let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(KEYS) {
            let rows: Vec<(String, i64, String)> = self.conn.run("reading providers", |conn| {
                let columns = (providers::id, providers::seq, providers::document);
                let query = providers::table.order(providers::id).select(columns);
                dialect::load_keyed!(conn, query, providers::id, ids)
            })?;
            found.extend(rows);
        }
        found.into_iter().map(Document::try_from).collect()
    }

    /// The documents of those source keys that are known.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn by_source_keys(&mut self, keys: &[&str]) -> Result<HashMap<String, Document>, Error> {
        let mut found = HashMap::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let rows: Vec<(String, (String, i64, String))> =
                self.conn.run("reading providers", |conn| {
                    providers::table
                        .filter(providers::source_key.eq_any(keys))
                        .select((
                            providers::source_key,
                            (providers::id, providers::seq, providers::document),
                        ))
                        .load(conn)
                })?;
            for (key, row) in rows {
                found.insert(key, Document::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// Hands over every provider in batches of at most `size`, in the order of ids, and
    /// returns the journal's head that they are as of.
    ///
    /// # Errors
    /// See [`Self::head`]; the first error of the closure.
    pub fn for_each_batch<E: From<Error>>(
        &mut self,
        size: usize,
        mut take: impl FnMut(Vec<Document>) -> Result<(), E>,
    ) -> Result<i64, E> {
        let head = self.head()?;
        let limit = i64::try_from(size.max(1)).unwrap_or(i64::MAX);
        let mut after = String::new();
        loop {
            // One page after the other by key, since a cursor over a million rows would run
            // into PostgreSQL's limit for one statement.
            let rows: Vec<(String, i64, String)> = self.conn.run("reading providers", |conn| {
                providers::table
                    .filter(providers::id.gt(&after))
                    .order(providers::id)
                    .limit(limit)
                    .select((providers::id, providers::seq, providers::document))
                    .load(conn)
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(head) };
            after.clone_from(last);
            take(rows.into_iter().map(Document::try_from).collect::<Result<_, _>>()?)?;
        }
    }

    /// The providers that entries after `seq` changed, looking at no more than `limit` entries.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn changed_since(&mut self, seq: i64, limit: i64) -> Result<Changes, Error> {
        let rows: Vec<(i64, String, String)> = self.conn.run("reading the journal", |conn| {
            journal::table
                .filter(journal::seq.gt(seq))
                .order(journal::seq)
                .limit(limit)
                .select((journal::seq, journal::entity_kind, journal::entity_id))
                .load(conn)
        })?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
        let head = rows.last().map_or(seq, |(seq, ..)| *seq);
        let mut seen = std::collections::HashSet::new();
        let mut providers = Vec::new();
        let mut accounts = false;
        for (_, kind, id) in rows {
            accounts |= EntityKind::from_text(&kind).is_some_and(EntityKind::is_account);
            if kind == EntityKind::Provider.as_str() {
                let id = uuid(&id)?;
                if seen.insert(id) {
                    providers.push(id);
                }
            }
        }
        Ok(Changes { head, providers, more, accounts })
    }

    /// Whose those slugs are that were ever in use.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn slug_owners(
        &mut self,
        kind: SlugKind,
        wanted: &[&str],
    ) -> Result<HashMap<String, Uuid>, Error> {
        let mut owners = HashMap::with_capacity(wanted.len());
        for wanted in wanted.chunks(KEYS) {
            let rows: Vec<(String, String)> = self.conn.run("reading slugs", |conn| {
                slugs::table
                    .filter(slugs::kind.eq(kind.as_str()))
                    .filter(slugs::slug.eq_any(wanted))
                    .select((slugs::slug, slugs::owner))
                    .load(conn)
            })?;
            for (slug, owner) in rows {
                owners.insert(slug, uuid(&owner)?);
            }
        }
        Ok(owners)
    }

    /// Journal entries after `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`] for an entry that this program cannot read.
    pub fn journal(
        &mut self,
        filter: &JournalFilter,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<Entry>, Error> {
        let rows: Vec<EntryRow> = self.conn.run("reading the journal", |conn| {
            let mut query = journal::table.filter(journal::seq.gt(seq)).into_boxed();
            if let Some(Entity { kind, id }) = &filter.entity {
                query = query
                    .filter(journal::entity_kind.eq(kind.as_str()))
                    .filter(journal::entity_id.eq(id));
            }
            if filter.public_only {
                query = query.filter(journal::public.eq(true));
            }
            query.order(journal::seq).limit(limit).load(conn)
        })?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The entity's text after an entry: the `before` of its next entry or its current text.
    /// `None` where the entity was gone after it, or is secret.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`] where the text does not match the entry's digest,
    /// so that someone has changed it behind the journal's back.
    pub fn text_after(&mut self, entry: &Entry) -> Result<Option<String>, Error> {
        let Some(digest) = entry.after_sha256.filter(|_| !entry.is_secret()) else {
            return Ok(None);
        };
        let filter = JournalFilter { entity: Some(entry.entity.clone()), ..Default::default() };
        let text = match self.journal(&filter, entry.seq, 1)?.pop() {
            Some(next) => next.before,
            None => self.current_text(&entry.entity)?,
        };
        let what = || format!("the text of {} {}", entry.entity.kind, entry.entity.id);
        match text {
            Some(text) if sha256(&text) == digest => Ok(Some(text)),
            Some(_) => Err(Error::corrupt(
                format!("{} after journal entry {}", what(), entry.seq),
                "it does not match the digest in the journal",
            )),
            None => Err(Error::corrupt(what(), "it is missing")),
        }
    }

    fn current_text(&mut self, entity: &Entity) -> Result<Option<String>, Error> {
        self.conn.run("reading a text", |conn| match entity.kind {
            EntityKind::Case | EntityKind::Report => cases::current_text(conn, entity),
            EntityKind::User
            | EntityKind::Session
            | EntityKind::Client
            | EntityKind::SigningKey => accounts::current_text(conn, entity),
            EntityKind::Provider => providers::table
                .filter(providers::id.eq(&entity.id))
                .select(providers::document)
                .first(conn)
                .optional(),
            EntityKind::Meta => meta::table
                .filter(meta::key.eq(&entity.id))
                .select(meta::value)
                .first(conn)
                .optional(),
            EntityKind::List | EntityKind::Task | EntityKind::Lease | EntityKind::File => {
                records::current_text(conn, entity)
            }
            // An entry of the log only ever loses its payload.
            EntityKind::LogEntry => Ok(None),
        })
    }

    /// True once a person has published anything: from then on no file decides what is public.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn person_has_published(&mut self) -> Result<bool, Error> {
        // Written out, not bound, so that SQLite too sees that the partial index serves it.
        let by_person = diesel::dsl::sql::<diesel::sql_types::Bool>(&format!(
            "action = '{}' AND actor_kind = '{}'",
            Action::Publish,
            ActorKind::Person
        ));
        self.conn.run("reading the journal", |conn| {
            select(exists(journal::table.filter(by_person))).get_result(conn)
        })
    }

    /// A setting of the database.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn meta(&mut self, key: MetaKey) -> Result<Option<String>, Error> {
        self.conn.run("reading a setting", |conn| {
            meta::table
                .filter(meta::key.eq(key.as_str()))
                .select(meta::value)
                .first(conn)
                .optional()
        })
    }

    /// The settings of this connection that durability and patience depend on, for the
    /// operator to read.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn connection_settings(&mut self) -> Result<Vec<(&'static str, String)>, Error> {
        self.conn.run("reading the settings", dialect::settings)
    }
}

/// An id as the tables keep it.
pub(super) fn uuid(text: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(|error| Error::corrupt(format!("the id `{text}`"), error))
}
