//! The store's contract; every test runs on SQLite and on PostgreSQL.

mod accounts;
mod cases;
mod concurrency;
mod connections;
mod crash;
mod history;
mod log_tampering;
mod opening;
mod public_log;
mod reading;
mod schema;
mod together;
mod writing;

use bedside::store::{Action, Actor, ActorKind, Done, Error, Reason, Store};

use bedside::domain::provider::Provider;

/// Someone who writes.
fn someone() -> Actor {
    Actor { kind: ActorKind::Person, name: "ann".to_owned(), role: Some("editor".to_owned()) }
}

/// Some reason.
fn because() -> Reason {
    Reason::new("test", "to see what happens")
}

/// Stores one provider.
fn put(store: &Store, action: Action, provider: &Provider) -> Result<Done<()>, Error> {
    store.write(&someone(), &because(), |tx| tx.put_provider(action, provider))
}
