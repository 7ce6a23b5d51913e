//! The use cases over real databases: files in and out, search, detail, check, and a catalog that
//! follows its store.

mod check;
mod demo;
mod detail;
mod editorial;
mod filters;
mod flags;
mod import;
mod invites;
mod other_date;
mod own_words;
mod public_log;
mod queue;
mod refresh;
mod reports;
mod screening;
mod search;
mod undisclosed;
mod withheld;

use bedside::{
    app::App,
    domain::provider::Provider,
    store::{Action, Actor, ActorKind, Done, Reason, Store},
};

/// Stores the next version of a provider as a person.
pub fn write(
    store: &Store,
    action: Action,
    key: &str,
    change: impl FnOnce(&mut Provider),
) -> Done<()> {
    let actor = Actor::new(ActorKind::Person, "ann");
    store
        .write(&actor, &Reason::new("test", ""), |tx| {
            let mut provider = stored(tx.read().by_source_keys(&[key])?.remove(key));
            provider.version += 1;
            change(&mut provider);
            tx.put_provider(action, &provider)
        })
        .unwrap()
}

/// A provider as the store has it.
pub fn provider(app: &App, key: &str) -> Provider {
    let found = app.store.read(|reader| reader.by_source_keys(&[key])).unwrap().remove(key);
    stored(found)
}

fn stored(document: Option<bedside::store::Document>) -> Provider {
    document.expect("a provider of that key").provider().unwrap()
}

/// The journal's head.
fn head(store: &Store) -> i64 {
    store.read(|reader| reader.head()).unwrap()
}
