//! Keeping the catalog equal to the store: read whole at the start, patched after changes,
//! evaluated anew when the date turns.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver},
    },
    thread,
};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App,
    accounts::Accounts,
    flags::engine::Look,
    picture::{self, Easel},
};
use crate::{
    catalog::{Catalog, CatalogBuilder, Change},
    domain::{
        ListingState,
        provider::{Provider, standing},
    },
    gazetteer::Gazetteer,
    rules::Rulebook,
    store::{self, DataKind, Document, Store},
};

/// Providers that are read from the store at once.
const BATCH: usize = 1_000;

/// Batches that may wait for the next step.
const AHEAD: usize = 4;

/// Journal entries that a patch looks at; beyond, the catalog is read whole.
const PATCH_LIMIT: i64 = 2_000;

/// A catalog that was read whole, and the providers that are missing in it.
#[derive(Debug)]
pub struct Built {
    /// The catalog.
    pub catalog: Catalog,
    /// Providers whose stored document this program cannot read.
    pub unreadable: Vec<Uuid>,
    /// What was seen of flags.
    pub seen: Seen,
}

/// What was seen of flags while providers were drawn.
#[derive(Debug, Default)]
pub struct Seen {
    /// Providers about whose flags something may be due.
    pub due: BTreeSet<Uuid>,
    /// Providers that have flags, of whatever state.
    pub flagged: BTreeSet<Uuid>,
}

impl Seen {
    fn add(&mut self, drawn: &[(Uuid, Flags)]) {
        for (id, flags) in drawn {
            if flags.due {
                self.due.insert(*id);
            }
            if flags.some {
                self.flagged.insert(*id)
            } else {
                self.flagged.remove(id)
            };
        }
    }
}

/// Of one provider: does it have flags, and may something be due about them?
#[derive(Debug, Clone, Copy)]
struct Flags {
    some: bool,
    due: bool,
}

