//! What people work with beside the providers: lists that were screened against, tasks, leases
//! and files behind evidence. One JSON document each, whose shape is the use case's own.

use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Action, Entity, EntityKind, Error, Reader, Tx,
    conn::Conn,
    journal::texts,
    rows::{RecordRow, sha256},
    schema::records,
    tx::Change,
};

/// At most this many ids in one `IN (…)`.
const IDS: usize = 500;

texts! {
    /// What a record is.
    RecordKind {
        /// The last issue of a list that providers were screened against.
        List = "list",
        /// Something that a person should look at.
        Task = "task",
        /// Who is working on an item of the queue, and until when.
        Lease = "lease",
        /// A file behind a piece of evidence.
        File = "file",
    }
}

impl RecordKind {
    /// What the journal calls it.
    #[must_use]
    pub const fn entity(self) -> EntityKind {
        match self {
            Self::List => EntityKind::List,
            Self::Task => EntityKind::Task,
            Self::Lease => EntityKind::Lease,
            Self::File => EntityKind::File,
        }
    }
}

/// A record as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id, unique within its kind.
    pub id: String,
    /// False once it is done with.
    pub standing: bool,
    /// Its document.
    pub text: String,
}

impl Record {
    /// Reads the document.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the text is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text)
            .map_err(|error| Error::corrupt(format!("the record {}", self.id), error))
    }
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        Self { id: row.id, standing: row.standing, text: row.document }
    }
}

/// The document of a record that the journal names.
pub(super) fn current_text(conn: &mut Conn, entity: &Entity) -> QueryResult<Option<String>> {
    records::table
        .filter(records::kind.eq(entity.kind.as_str()))
        .filter(records::id.eq(&entity.id))
        .select(records::document)
        .first(conn)
        .optional()
}

impl Tx<'_> {
    /// Stores a record, as a new one or in the place of the one with its id.
    ///
    /// # Errors
    /// Where the database does not answer, or the document cannot be written as JSON.
    pub fn put_record(
        &mut self,
        action: Action,
        (kind, id): (RecordKind, &str),
        standing: bool,
        document: &impl Serialize,
    ) -> Result<(), Error> {
        self.guarded(|tx| {
            let text = serde_json::to_string(document)
                .map_err(|error| Error::corrupt(format!("the record {id}"), error))?;
            let before = tx.read().record(kind, id)?;
            tx.enter(Change {
                action,
                entity_kind: kind.entity(),
                entity_id: id.to_owned(),
                public: false,
                after_sha256: Some(sha256(&text)),
                before: before.as_ref().map(|before| before.text.clone()),
            });
            let row = RecordRow {
                kind: kind.as_str().to_owned(),
                id: id.to_owned(),
                standing,
                seq: tx.head,
                document: text,
            };
            tx.conn.run("writing a record", |conn| {
                if before.is_some() {
                    diesel::update(records::table.find((&row.kind, &row.id)))
                        .set(&row)
                        .execute(conn)
                } else {
                    diesel::insert_into(records::table).values(&row).execute(conn)
                }
            })?;
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// One record.
    ///
    /// # Errors
    /// Where the database does not answer; so for all that follow.
    pub fn record(&mut self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error> {
        Ok(self.records(kind, &[id])?.pop())
    }

    /// The records of those ids that are known, in the order of ids.
    ///
    /// # Errors
    /// See [`Self::record`].
    pub fn records(&mut self, kind: RecordKind, ids: &[&str]) -> Result<Vec<Record>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS) {
            let rows: Vec<RecordRow> = self.conn.run("reading records", |conn| {
                records::table
                    .filter(records::kind.eq(kind.as_str()))
                    .filter(records::id.eq_any(ids))
                    .order(records::id)
                    .load(conn)
            })?;
            found.extend(rows.into_iter().map(Record::from));
        }
        Ok(found)
    }

    /// Every record of a kind that is not done with, in the order of ids.
    ///
    /// # Errors
    /// See [`Self::record`].
    pub fn standing_records(&mut self, kind: RecordKind) -> Result<Vec<Record>, Error> {
        let rows: Vec<RecordRow> = self.conn.run("reading records", |conn| {
            records::table
                .filter(records::kind.eq(kind.as_str()))
                .filter(records::standing.eq(true))
                .order(records::id)
                .load(conn)
        })?;
        Ok(rows.into_iter().map(Record::from).collect())
    }
}
