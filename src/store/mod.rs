//! Keeps providers, their history and what the database itself is. The only module that
//! names diesel.
//!
//! **One provider is one row.** A provider with its sites, statements and evidence is one
//! aggregate: it is imported, changed, versioned and loaded as a whole, and the rules read it
//! as a whole. So it is kept as one JSON document ([`crate::domain::provider::Provider`]) in
//! `providers.document`, beside the columns that the database must enforce or find. One row
//! for each statement would cost a join of a dozen tables for every load and gain nothing,
//! since no question is ever asked of the database: the catalog answers from memory, and a
//! million providers have to be loaded in one pass within seconds. The `sites` table keeps
//! the ids and keys of sites unique, `slugs` remembers whose every slug is for good.
//!
//! **One door for writes.** [`Store::write`] opens one transaction, hands out a [`Tx`], and
//! commits the change together with its journal entries or nothing at all. A `Tx` cannot be
//! made anywhere else, and each of its methods that changes a row adds the entry itself;
//! `providers.seq` is a foreign key to it, so that the database too refuses a row without one.
//! One writer at a time, on both databases, numbers the entries without a gap in the order of
//! commits; whoever follows the numbers never skips or repeats a change.
//!
//! **History is kept once.** An entry holds the text *before* the change and the SHA-256 of
//! the text *after* it. The text after it is the `before` of the entity's next entry, or its
//! current text, so every version can be shown ([`Reader::text_after`]) and a row that was
//! changed behind the journal's back is found, at the price of one copy a change and none for
//! a first import.
//!
//! **What is public is logged.** A write that changes what the public sees of a provider adds an
//! entry to the public log in the same transaction; see [`Publisher`].
//!
//! **A copy cannot sign.** [`Store::copy_into`] copies a database that is in use, without the keys
//! that sign; [`Staged`] puts a copy in place, or takes it away again.
//!
//! **Real or made up, never both.** What a database holds is what its providers are; the
//! first decides, and a write that would mix is refused.
//!
//! Everything here blocks: callers on an async runtime hop to a blocking pool. Errors are
//! [`Error`]: its text tells the operator the mend; what is not found is `None`, not an error.

mod accounts;
mod cases;
mod conn;
mod copies;
mod deeds;
mod dialect;
mod document;
mod error;
mod facade;
mod idempotency;
mod journal;
mod migrate;
mod public_log;
mod reader;
mod records;
mod rows;
mod schema;
mod sqlite_file;
mod target;
mod turn;
mod tx;

pub use accounts::{AccountStates, Credentials, Refresh};
pub use cases::{Case, CaseFilter, CaseKind, StoredReport};
pub use copies::{Beside, CopyError, Staged};
pub use deeds::Deed;
pub use document::Document;
pub use error::{Constraint, Error};
pub use facade::{Done, Options, Prepare, Store};
pub use idempotency::KeptAnswer;
pub use journal::{Action, Actor, ActorKind, Entity, EntityKind, Entry, JournalFilter, Reason};
pub use migrate::{Migrations, migrate, revert_losing_everything};
pub use public_log::{Face, KeptHead, Latest, LogEntry, Opening, Publisher, SignedCheckpoint};
pub use reader::{Changes, DataKind, MetaKey, Reader, SlugKind};
pub use records::{Record, RecordKind};
pub use target::Target;
pub use tx::Tx;
