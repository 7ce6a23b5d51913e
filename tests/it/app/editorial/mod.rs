//! What administrators do with listings.

mod batch;
mod content;
mod life;
mod merging;
mod retry;
mod shared_write;
mod sharing;

use std::sync::Arc;

use bedside::{
    app::{
        App,
        editorial::{
            Actor, EditError, Errand, Fault, Reason, Receipt, change_items, confirm_address,
            create, patch, read, step,
        },
    },
    domain::editorial::Verb,
    store::ActorKind,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A person at work.
pub struct Person(Actor);

/// Somebody of this name.
pub fn person(name: &str) -> Person {
    Person(Actor::new(ActorKind::Person, name))
}

/// Why everything here is done.
pub static BECAUSE: std::sync::LazyLock<Reason> =
    std::sync::LazyLock::new(|| Reason::new("test", "for a test"));

impl Person {
    pub fn errand(&self) -> Errand<'_> {
        Errand { actor: &self.0, reason: &BECAUSE, retry: None }
    }

    pub fn create(&self, app: &App, line: Value) -> Receipt {
        create(app, self.errand(), line).unwrap()
    }

    pub fn step(&self, app: &App, id: Uuid, verb: Verb) -> Result<Receipt, EditError> {
        step(app, self.errand(), (id, &[version(app, id)]), verb)
    }

    pub fn patch(&self, app: &App, id: Uuid, body: Value) -> Result<Receipt, EditError> {
        let part = |name: &str| body[name].as_object().cloned().unwrap_or_default();
        let at = (id, &[version(app, id)][..]);
        patch(app, self.errand(), at, &part("profile"), &part("sites"))
    }

    pub fn change_items(
        &self,
        app: &App,
        id: Uuid,
        added: Value,
        withdrawn: &[u32],
    ) -> Result<Receipt, EditError> {
        let at = (id, &[version(app, id)][..]);
        change_items(app, self.errand(), at, added.as_object().unwrap(), withdrawn)
    }

    /// Adds a record of an authority and lets it confirm the address of every site.
    pub fn confirm_addresses(&self, app: &App, id: Uuid) {
        let record = json!([{"tier": "E1", "kind": "registry-record",
            "captured_on": "2026-11-20", "note": format!("seen for {id}")}]);
        self.change_items(app, id, json!({"evidence": record}), &[]).unwrap();
        let listing = read(app, id).unwrap().data;
        let at = u32::try_from(listing.evidence.len()).unwrap() - 1;
        for site in listing.sites.iter().filter(|site| site.withdrawn_on.is_none()) {
            let seen = (id, &[version(app, id)][..]);
            confirm_address(app, self.errand(), seen, site.id, at).unwrap();
        }
    }
}

/// The version that a listing is at.
pub fn version(app: &App, id: Uuid) -> i64 {
    read(app, id).unwrap().data.version
}

/// What is wrong, by pointer.
pub fn faults(refused: Result<Receipt, EditError>) -> Vec<(String, String)> {
    match refused {
        Err(EditError::Invalid(faults)) => {
            faults.into_iter().map(|Fault { pointer, detail }| (pointer, detail)).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// A new listing that shares nothing with another of a different number.
pub fn line(number: u16) -> Value {
    json!({
        "source_key": format!("N{number}"),
        "name": format!("Listing {} (fictional)", words(number)),
        "website": format!("https://listing-{number}.example/"),
        "fictional": true,
        "sites": [{
            "source_key": "main",
            "address": {"line1": format!("{number} Example Street"), "city": "Bethesda",
                "state": "MD", "postal_code": "20814"},
            "phone": format!("+1605555{:04}", 100 + number),
        }],
        "evidence": [],
    })
}

/// Names that are not alike.
fn words(number: u16) -> &'static str {
    ["Alder", "Birchwood", "Cypress Hill", "Dogwood Lane", "Elm", "Fern Hollow", "Ginkgo Park"]
        [usize::from(number % 7)]
}

/// A listing that is public: written by one person, published by another.
pub fn published(app: &Arc<App>, number: u16) -> Uuid {
    let (editor, verifier) = (person("editor"), person("verifier"));
    let id = editor.create(app, line(number)).id;
    editor.confirm_addresses(app, id);
    editor.step(app, id, Verb::Submit).unwrap();
    verifier.step(app, id, Verb::Take).unwrap();
    verifier.step(app, id, Verb::Publish).unwrap();
    id
}
