//! What administrators do with listings: write, hand in, review, publish, suspend, merge.
//!
//! A provider with its sites is one listing and has one version. Every change goes through
//! [`door`](mod@door): the version that its author has seen, the change, its reason and its
//! journal entry in one transaction, and the answer of a request that names a key beside it.
//!
//! What a listing shares with others is looked up in the [`register`](mod@register), a picture
//! of all listings, whatever their state, that the keeper draws where anybody may ask for it.

mod address;
mod create;
mod diff;
mod door;
mod duplicates;
mod error;
mod history;
mod holds;
mod items;
mod lifecycle;
mod list;
mod merger;
mod patch;
mod publish;
mod register;

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::register::Register;
pub use self::{
    address::confirm_address,
    create::create,
    diff::{FieldChange, field_changes},
    door::{Errand, Retry},
    duplicates::{Duplicate, DuplicatesAnswer, ScorePart, Side, duplicates},
    error::{EditError, Fault},
    history::{DiffAnswer, VersionItem, VersionsAnswer, diff, versions},
    holds::{Hold, Sharer},
    items::change_items,
    lifecycle::{release, step},
    list::{ListingAnswer, ListingItem, ListingsAnswer, ListingsMeta, ListingsRequest, list, read},
    merger::{merge, unmerge},
    patch::patch,
    publish::{BatchAnswer, BatchOutcome, BatchRow, publish_batch},
};
use crate::{
    app::App,
    domain::{ListingState, editorial::Verb, provider::Provider},
    store,
};
pub use crate::{
    import::Line,
    store::{Actor, Reason},
};

/// What the use cases of this module share.
#[derive(Debug, Default)]
pub struct Desk {
    register: Mutex<Register>,
    /// Requests that are being served, by actor and key.
    running: Mutex<HashSet<(String, String)>>,
}

impl Desk {
    /// The register, which one at a time may use.
    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left it half-way; it is drawn anew.
            let mut register = poisoned.into_inner();
            *register = Register::default();
            register
        })
    }

    fn running(&self) -> MutexGuard<'_, HashSet<(String, String)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws the register, or brings it up to date where other processes have written much, before
/// anybody has to wait for it.
///
/// # Errors
/// When the store fails.
pub fn ready(app: &App) -> Result<(), store::Error> {
    // The register comes before a connection, so that nobody waits for both crosswise.
    let mut register = app.editorial.register();
    if register.is_near(app.catalog.load().revision()) {
        return Ok(());
    }
    app.store.read(|reader| register.follow(reader))
}

/// What a write made of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The listing's id: that of its provider.
    pub id: Uuid,
    /// The provider's name in addresses.
    #[schema(example = "example-ketamine-clinic-bethesda-md")]
    pub slug: String,
    /// The version that is current now; the `ETag` of the listing is this number in quotes.
    #[schema(example = 4)]
    pub version: i64,
    /// Where the listing is in its editorial life now.
    pub listing_state: ListingState,
    /// What can be done with it next.
    pub possible: Vec<Verb>,
    /// What keeps it from being published; empty = nothing.
    pub holds: Vec<Hold>,
}

impl Receipt {
    fn new(provider: &Provider, holds: Vec<Hold>) -> Self {
        Self {
            id: provider.id,
            slug: provider.slug.clone(),
            version: provider.version,
            listing_state: provider.listing_state,
            possible: Verb::possible(provider.listing_state).collect(),
            holds: holds.into_iter().filter(Hold::is_open).collect(),
        }
    }
}
