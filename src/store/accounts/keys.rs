//! The keys that sign access tokens.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::{
    auth::SigningKey,
    store::{
        Action, EntityKind, Error, Reader, Tx, rows::sha256, schema::signing_keys, tx::Change,
    },
};

#[derive(Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow<'a> {
    kid: &'a str,
    created_at: NaiveDateTime,
    private: &'a [u8],
    public: &'a [u8],
    seq: i64,
}

impl Reader<'_> {
    /// Every key that signs tokens, the oldest first.
    ///
    /// # Errors
    /// See [`Self::head`].
    pub fn signing_keys(&mut self) -> Result<Vec<SigningKey>, Error> {
        let rows: Vec<(String, NaiveDateTime, Vec<u8>, Vec<u8>)> =
            self.conn.run("reading the signing keys", |conn| {
                signing_keys::table
                    .order((signing_keys::created_at, signing_keys::kid))
                    .select((
                        signing_keys::kid,
                        signing_keys::created_at,
                        signing_keys::private,
                        signing_keys::public,
                    ))
                    .load(conn)
            })?;
        let key = |(kid, at, private, public): (String, NaiveDateTime, Vec<u8>, Vec<u8>)| {
            SigningKey { kid, created_at: at.and_utc(), private, public }
        };
        Ok(rows.into_iter().map(key).collect())
    }
}

impl Tx<'_> {
    /// Adds a key. Its entry has the digest of the public half.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn add_signing_key(&mut self, key: &SigningKey) -> Result<(), Error> {
        self.guarded(|tx| {
            tx.enter_key(Action::Create, &key.kid, Some(&key.public));
            let row = KeyRow {
                kid: &key.kid,
                created_at: key.created_at.naive_utc(),
                private: &key.private,
                public: &key.public,
                seq: tx.head,
            };
            tx.conn.run("writing a signing key", |conn| {
                diesel::insert_into(signing_keys::table).values(&row).execute(conn)
            })?;
            Ok(())
        })
    }

    /// Takes a key away: every token that it signed is refused from now on.
    ///
    /// # Errors
    /// See [`Self::add_signing_key`].
    pub fn remove_signing_key(&mut self, kid: &str) -> Result<(), Error> {
        self.guarded(|tx| {
            let removed = tx.conn.run("removing a signing key", |conn| {
                diesel::delete(signing_keys::table.find(kid)).execute(conn)
            })?;
            if removed > 0 {
                tx.enter_key(Action::Remove, kid, None);
            }
            Ok(())
        })
    }

    fn enter_key(&mut self, action: Action, kid: &str, public: Option<&[u8]>) {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        self.enter(Change {
            action,
            entity_kind: EntityKind::SigningKey,
            entity_id: kid.to_owned(),
            public: false,
            after_sha256: public.map(|public| sha256(&hex(public))),
            before: None,
        });
    }
}
