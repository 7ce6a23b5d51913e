//! Programs with a key.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{digest, from_text, to_text};
use crate::{
    auth::Client,
    store::{
        Action, EntityKind, Error, Reader, Tx,
        conn::Pooled,
        reader::uuid,
        schema::{client_uses, clients},
    },
};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = clients)]
struct ClientRow {
    id: String,
    key_id: String,
    key_sha256: Vec<u8>,
    version: i64,
    seq: i64,
    document: String,
}

impl Reader<'_> {
    /// Every program with the SHA-256 of its key, by id.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`].
    pub fn clients(&mut self) -> Result<Vec<(Client, [u8; 32])>, Error> {
        let rows: Vec<(String, Vec<u8>)> = self.conn.run("reading clients", |conn| {
            clients::table
                .order(clients::id)
                .select((clients::document, clients::key_sha256))
                .load(conn)
        })?;
        rows.iter().map(|(text, key)| Ok((from_text("client", text)?, digest(key)?))).collect()
    }

    /// When each program's key was last used.
    ///
    /// # Errors
    /// See [`Self::clients`].
    pub fn client_uses(&mut self) -> Result<HashMap<Uuid, DateTime<Utc>>, Error> {
        let rows: Vec<(String, NaiveDateTime)> =
            self.conn.run("reading clients", |conn| client_uses::table.load(conn))?;
        rows.into_iter().map(|(id, at)| Ok((uuid(&id)?, at.and_utc()))).collect()
    }
}

/// Writes down when keys were last used. A client that is gone has no use.
pub(in crate::store) fn note_uses(
    conn: &mut Pooled,
    uses: &[(Uuid, DateTime<Utc>)],
) -> Result<(), Error> {
    conn.run("writing when keys were used", |conn| {
        for (client, at) in uses {
            let (id, at) = (client.to_string(), at.naive_utc());
            let updated = diesel::update(client_uses::table.find(&id))
                .set(client_uses::used_at.eq(at))
                .execute(conn)?;
            let known: i64 = clients::table.find(&id).count().get_result(conn)?;
            if updated == 0 && known > 0 {
                diesel::insert_into(client_uses::table)
                    .values((client_uses::client_id.eq(&id), client_uses::used_at.eq(at)))
                    .execute(conn)?;
            }
        }
        Ok(())
    })
}

impl Tx<'_> {
    /// Stores a program: version 1 as a new one, version n in place of version n − 1.
    ///
    /// # Errors
    /// [`Error::Stale`] where the stored version is not the one before.
    pub fn put_client(
        &mut self,
        action: Action,
        client: &Client,
        key_sha256: &[u8; 32],
    ) -> Result<(), Error> {
        self.guarded(|tx| {
            let id = client.id.to_string();
            let stored: Option<(i64, String)> = tx.conn.run("reading a client", |conn| {
                clients::table
                    .find(&id)
                    .select((clients::version, clients::document))
                    .first(conn)
                    .optional()
            })?;
            let version = stored.as_ref().map_or(0, |(version, _)| *version);
            let expected = client.version - 1;
            if version != expected {
                return Err(Error::Stale { id: client.id, stored: version, expected });
            }
            let document = to_text("client", client.id, client)?;
            let before = stored.map(|(_, document)| document);
            let is_new = before.is_none();
            tx.enter_account(action, EntityKind::Client, id.clone(), (before, Some(&document)));
            let row = ClientRow {
                id,
                key_id: client.key_id.clone(),
                key_sha256: key_sha256.to_vec(),
                version: client.version,
                seq: tx.head,
                document,
            };
            tx.conn.run("writing a client", |conn| {
                if is_new {
                    diesel::insert_into(clients::table).values(&row).execute(conn)
                } else {
                    diesel::update(clients::table.find(&row.id)).set(&row).execute(conn)
                }
            })?;
            Ok(())
        })
    }
}
