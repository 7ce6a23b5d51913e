//! People.

use diesel::prelude::*;
use uuid::Uuid;

use super::{from_text, to_text};
use crate::{
    auth::User,
    store::{Action, EntityKind, Error, Reader, Tx, schema::users},
};

/// What proves that somebody is who they say.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The password, as a PHC string of argon2id.
    pub password: String,
    /// The secret of the second factor.
    pub totp_secret: Option<Vec<u8>>,
    /// A secret that was offered and is not confirmed yet.
    pub totp_offered: Option<Vec<u8>>,
    /// The last time step of which a code was taken, so that none is taken twice.
    pub totp_step: i64,
}

impl Credentials {
    /// A password and nothing else.
    #[must_use]
    pub const fn new(password: String) -> Self {
        Self { password, totp_secret: None, totp_offered: None, totp_step: 0 }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials([REDACTED])")
    }
}

#[derive(Insertable, AsChangeset, Queryable)]
#[diesel(table_name = users, treat_none_as_null = true)]
struct UserRow {
    id: String,
    name: String,
    version: i64,
    seq: i64,
    document: String,
    password: String,
    totp_secret: Option<Vec<u8>>,
    totp_offered: Option<Vec<u8>>,
    totp_step: i64,
}

impl UserRow {
    fn read(self) -> Result<(User, Credentials), Error> {
        let credentials = Credentials {
            password: self.password,
            totp_secret: self.totp_secret,
            totp_offered: self.totp_offered,
            totp_step: self.totp_step,
        };
        Ok((from_text("user", &self.document)?, credentials))
    }
}

impl Reader<'_> {
    /// Every person, by id.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`]. So for all that follow.
    pub fn users(&mut self) -> Result<Vec<User>, Error> {
        let texts: Vec<String> = self.conn.run("reading users", |conn| {
            users::table.order(users::id).select(users::document).load(conn)
        })?;
        texts.iter().map(|text| from_text("user", text)).collect()
    }

    /// A person with what proves them.
    ///
    /// # Errors
    /// See [`Self::users`].
    pub fn user(&mut self, id: Uuid) -> Result<Option<(User, Credentials)>, Error> {
        let row: Option<UserRow> = self.conn.run("reading a user", |conn| {
            users::table.find(id.to_string()).first(conn).optional()
        })?;
        row.map(UserRow::read).transpose()
    }

    /// The person who signs in by a name.
    ///
    /// # Errors
    /// See [`Self::users`].
    pub fn user_by_name(&mut self, name: &str) -> Result<Option<(User, Credentials)>, Error> {
        let row: Option<UserRow> = self.conn.run("reading a user", |conn| {
            users::table.filter(users::name.eq(name)).first(conn).optional()
        })?;
        row.map(UserRow::read).transpose()
    }
}

impl Tx<'_> {
    /// Stores a person: version 1 as a new one, version n in place of version n − 1.
    ///
    /// # Errors
    /// [`Error::Stale`] where the stored version is not the one before, [`Error::Conflict`]
    /// where the name is taken.
    pub fn put_user(
        &mut self,
        action: Action,
        user: &User,
        credentials: &Credentials,
    ) -> Result<(), Error> {
        self.guarded(|tx| {
            let id = user.id.to_string();
            let stored: Option<(i64, String)> = tx.conn.run("reading a user", |conn| {
                users::table
                    .find(&id)
                    .select((users::version, users::document))
                    .first(conn)
                    .optional()
            })?;
            let version = stored.as_ref().map_or(0, |(version, _)| *version);
            if version != user.version - 1 {
                return Err(Error::Stale {
                    id: user.id,
                    stored: version,
                    expected: user.version - 1,
                });
            }
            let document = to_text("user", user.id, user)?;
            let before = stored.map(|(_, document)| document);
            let is_new = before.is_none();
            tx.enter_account(action, EntityKind::User, id.clone(), (before, Some(&document)));
            let row = UserRow {
                id,
                name: user.name.clone(),
                version: user.version,
                seq: tx.head,
                document,
                password: credentials.password.clone(),
                totp_secret: credentials.totp_secret.clone(),
                totp_offered: credentials.totp_offered.clone(),
                totp_step: credentials.totp_step,
            };
            tx.conn.run("writing a user", |conn| {
                if is_new {
                    diesel::insert_into(users::table).values(&row).execute(conn)
                } else {
                    diesel::update(users::table.find(&row.id)).set(&row).execute(conn)
                }
            })?;
            Ok(())
        })
    }
}
