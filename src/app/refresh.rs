//! Keeping the catalog equal to the store: read whole at the start, patched after changes,
//! evaluated anew when the date turns.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, MutexGuard, PoisonError,
        atomic::Ordering,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
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
    domain::{ListingState, provider::standing},
    gazetteer::Gazetteer,
    rules::Rulebook,
    store::{self, DataKind, Document, Store},
};

/// Providers that are read from the store at once.
const BATCH: usize = 4_000;

/// Journal entries that a patch looks at; beyond, the catalog is read whole.
const PATCH_LIMIT: i64 = 2_000;

/// How often the store is asked for changes that other processes made.
const POLL: Duration = Duration::from_millis(500);

/// Reads the whole store into a catalog for a date. Beside it stands what was seen of flags.
///
/// # Errors
/// When the store fails, or holds a document that this program cannot read.
pub fn build(
    store: &Store,
    rulebook: &Rulebook,
    gazetteer: &Gazetteer,
    as_of: NaiveDate,
) -> Result<(Catalog, Seen), store::Error> {
    let easel = Easel { rulebook, gazetteer, as_of, today: as_of };
    store.read(|reader| {
        let fictional = reader.data_kind()? == Some(DataKind::Fictional);
        let mut builder = CatalogBuilder::new(reader.head()?, as_of, fictional);
        let mut seen = Seen::default();
        reader.for_each_batch(BATCH, |documents| {
            let drawn = drawn(&documents, easel)?;
            seen.add(&drawn);
            for change in drawn.changes {
                match change {
                    Change::Listing(record) => builder.listing(&record),
                    Change::Provider(record) => builder.provider(&record),
                    Change::Gone(record) => builder.gone(record),
                    Change::NoListing(_) | Change::NoProvider(_) => {}
                }
            }
            Ok::<_, store::Error>(())
        })?;
        Ok((builder.finish(), seen))
    })
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
    fn add(&mut self, drawn: &Drawn) {
        for (id, flags) in &drawn.flags {
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

/// What documents mean for the catalog, and what was seen of flags.
#[derive(Debug, Default)]
struct Drawn {
    changes: Vec<Change>,
    flags: Vec<(Uuid, Flags)>,
}

impl Drawn {
    fn add(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.flags.extend(other.flags);
    }
}

/// Documents as the catalog takes them in, drawn on all processors.
fn drawn(documents: &[Document], easel: Easel<'_>) -> Result<Drawn, store::Error> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = documents.len().div_ceil(threads).max(32);
    thread::scope(|scope| {
        let workers: Vec<_> = documents
            .chunks(share)
            .map(|share| {
                scope.spawn(move || {
                    let mut all = Drawn::default();
                    for document in share {
                        all.add(changes(document, easel)?);
                    }
                    Ok::<_, store::Error>(all)
                })
            })
            .collect();
        let mut all = Drawn::default();
        for worker in workers {
            all.add(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// What one document means for the catalog.
fn changes(document: &Document, easel: Easel<'_>) -> Result<Drawn, store::Error> {
    let provider = document.provider()?;
    let id = provider.id;
    let some = standing(&provider.flags).next().is_some();
    let sites = provider.sites.iter().map(|site| site.id);
    let (changes, due) = match provider.listing_state {
        ListingState::Published => picture::records(easel, provider, &document.text),
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
    Ok(Drawn { changes, flags: vec![(id, Flags { some, due })] })
}

impl App {
    /// Takes in what was written since the catalog's revision, by whomever, and swaps it.
    ///
    /// # Errors
    /// When the store fails; the catalog stays as it was.
    pub fn catch_up(&self) -> Result<(), store::Error> {
        let _one_at_a_time = self.catching_up.lock();
        let today = self.clock.today();
        let catalog = self.catalog.load_full();
        let revision = catalog.revision();
        let changes = self.store.read(|reader| reader.changed_since(revision, PATCH_LIMIT))?;
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
            let (whole, seen) = build(&self.store, &self.rulebook, self.gazetteer, today)?;
            *self.seen() = seen;
            self.catalog.store(whole);
            return Ok(());
        }
        let documents = self.store.read(|reader| reader.documents(&changes.providers))?;
        let drawn = drawn(&documents, self.easel(today))?;
        self.seen().add(&drawn);
        self.catalog.store(catalog.patched(changes.head, &drawn.changes));
        Ok(())
    }

    /// What was seen of flags.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what has changed since the last rebuild into the large tables, once it is enough
    /// to pay. The long part holds up no change: what comes in meanwhile is applied again.
    pub fn settle(&self) {
        let catalog = self.catalog.load_full();
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

/// A thread that keeps the catalog current; dropping it stops the thread.
#[derive(Debug)]
pub struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread.
    #[must_use]
    pub fn start(app: Arc<App>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut contacts_seen_to = None;
            while stopped.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout) {
                let outcome = app.catch_up().and_then(|()| app.attend_to_flags());
                app.settle();
                let today = app.clock.today();
                if contacts_seen_to != Some(today) && app.forget_contacts().is_ok() {
                    contacts_seen_to = Some(today);
                }
                let reachable = outcome.is_ok();
                if app.store_reachable.swap(reachable, Ordering::Relaxed) != reachable {
                    match outcome {
                        Ok(_) => tracing::info!("the database answers again"),
                        Err(error) => tracing::error!(
                            %error,
                            "the database does not answer: reads go on from memory, writes are refused"
                        ),
                    }
                }
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported already; there is nobody left to keep.
            let _ = thread.join();
        }
    }
}
