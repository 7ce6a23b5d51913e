//! Answers that are kept for a day, so that a request which is sent again has one effect.
//!
//! They are kept in the transaction of the change that they report: either both are there or
//! neither. They are no part of the directory, so they have no journal entry.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Error, Tx, schema::idempotency_keys};

/// How long an answer is kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// An answer that was given to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of the request that it answered.
    pub request_sha256: Vec<u8>,
    /// The answer, in the words of whoever kept it.
    pub answer: String,
}

#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
struct Row<'a> {
    actor: &'a str,
    key: &'a str,
    request_sha256: &'a [u8],
    at: NaiveDateTime,
    answer: &'a str,
}

impl Tx<'_> {
    /// The answer that this write's actor got under a key within the last day.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn kept_answer(&mut self, key: &str) -> Result<Option<KeptAnswer>, Error> {
        let since = self.at().naive_utc() - KEPT_FOR;
        let actor = self.actor.name.clone();
        let row: Option<(Vec<u8>, String)> = self.conn.run("reading a kept answer", |conn| {
            idempotency_keys::table
                .find((&actor, key))
                .filter(idempotency_keys::at.gt(since))
                .select((idempotency_keys::request_sha256, idempotency_keys::answer))
                .first(conn)
                .optional()
        })?;
        Ok(row.map(|(request_sha256, answer)| KeptAnswer { request_sha256, answer }))
    }

    /// Keeps an answer under a key of this write's actor, and forgets those that are older
    /// than a day.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn keep_answer(
        &mut self,
        key: &str,
        request_sha256: &[u8; 32],
        answer: &str,
    ) -> Result<(), Error> {
        let at = self.at().naive_utc();
        self.guarded(|tx| {
            let actor = tx.actor.name.clone();
            tx.conn.run("keeping an answer", |conn| {
                diesel::delete(
                    idempotency_keys::table.filter(idempotency_keys::at.le(at - KEPT_FOR)),
                )
                .execute(conn)?;
                diesel::insert_into(idempotency_keys::table)
                    .values(Row { actor: &actor, key, request_sha256, at, answer })
                    .execute(conn)
            })?;
            Ok(())
        })
    }
}
