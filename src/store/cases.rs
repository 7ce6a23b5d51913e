//! Cases: tasks about reports, invitations, and what clinics answered to them. A case is a
//! document with what the database must enforce or find beside it; the journal keeps its
//! history. Of reports the journal has digests alone, and their contacts are in no document.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Action, Entity, EntityKind, Error, Reader, SlugKind, Tx,
    conn::Conn,
    journal::texts,
    reader::uuid,
    rows::sha256,
    schema::{cases, providers, reports, sites},
    tx::Change,
};

texts! {
    /// What a case is about.
    CaseKind {
        /// Reports on one listing and topic.
        ReportTask = "report_task",
        /// A link that a clinic was sent.
        Invite = "invite",
        /// What a clinic answered to a question.
        Answer = "answer",
    }
}

/// A case as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: Uuid,
    /// What it is about.
    pub kind: CaseKind,
    /// The provider that it concerns.
    pub provider: Uuid,
    /// While it is open, no other case has this key.
    pub open_key: Option<String>,
    /// Where it stands.
    pub state: String,
    /// When it was done with.
    pub closed_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
    /// Everything else, as JSON.
    pub document: String,
}

/// Which cases.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Of this kind.
    pub kind: Option<CaseKind>,
    /// In one of these states; empty = in any.
    pub states: Vec<String>,
    /// Of this provider.
    pub provider: Option<Uuid>,
}

/// A report as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// Its id.
    pub id: Uuid,
    /// The task that it joined.
    pub case: Uuid,
    /// SHA-256 of the token in its status address.
    pub token_sha256: [u8; 32],
    /// What was reported, as JSON.
    pub document: String,
    /// How to reach who reported it, sealed.
    pub contact: Option<Vec<u8>>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true)]
struct CaseRow {
    id: String,
    kind: String,
    provider_id: String,
    open_key: Option<String>,
    state: String,
    closed_at: Option<NaiveDateTime>,
    version: i64,
    seq: i64,
    document: String,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = reports)]
struct ReportRow {
    id: String,
    case_id: String,
    token_sha256: Vec<u8>,
    seq: i64,
    document: String,
    contact: Option<Vec<u8>>,
}

impl TryFrom<CaseRow> for Case {
    type Error = Error;

    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let kind = CaseKind::from_text(&row.kind).ok_or_else(|| {
            Error::corrupt(format!("case {}", row.id), format!("unknown kind `{}`", row.kind))
        })?;
        Ok(Self {
            id: uuid(&row.id)?,
            kind,
            provider: uuid(&row.provider_id)?,
            open_key: row.open_key,
            state: row.state,
            closed_at: row.closed_at.map(|at| at.and_utc()),
            version: row.version,
            document: row.document,
        })
    }
}

impl TryFrom<ReportRow> for StoredReport {
    type Error = Error;

    fn try_from(row: ReportRow) -> Result<Self, Error> {
        let token_sha256 = <[u8; 32]>::try_from(row.token_sha256.as_slice())
            .map_err(|error| Error::corrupt(format!("report {}", row.id), error))?;
        Ok(Self {
            id: uuid(&row.id)?,
            case: uuid(&row.case_id)?,
            token_sha256,
            document: row.document,
            contact: row.contact,
        })
    }
}

impl Reader<'_> {
    /// One case.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`]. So for all that follow.
    pub fn case(&mut self, id: Uuid) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.conn.run("reading a case", |conn| {
            cases::table.find(id.to_string()).first(conn).optional()
        })?;
        row.map(Case::try_from).transpose()
    }

    /// The open case with this key.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn open_case(&mut self, key: &str) -> Result<Option<Case>, Error> {
        let row: Option<CaseRow> = self.conn.run("reading a case", |conn| {
            cases::table.filter(cases::open_key.eq(key)).first(conn).optional()
        })?;
        row.map(Case::try_from).transpose()
    }

    /// Cases after `after`, by id: the oldest first. At most `limit`.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn cases(
        &mut self,
        filter: &CaseFilter,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Case>, Error> {
        let rows: Vec<CaseRow> = self.conn.run("reading cases", |conn| {
            let mut query = cases::table.into_boxed();
            if let Some(kind) = filter.kind {
                query = query.filter(cases::kind.eq(kind.as_str()));
            }
            if !filter.states.is_empty() {
                query = query.filter(cases::state.eq_any(&filter.states));
            }
            if let Some(provider) = filter.provider {
                query = query.filter(cases::provider_id.eq(provider.to_string()));
            }
            if let Some(after) = after {
                query = query.filter(cases::id.gt(after.to_string()));
            }
            query.order(cases::id).limit(limit).load(conn)
        })?;
        rows.into_iter().map(Case::try_from).collect()
    }

    /// The report whose status address has the token of this SHA-256.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn report_by_token(&mut self, sha256: &[u8; 32]) -> Result<Option<StoredReport>, Error> {
        let row: Option<ReportRow> = self.conn.run("reading a report", |conn| {
            reports::table.filter(reports::token_sha256.eq(sha256.to_vec())).first(conn).optional()
        })?;
        row.map(StoredReport::try_from).transpose()
    }

    /// The reports that joined a task, the oldest first.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn reports_of(&mut self, case: Uuid) -> Result<Vec<StoredReport>, Error> {
        let rows: Vec<ReportRow> = self.conn.run("reading reports", |conn| {
            let of_case = reports::table.filter(reports::case_id.eq(case.to_string()));
            of_case.order(reports::id).load(conn)
        })?;
        rows.into_iter().map(StoredReport::try_from).collect()
    }

    /// The provider that an id or slug names, and the site where it names one, public or not.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn owners_of(&mut self, key: &str) -> Result<(Option<Uuid>, Option<Uuid>), Error> {
        let mut wanted = vec![key.to_owned()];
        for kind in [SlugKind::Site, SlugKind::Provider] {
            let owners = self.slug_owners(kind, &[key])?;
            wanted.extend(owners.into_values().map(|id| id.to_string()));
        }
        let site: Option<(String, String)> = self.conn.run("reading sites", |conn| {
            let named = sites::table.filter(sites::id.eq_any(&wanted));
            named.select((sites::provider_id, sites::id)).first(conn).optional()
        })?;
        if let Some((provider, site)) = site {
            return Ok((Some(uuid(&provider)?), Some(uuid(&site)?)));
        }
        let provider: Option<String> = self.conn.run("reading providers", |conn| {
            let named = providers::table.filter(providers::id.eq_any(&wanted));
            named.select(providers::id).first(conn).optional()
        })?;
        Ok((provider.as_deref().map(uuid).transpose()?, None))
    }

    /// The reports with a contact whose task was closed before a time.
    ///
    /// # Errors
    /// See [`Self::case`].
    pub fn contacts_closed_before(&mut self, time: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
        let ids: Vec<String> = self.conn.run("reading reports", |conn| {
            let closed =
                cases::table.filter(cases::closed_at.lt(time.naive_utc())).select(cases::id);
            reports::table
                .filter(reports::contact.is_not_null())
                .filter(reports::case_id.eq_any(closed))
                .order(reports::id)
                .select(reports::id)
                .load(conn)
        })?;
        ids.iter().map(|id| uuid(id)).collect()
    }
}

