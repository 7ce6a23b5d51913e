//! What can go wrong with the database.
//!
//! The text of an error is for the operator and names the mend; it never repeats its source.
//! The boundary decides what a client sees: [`Error::Unavailable`] is a 503, [`Error::Stale`]
//! a 412 or 409, [`Error::Conflict`] and [`Error::SlugTaken`] a 409, all else a 500.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use uuid::Uuid;

use super::{DataKind, SlugKind, dialect};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database URL cannot be used.
    #[error(
        "the database URL is not usable: {0}; \
         give sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Target(&'static str),

    /// There is no such database, and the caller did not ask for a new one.
    #[error(
        "{target} holds no Bedside database; \
         `bedside migrate` or `bedside serve` makes one, or mend the database URL"
    )]
    Missing {
        /// The database, without passwords.
        target: String,
    },

    /// Something else lives there.
    #[error("{target} belongs to something else: {found}; nothing was changed, give another place")]
    Foreign {
        /// The database, without passwords.
        target: String,
        /// What was seen there.
        found: String,
    },

    /// A later release has changed its tables.
    #[error(
        "{target} was written by a newer Bedside (migration {version} is not known here); \
         nothing was changed, use that release or restore a backup"
    )]
    Newer {
        /// The database, without passwords.
        target: String,
        /// The newest migration in the database.
        version: String,
    },

    /// Migrations are pending and the caller said not to run them.
    #[error("{target} lacks the migrations {pending}; run `bedside migrate`")]
    Pending {
        /// The database, without passwords.
        target: String,
        /// Their numbers.
        pending: String,
    },

    /// A setting of the database would lose acknowledged writes.
    #[error("{target} runs with {setting}, which may lose writes that were answered; {mend}")]
    Unsafe {
        /// The database, without passwords.
        target: String,
        /// The setting and its value.
        setting: String,
        /// What to do.
        mend: &'static str,
    },

    /// The database cannot be reached or does not answer in time; later it may. Whether a
    /// write that fails so while it commits was kept is not known: read before you repeat it.
    #[error("the database does not answer ({doing}); see that it runs and can be reached")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the driver said, without passwords.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// Something that must be unique is taken.
    #[error("{0} is already in use; look up what has it, or choose another")]
    Conflict(Constraint),

    /// A slug belongs to another provider or site, or once did.
    #[error("the {kind} slug `{slug}` belongs to {owner}; add a number to it")]
    SlugTaken {
        /// Of a provider or of a site.
        kind: SlugKind,
        /// The slug.
        slug: String,
        /// Whose it is.
        owner: String,
    },

    /// Something was changed by someone else in between.
    #[error("{id} is at version {stored}, not {expected}; read it again")]
    Stale {
        /// What: a provider, a user, a client.
        id: Uuid,
        /// The version in the database; 0 = there is no such thing.
        stored: i64,
        /// The version that the change was made from.
        expected: i64,
    },

    /// Real and fictional providers never share a database.
    #[error(
        "this database holds {holds} providers and never takes {offered} ones; \
         use a database of their own"
    )]
    MixedData {
        /// What is there.
        holds: DataKind,
        /// What was offered.
        offered: DataKind,
    },

    /// A store that nobody told what is public cannot change anything that is.
    #[error(
        "this changes what the public sees, and nobody told the store how to log it; \
         this is a fault of Bedside, please report it"
    )]
    NoPublisher,

    /// A tile of the public log does not hold what it must.
    #[error(transparent)]
    Log(#[from] crate::log::tile::Damaged),

    /// An earlier step of the same write failed, so the whole of it was undone.
    #[error("an earlier step of this write failed, so nothing of it was kept; mend that first")]
    Doomed,

    /// What the database holds cannot be true.
    #[error("{what} in the database cannot be read; restore a backup")]
    Corrupt {
        /// Which row or file.
        what: String,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// A migration failed and was undone.
    #[error("the tables of {target} could not be brought up to date; nothing was changed")]
    Migration {
        /// The database, without passwords.
        target: String,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The database refused a statement that it should have taken: a fault of this program.
    #[error("the database refused a statement; this is a fault of Bedside, please report it")]
    Refused(#[source] DieselError),
}

/// What must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// A provider's id.
    ProviderId,
    /// A provider's source key.
    ProviderSourceKey,
    /// A provider's slug.
    ProviderSlug,
    /// A site's id.
    SiteId,
    /// A site's source key within its provider.
    SiteSourceKey,
    /// A site's slug.
    SiteSlug,
    /// The name of an account.
    UserName,
    /// The public part of an API key.
    ClientKey,
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ProviderId => "this provider id",
            Self::ProviderSourceKey => "this provider's source key",
            Self::ProviderSlug => "this provider's slug",
            Self::SiteId => "this site id",
            Self::SiteSourceKey => "this site's source key",
            Self::SiteSlug => "this site's slug",
            Self::UserName => "this account name",
            Self::ClientKey => "this key id",
        })
    }
}

impl Error {
    /// True where the database may answer later: a 503 with `Retry-After`.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// A text of the database that cannot be true.
    pub(super) fn corrupt(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt { what: what.into(), source: Some(source.into()) }
    }

    /// Sorts what diesel reports.
    pub(super) fn of(doing: &'static str, error: DieselError) -> Self {
        if let DieselError::DatabaseError(kind, info) = &error {
            if let Some(constraint) = dialect::constraint(info.as_ref()) {
                return Self::Conflict(constraint);
            }
            if severs(&error) || dialect::may_pass(kind, info.as_ref()) {
                return Self::Unavailable { doing, source: Box::new(error) };
            }
        }
        match error {
            DieselError::BrokenTransactionManager => {
                Self::Unavailable { doing, source: Box::new(error) }
            }
            DieselError::DeserializationError(source) => Self::corrupt("a column", source),
            _ => Self::Refused(error),
        }
    }
}

/// True where a connection is of no use after this error: it is closed, or it leads to a
/// server that no longer takes writes, as after a failover (SQLSTATE 08xxx, 57P01, 25006).
pub(super) fn severs(error: &DieselError) -> bool {
    match error {
        DieselError::BrokenTransactionManager => true,
        DieselError::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ReadOnlyTransaction => true,
            DatabaseErrorKind::Unknown => dialect::lost(info.as_ref()),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_lost_connection_is_given_up_and_is_nobodys_fault() {
        for message in [
            "server closed the connection unexpectedly\n\tThis probably means the server \
             terminated abnormally\n\tbefore or while processing the request.\n",
            "could not receive data from server: Connection reset by peer\n",
            "terminating connection due to administrator command",
            "SSL connection has been closed unexpectedly\n",
        ] {
            assert!(severs(&unknown(message)), "{message}");
            let error = Error::of("testing", unknown(message));
            assert!(matches!(error, Error::Unavailable { .. }), "{message}: {error:?}");
        }
    }

    #[test]
    fn what_the_database_refuses_is_our_fault_and_what_passes_keeps_the_connection() {
        let ours = unknown("syntax error at or near \"server closed the connection\"");
        assert!(!severs(&ours) && matches!(Error::of("testing", ours), Error::Refused(_)));
        let passes = unknown("canceling statement due to lock timeout");
        assert!(!severs(&passes));
        assert!(matches!(Error::of("testing", passes), Error::Unavailable { .. }));
    }
}
