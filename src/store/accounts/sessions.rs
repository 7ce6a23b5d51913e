//! Sessions and the tokens that continue them.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{from_text, to_text};
use crate::{
    auth::Session,
    store::{
        Action, EntityKind, Error, Reader, Tx,
        reader::uuid,
        schema::{refresh_tokens, sessions, users},
    },
};

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, sessions);

/// A refresh token that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The session that it continues.
    pub session: Session,
    /// True where it has continued it before.
    pub used: bool,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
struct SessionRow {
    id: String,
    user_id: String,
    ended_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
    seq: i64,
    document: String,
}

#[derive(Insertable)]
#[diesel(table_name = refresh_tokens)]
struct TokenRow<'a> {
    sha256: &'a [u8],
    session_id: &'a str,
    used: bool,
}

impl Reader<'_> {
    /// One session.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`]. So for all that follow.
    pub fn session(&mut self, id: Uuid) -> Result<Option<Session>, Error> {
        let text: Option<String> = self.conn.run("reading a session", |conn| {
            sessions::table.find(id.to_string()).select(sessions::document).first(conn).optional()
        })?;
        text.map(|text| from_text("session", &text)).transpose()
    }

    /// The session that a refresh token continues.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn refresh(&mut self, sha256: &[u8; 32]) -> Result<Option<Refresh>, Error> {
        let found: Option<(bool, String)> = self.conn.run("reading a session", |conn| {
            refresh_tokens::table
                .inner_join(sessions::table)
                .filter(refresh_tokens::sha256.eq(sha256.as_slice()))
                .select((refresh_tokens::used, sessions::document))
                .first(conn)
                .optional()
        })?;
        found
            .map(|(used, text)| Ok(Refresh { session: from_text("session", &text)?, used }))
            .transpose()
    }

    /// A person's sessions that go on at a time.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn open_sessions(&mut self, user: Uuid, at: DateTime<Utc>) -> Result<Vec<Session>, Error> {
        let texts: Vec<String> = self.conn.run("reading sessions", |conn| {
            sessions::table
                .filter(sessions::user_id.eq(user.to_string()))
                .filter(sessions::ended_at.is_null())
                .filter(sessions::expires_at.gt(at.naive_utc()))
                .order(sessions::id)
                .select(sessions::document)
                .load(conn)
        })?;
        texts.iter().map(|text| from_text("session", text)).collect()
    }

    /// The sessions that were ended after a time.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn sessions_ended_after(&mut self, at: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
        let ids: Vec<String> = self.conn.run("reading sessions", |conn| {
            sessions::table
                .filter(sessions::ended_at.gt(at.naive_utc()))
                .select(sessions::id)
                .load(conn)
        })?;
        ids.iter().map(|id| uuid(id)).collect()
    }
}

impl Tx<'_> {
    /// Begins a session with the first token that continues it.
    ///
    /// # Errors
    /// Where the database does not answer; so for all that follow.
    pub fn start_session(&mut self, session: &Session, token: &[u8; 32]) -> Result<(), Error> {
        self.guarded(|tx| {
            let row = tx.session_row(Action::Create, session, None)?;
            tx.conn.run("writing a session", |conn| {
                diesel::insert_into(sessions::table).values(&row).execute(conn)?;
                insert_token(conn, &row.id, token)
            })?;
            Ok(())
        })
    }

    /// Continues a session: one token is used up, another takes its place.
    ///
    /// # Errors
    /// See [`Self::start_session`].
    pub fn continue_session(
        &mut self,
        session: &Session,
        used: &[u8; 32],
        next: &[u8; 32],
    ) -> Result<(), Error> {
        self.guarded(|tx| {
            let row = tx.changed_session(Action::Change, session)?;
            tx.conn.run("writing a session", |conn| {
                diesel::update(sessions::table.find(&row.id)).set(&row).execute(conn)?;
                diesel::update(refresh_tokens::table.find(used.as_slice()))
                    .set(refresh_tokens::used.eq(true))
                    .execute(conn)?;
                insert_token(conn, &row.id, next)
            })?;
            Ok(())
        })
    }

    /// Changes a session that goes on with the tokens that it has.
    ///
    /// # Errors
    /// See [`Self::start_session`].
    pub fn change_session(&mut self, session: &Session) -> Result<(), Error> {
        self.replace_session(Action::Change, session)
    }

    /// Ends a session before its time; `ended_at` says when.
    ///
    /// # Errors
    /// See [`Self::start_session`].
    pub fn end_session(&mut self, session: &Session) -> Result<(), Error> {
        self.replace_session(Action::End, session)
    }

    fn replace_session(&mut self, action: Action, session: &Session) -> Result<(), Error> {
        self.guarded(|tx| {
            let row = tx.changed_session(action, session)?;
            tx.conn.run("writing a session", |conn| {
                diesel::update(sessions::table.find(&row.id)).set(&row).execute(conn)
            })?;
            Ok(())
        })
    }

    /// Remembers the last time step of which a code was taken. Comes with the session that the
    /// code began, whose entry tells of it.
    ///
    /// # Errors
    /// See [`Self::start_session`].
    pub fn take_totp_step(&mut self, user: Uuid, step: i64) -> Result<(), Error> {
        self.guarded(|tx| {
            tx.conn.run("writing a user", |conn| {
                diesel::update(users::table.find(user.to_string()))
                    .set(users::totp_step.eq(step))
                    .execute(conn)
            })?;
            Ok(())
        })
    }

    fn changed_session(&mut self, action: Action, session: &Session) -> Result<SessionRow, Error> {
        let before: Option<String> = self.conn.run("reading a session", |conn| {
            sessions::table
                .find(session.id.to_string())
                .select(sessions::document)
                .first(conn)
                .optional()
        })?;
        self.session_row(action, session, before)
    }

    /// The row of a session, once its entry was made.
    fn session_row(
        &mut self,
        action: Action,
        session: &Session,
        before: Option<String>,
    ) -> Result<SessionRow, Error> {
        let document = to_text("session", session.id, session)?;
        let id = session.id.to_string();
        self.enter_account(action, EntityKind::Session, id.clone(), (before, Some(&document)));
        Ok(SessionRow {
            id,
            user_id: session.user.to_string(),
            ended_at: session.ended_at.map(|at| at.naive_utc()),
            expires_at: session.expires_at.naive_utc(),
            seq: self.head,
            document,
        })
    }
}

fn insert_token(
    conn: &mut crate::store::conn::Conn,
    session_id: &str,
    sha256: &[u8; 32],
) -> QueryResult<usize> {
    diesel::insert_into(refresh_tokens::table)
        .values(&TokenRow { sha256, session_id, used: false })
        .execute(conn)
}
