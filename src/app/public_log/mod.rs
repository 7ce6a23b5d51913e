//! The public log as the service keeps it: its name and key, its signed head, and what is read
//! of it.
//!
//! The store adds an entry with every public change ([`crate::store::Publisher`]); here the head
//! is signed ([`keep`](PublicLog::keep)), kept apart, and compared with the data at the start, so
//! that an old copy of a database can never sign a second history.

mod check;
pub(in crate::app) mod kept;
mod publisher;
mod read;
mod renew;
mod sign;

use std::{path::PathBuf, sync::Mutex};

use arc_swap::ArcSwapOption;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    log::{
        hex,
        note::{NoteError, Signer, VerifierKey, is_name},
        sha256,
    },
    store::{self, Actor, ActorKind, MetaKey, Reason, SignedCheckpoint, Store, Target},
};

pub use check::{Checked, everything, everything_in, unlogged};
pub use publisher::PublicRecords;
pub use read::*;
pub use sign::recover;

/// How the log is named and where its newest checkpoint is kept apart.
#[derive(Debug, Clone, Default)]
pub struct LogSettings {
    /// The log's name; by default one that follows from its key.
    pub origin: Option<String>,
    /// The file that holds the newest checkpoint; by default one beside a SQLite database.
    pub checkpoint_file: Option<PathBuf>,
}

/// Why the log cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The data is older than what was signed.
    #[error(
        "the public log of this database has {size} entries, but {by} shows that {kept} were \
         signed: this is an older copy; restore the newest one, or begin a new log with \
         `bedside log recover`"
    )]
    Behind {
        /// Entries in the database.
        size: u64,
        /// Entries that were signed.
        kept: u64,
        /// What shows it.
        by: String,
    },
    /// The data has another history than what was signed.
    #[error(
        "the first {size} entries of this database's public log are not those that were signed, \
         as {by} shows: restore the database that was, or begin a new log with \
         `bedside log recover`"
    )]
    Forked {
        /// Entries that were signed.
        size: u64,
        /// What shows it.
        by: String,
    },
    /// The kept checkpoint is of another log.
    #[error(
        "{by} holds no checkpoint that the log `{origin}` signed: give the one that belongs to \
         this database, or begin a new log with `bedside log recover`"
    )]
    OtherLog {
        /// Which file.
        by: String,
        /// This log's name.
        origin: String,
    },
    /// The log goes on in a copy that has not its key.
    #[error(
        "this database was restored from a copy, and no copy holds the key of its public log \
         `{origin}`: restore it with --keys, or begin a new log with `bedside log recover`"
    )]
    KeyMissing {
        /// The log's name.
        origin: String,
    },
    /// A log keeps its name.
    #[error(
        "the public log of this database is named `{origin}` and has been signed; a log keeps \
         its name, so start without --log-origin, or begin a new log with `bedside log recover`"
    )]
    OriginFixed {
        /// Its name.
        origin: String,
    },
    /// Something that the log rests on was changed behind its back.
    #[error("the public log is damaged: {0}; nothing more is signed, see `bedside log fsck`")]
    Damaged(String),
    /// The name or the key cannot be one.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The kept checkpoint cannot be read or written.
    #[error("the kept checkpoint {} cannot be read or written", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl LogError {
    /// True where waiting does not help: somebody must look at it.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Behind { .. }
                | Self::Forked { .. }
                | Self::OtherLog { .. }
                | Self::KeyMissing { .. }
                | Self::Damaged(_)
                | Self::Store(store::Error::Log(_) | store::Error::Corrupt { .. })
        )
    }
}

/// The public log of one database.
#[derive(Debug)]
pub struct PublicLog {
    signer: Signer,
    file: Option<PathBuf>,
    head: ArcSwapOption<SignedCheckpoint>,
    /// Why nothing more is signed.
    halted: ArcSwapOption<String>,
    /// Held while something is signed.
    done: Mutex<sign::Done>,
    /// For which date and rules public records were last compared with the log.
    edition: Mutex<String>,
}

impl PublicLog {
    /// Reads the log's name and key, making them at the first start, and compares the data with
    /// what was signed.
    ///
    /// # Errors
    /// Where the data is behind what was signed or has another history; and see [`LogError`].
    pub fn open(store: &Store, settings: &LogSettings) -> Result<Self, LogError> {
        let file = checkpoint_file(store, settings);
        // Before anything is written: what lies beside an empty database may be of a lost one.
        named(store)?;
        kept::refuse_orphan(store, file.as_deref())?;
        let signer = signer(store, settings.origin.as_deref())?;
        let head = kept::compare(store, signer.verifier(), file.as_deref())?;
        let head = ArcSwapOption::from_pointee(head);
        let (halted, done, edition) = (ArcSwapOption::empty(), Mutex::default(), Mutex::default());
        Ok(Self { signer, file, head, halted, done, edition })
    }