/// The text of a case or a report as it stands.
pub(super) fn current_text(conn: &mut Conn, entity: &Entity) -> QueryResult<Option<String>> {
    match entity.kind {
        EntityKind::Report => {
            reports::table.find(&entity.id).select(reports::document).first(conn).optional()
        }
        _ => cases::table.find(&entity.id).select(cases::document).first(conn).optional(),
    }
}

impl Tx<'_> {
    /// Stores a case: version 1 as a new one, version n in place of version n − 1.
    ///
    /// # Errors
    /// [`Error::Stale`] where the stored version is not the one before.
    pub fn put_case(&mut self, action: Action, case: &Case) -> Result<(), Error> {
        self.guarded(|tx| {
            let before = tx.read().case(case.id)?;
            let stored = before.as_ref().map_or(0, |before| before.version);
            let expected = case.version - 1;
            if stored != expected {
                return Err(Error::Stale { id: case.id, stored, expected });
            }
            tx.enter(Change {
                action,
                entity_kind: EntityKind::Case,
                entity_id: case.id.to_string(),
                public: false,
                after_sha256: Some(sha256(&case.document)),
                before: before.as_ref().map(|before| before.document.clone()),
            });
            let row = CaseRow {
                id: case.id.to_string(),
                kind: case.kind.as_str().to_owned(),
                provider_id: case.provider.to_string(),
                open_key: case.open_key.clone(),
                state: case.state.clone(),
                closed_at: case.closed_at.map(|at| at.naive_utc()),
                version: case.version,
                seq: tx.head,
                document: case.document.clone(),
            };
            tx.conn.run("writing a case", |conn| {
                if before.is_some() {
                    diesel::update(cases::table.find(&row.id)).set(&row).execute(conn)
                } else {
                    diesel::insert_into(cases::table).values(&row).execute(conn)
                }
            })?;
            Ok(())
        })
    }

    /// Stores a new report.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn add_report(&mut self, report: &StoredReport) -> Result<(), Error> {
        self.guarded(|tx| {
            tx.enter_report(Action::Create, report.id, &report.document);
            let row = ReportRow {
                id: report.id.to_string(),
                case_id: report.case.to_string(),
                token_sha256: report.token_sha256.to_vec(),
                seq: tx.head,
                document: report.document.clone(),
                contact: report.contact.clone(),
            };
            tx.conn.run("writing a report", |conn| {
                diesel::insert_into(reports::table).values(&row).execute(conn)
            })?;
            Ok(())
        })
    }

    /// Deletes the contact of a report for good; what was reported stays.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn forget_contact(&mut self, report: Uuid) -> Result<(), Error> {
        self.guarded(|tx| {
            let id = report.to_string();
            let document: Option<String> = tx.conn.run("reading a report", |conn| {
                reports::table.find(&id).select(reports::document).first(conn).optional()
            })?;
            let Some(document) = document else { return Ok(()) };
            tx.enter_report(Action::Forget, report, &document);
            let seq = tx.head;
            tx.conn.run("writing a report", |conn| {
                diesel::update(reports::table.find(&id))
                    .set((reports::contact.eq(None::<Vec<u8>>), reports::seq.eq(seq)))
                    .execute(conn)
            })?;
            Ok(())
        })
    }

    /// The words of a report are in no history: the journal has their digest.
    fn enter_report(&mut self, action: Action, id: Uuid, document: &str) {
        self.enter(Change {
            action,
            entity_kind: EntityKind::Report,
            entity_id: id.to_string(),
            public: false,
            after_sha256: Some(sha256(document)),
            before: None,
        });
    }
}