/// Reads the whole store into a catalog for a date.
///
/// A document that cannot be read costs its own listing and no other: it is left out, named in
/// the log, and counted.
///
/// # Errors
/// When the store fails.
pub fn build(
    store: &Store,
    rulebook: &Rulebook,
    gazetteer: &Gazetteer,
    as_of: NaiveDate,
) -> Result<Built, store::Error> {
    let easel = Easel { rulebook, gazetteer, as_of, today: as_of };
    store.read(|reader| {
        let fictional = reader.data_kind()? == Some(DataKind::Fictional);
        let builder = CatalogBuilder::new(reader.head()?, as_of, fictional)
            .public_revision(reader.log_size()?);
        // Reading, drawing and taking in go on side by side.
        thread::scope(|scope| {
            let (to_draw, read) = mpsc::sync_channel::<Vec<Document>>(AHEAD);
            let (to_take, drawn) = mpsc::sync_channel(AHEAD);
            let read = Arc::new(Mutex::new(read));
            for _ in 0..threads() {
                let (read, to_take) = (Arc::clone(&read), to_take.clone());
                scope.spawn(move || {
                    let next = || read.lock().ok()?.recv().ok();
                    while let Some(documents) = next() {
                        if to_take.send(Drawn::of(&documents, easel)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop((read, to_take));
            let taking = scope.spawn(move || taken_in(builder, drawn));
            reader.for_each_batch(BATCH, |documents| {
                // Nobody takes them only after a panic, which comes out below.
                let _ = to_draw.send(documents);
                Ok::<_, store::Error>(())
            })?;
            drop(to_draw);
            Ok(taking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    })
}

/// Takes batches in as they come, and makes the catalog.
fn taken_in(mut builder: CatalogBuilder, drawn: Receiver<Drawn>) -> Built {
    let (mut unreadable, mut seen) = (Vec::new(), Seen::default());
    for batch in drawn {
        seen.add(&batch.flags);
        unreadable.extend(batch.unreadable);
        for change in batch.changes {
            match change {
                Change::Listing(record) => builder.listing(&record),
                Change::Provider(record) => builder.provider(&record),
                Change::Gone(record) => builder.gone(record),
                Change::NoListing(_) | Change::NoProvider(_) => {}
            }
        }
    }
    Built { catalog: builder.finish(), unreadable, seen }
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// Documents as the catalog takes them in.
#[derive(Debug, Default)]
struct Drawn {
    changes: Vec<Change>,
    flags: Vec<(Uuid, Flags)>,
    unreadable: Vec<Uuid>,
}

impl Drawn {
    fn of(documents: &[Document], easel: Easel<'_>) -> Self {
        let mut drawn = Self::default();
        for document in documents {
            match document.provider() {
                Ok(provider) => {
                    let (changes, flags) = changes(provider, &document.text, easel);
                    drawn.changes.extend(changes);
                    drawn.flags.push((document.id, flags));
                }
                Err(error) => {
                    tracing::error!(%error, "a provider is left out of the directory");
                    drawn.unreadable.push(document.id);
                }
            }
        }
        drawn
    }

    /// Draws on all processors.
    fn together(documents: &[Document], easel: Easel<'_>) -> Self {
        let share = documents.len().div_ceil(threads()).max(32);
        thread::scope(|scope| {
            let workers: Vec<_> = documents
                .chunks(share)
                .map(|share| scope.spawn(move || Self::of(share, easel)))
                .collect();
            let mut all = Self::default();
            for worker in workers {
                let share = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                all.changes.extend(share.changes);
                all.flags.extend(share.flags);
                all.unreadable.extend(share.unreadable);
            }
            all
        })
    }
}

/// What one provider means for the catalog, and what is seen of its flags.
fn changes(provider: Provider, text: &str, easel: Easel<'_>) -> (Vec<Change>, Flags) {
    let some = standing(&provider.flags).next().is_some();
    let sites = provider.sites.iter().map(|site| site.id);
    let (changes, due) = match provider.listing_state {
        ListingState::Published => picture::records(easel, provider, text),
        ListingState::Delisted | ListingState::Merged => {
            (sites.map(Change::NoListing).chain([picture::gone(&provider)]).collect(), false)
        }
        ListingState::Draft
        | ListingState::Submitted
        | ListingState::InReview
        | ListingState::Suspended => {
            let gone = sites.map(Change::NoListing).chain([Change::NoProvider(provider.id)]);
            let due = Look::new(easel.rulebook, &provider, easel.today).due();
            (gone.collect(), due.is_some())
        }
    };
    (changes, Flags { some, due })
}

impl App {
    /// Takes in what was written and what the date has changed, and sees that the public log has
    /// it.
    ///
    /// # Errors
    /// When the store fails; the catalog stays as it was.
    pub fn catch_up(&self) -> Result<(), store::Error> {
        self.take_in()?;
        self.renew_log()
    }

    /// Takes in what was written since the catalog's revision, by whomever, and swaps it.
    ///
    /// # Errors
    /// When the store fails; the catalog stays as it was.
    pub(super) fn take_in(&self) -> Result<(), store::Error> {
        self.take_in_up_to(i64::MAX)
    }

    /// The same, unless somebody else has taken in what was written up to this entry meanwhile.
    ///
    /// # Errors
    /// As [`take_in`](Self::take_in).
    pub(super) fn take_in_up_to(&self, head: i64) -> Result<(), store::Error> {
        let _one_at_a_time = self.catching_up.lock();
        if self.catalog.load().revision() >= head {
            return Ok(());
        }
        let today = self.clock.today();
        let catalog = self.catalog.load_full();
        let revision = catalog.revision();
        let (changes, log_size) = self.store.read(|reader| {
            let changes = reader.changed_since(revision, PATCH_LIMIT)?;
            Ok::<_, store::Error>((changes, reader.log_size()?))
        })?;
        let date_turned = catalog.as_of() != today;
        if !date_turned && changes.head == revision {
            return Ok(());
        }
        if changes.accounts || changes.more {
            let accounts = Accounts::read(&self.store, self.clock.now())?;
            self.accounts.store(Arc::new(accounts));
        }
        // A new date can change every status, and a first provider decides what a database is.
        let first = catalog.provider_count() == 0 && !changes.providers.is_empty();
        if date_turned || changes.more || first {
            let built = build(&self.store, &self.rulebook, self.gazetteer, today)?;
            *self.left_out() = built.unreadable.into_iter().collect();
            *self.seen() = built.seen;
            self.catalog.store(built.catalog);
            return Ok(());
        }
        let documents = self.store.read(|reader| reader.documents(&changes.providers))?;
        let mut drawn = Drawn::together(&documents, self.easel(today));
        for id in &drawn.unreadable {
            // What was shown of it may no longer be true.
            let sites = catalog.provider(*id).into_iter().flat_map(|known| known.sites());
            drawn.changes.extend(sites.map(Change::NoListing));
            drawn.changes.push(Change::NoProvider(*id));
        }
        self.seen().add(&drawn.flags);
        let patched = catalog.patched(changes.head, &drawn.changes);
        self.catalog.store(patched.at_public_revision(log_size));
        let mut unreadable = self.left_out();
        unreadable.retain(|id| !changes.providers.contains(id));
        unreadable.extend(drawn.unreadable);
        Ok(())
    }

    /// What was seen of flags.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what has changed since the last rebuild into the large tables, once it is enough
    /// to pay. The long part holds up no change: what comes in meanwhile is applied again.
    pub fn settle(&self) {
        self.catalog.sweep();
        let catalog = self.catalog.load_full();
        self.other_dates.keep_only(&catalog);
        if !catalog.needs_rebuild() {
            return;
        }
        let rebuilt = catalog.rebuilt();
        let _one_at_a_time = self.catching_up.lock();
        let current = self.catalog.load_full();
        // The turn of the date has made a whole new catalog in between.
        if current.as_of() == rebuilt.as_of() && current.revision() >= rebuilt.revision() {
            self.catalog.store(current.rebased_on(&rebuilt));
        }
    }
}