    /// What anyone needs to check its signatures; its name is the log's.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    /// The newest checkpoint that this process knows; none before the first.
    #[must_use]
    pub fn head(&self) -> Option<std::sync::Arc<SignedCheckpoint>> {
        self.head.load_full()
    }

    /// Why nothing more is signed; none while all is well.
    #[must_use]
    pub fn halted(&self) -> Option<std::sync::Arc<String>> {
        self.halted.load_full()
    }
}

/// Refuses a database that is an older copy of what its log has signed. Writes nothing.
///
/// # Errors
/// As [`PublicLog::open`].
pub fn refuse_old_copy(store: &Store, settings: &LogSettings) -> Result<(), LogError> {
    let file = checkpoint_file(store, settings);
    let named = named(store)?;
    kept::refuse_orphan(store, file.as_deref())?;
    // Without a key nothing was ever signed.
    let Some((key, origin)) = named else { return Ok(()) };
    let signer = Signer::new(&origin, &decoded(&key)?)?;
    kept::compare(store, signer.verifier(), file.as_deref()).map(drop)
}

/// Key and name of the log, where it has them. A name without its key came from a copy.
pub(in crate::app) fn named(store: &Store) -> Result<Option<(String, String)>, LogError> {
    let (key, origin) = store.read(|reader| {
        let key = reader.meta(MetaKey::LogKey)?;
        Ok::<_, store::Error>((key, reader.meta(MetaKey::LogOrigin)?))
    })?;
    match (key, origin) {
        (Some(key), Some(origin)) => Ok(Some((key, origin))),
        (None, Some(origin)) => Err(LogError::KeyMissing { origin }),
        (_, None) => Ok(None),
    }
}

/// The key by which others check the signatures of a log that is named.
pub(in crate::app) fn verifier_of(key: &str, origin: &str) -> Result<VerifierKey, LogError> {
    Ok(Signer::new(origin, &decoded(key)?)?.verifier().clone())
}

/// Where the newest checkpoint is kept apart.
#[must_use]
pub fn checkpoint_file(store: &Store, settings: &LogSettings) -> Option<PathBuf> {
    checkpoint_file_of(store.target(), settings)
}

/// Where the newest checkpoint of a database is kept apart.
pub(in crate::app) fn checkpoint_file_of(
    target: &Target,
    settings: &LogSettings,
) -> Option<PathBuf> {
    settings.checkpoint_file.clone().or_else(|| match target {
        Target::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".checkpoint");
            Some(name.into())
        }
        Target::Postgres(_) => None,
    })
}

/// This program by itself.
fn system() -> Actor {
    Actor::new(ActorKind::System, "bedside")
}

/// Key and name of the log: made at the first start, kept in the database, shared by replicas.
fn signer(store: &Store, wanted: Option<&str>) -> Result<Signer, LogError> {
    if wanted.is_some_and(|name| !is_name(name)) {
        return Err(NoteError::Name.into());
    }
    let settled = named(store)?.filter(|(_, origin)| wanted.is_none_or(|wanted| wanted == origin));
    let (key, origin) = match settled {
        Some(settled) => settled,
        None => {
            let reason = Reason::new("first_start", "");
            // Another replica may have been first: what the database holds in the end counts.
            let written = store.write(&system(), &reason, |tx| {
                let key = tx.read().meta(MetaKey::LogKey)?;
                let origin = tx.read().meta(MetaKey::LogOrigin)?;
                let (key, origin) = match key.zip(origin) {
                    Some((key, origin)) if wanted.is_none_or(|wanted| wanted == origin) => {
                        return Ok((key, origin));
                    }
                    Some((_, origin)) if tx.read().last_checkpoint(&origin)?.is_some() => {
                        return Err(LogError::OriginFixed { origin });
                    }
                    Some((key, _)) => (key, wanted.map(str::to_owned)),
                    None => {
                        let key = fresh_key();
                        tx.set_meta(MetaKey::LogKey, &key)?;
                        (key, wanted.map(str::to_owned))
                    }
                };
                let origin = match origin {
                    Some(origin) => origin,
                    None => derived_origin(&key)?,
                };
                tx.set_meta(MetaKey::LogOrigin, &origin)?;
                Ok((key, origin))
            })?;
            written.value
        }
    };
    Ok(Signer::new(&origin, &decoded(&key)?)?)
}

/// A new signing key as the database keeps it.
fn fresh_key() -> String {
    STANDARD.encode(rand::random::<[u8; 32]>())
}

fn decoded(key: &str) -> Result<Vec<u8>, LogError> {
    STANDARD.decode(key).map_err(|_unreadable| NoteError::Key.into())
}

/// A name that no other log has: it follows from the key.
fn derived_origin(key: &str) -> Result<String, LogError> {
    let unnamed = Signer::new("bedside", &decoded(key)?)?;
    let digest = hex(&sha256(unnamed.verifier().to_string().as_bytes()));
    Ok(format!("bedside/{}", digest.chars().take(16).collect::<String>()))
}
