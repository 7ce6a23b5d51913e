//! Keeping the catalog equal to the store: read whole at the start, patched after changes,
//! evaluated anew when the date turns.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use chrono::NaiveDate;

use super::{
    App,
    accounts::Accounts,
    picture::{self, Easel},
};
use crate::{
    catalog::{Catalog, CatalogBuilder, Change},
    domain::ListingState,
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

/// Rounds of the keeper in a minute.
const ROUNDS_A_MINUTE: u64 = 120;

/// Reads the whole store into a catalog for a date.
///
/// # Errors
/// When the store fails, or holds a document that this program cannot read.
pub fn build(
    store: &Store,
    rulebook: &Rulebook,
    gazetteer: &Gazetteer,
    as_of: NaiveDate,
) -> Result<Catalog, store::Error> {
    let easel = Easel { rulebook, gazetteer, as_of, today: as_of };
    store.read(|reader| {
        let fictional = reader.data_kind()? == Some(DataKind::Fictional);
        let mut builder = CatalogBuilder::new(reader.head()?, as_of, fictional);
        reader.for_each_batch(BATCH, |documents| {
            for change in drawn(&documents, easel)? {
                match change {
                    Change::Listing(record) => builder.listing(&record),
                    Change::Provider(record) => builder.provider(&record),
                    Change::Gone(record) => builder.gone(record),
                    Change::NoListing(_) | Change::NoProvider(_) => {}
                }
            }
            Ok::<_, store::Error>(())
        })?;
        Ok(builder.finish())
    })
}

/// Documents as the catalog takes them in, drawn on all processors.
fn drawn(documents: &[Document], easel: Easel<'_>) -> Result<Vec<Change>, store::Error> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = documents.len().div_ceil(threads).max(32);
    thread::scope(|scope| {
        let workers: Vec<_> = documents
            .chunks(share)
            .map(|share| {
                scope.spawn(move || {
                    share
                        .iter()
                        .map(|document| changes(document, easel))
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            let share = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            all.extend(share.into_iter().flatten());
        }
        Ok(all)
    })
}

/// What one document means for the catalog.
fn changes(document: &Document, easel: Easel<'_>) -> Result<Vec<Change>, store::Error> {
    let provider = document.provider()?;
    let sites = provider.sites.iter().map(|site| site.id);
    Ok(match provider.listing_state {
        ListingState::Published => picture::records(easel, provider, &document.text),
        ListingState::Delisted | ListingState::Merged => {
            sites.map(Change::NoListing).chain([picture::gone(&provider)]).collect()
        }
        ListingState::Draft
        | ListingState::Submitted
        | ListingState::InReview
        | ListingState::Suspended => {
            sites.map(Change::NoListing).chain([Change::NoProvider(provider.id)]).collect()
        }
    })
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
            self.catalog.store(build(&self.store, &self.rulebook, self.gazetteer, today)?);
            return Ok(());
        }
        let documents = self.store.read(|reader| reader.documents(&changes.providers))?;
        let patched = catalog.patched(changes.head, &drawn(&documents, self.easel(today))?);
        self.catalog.store(patched);
        Ok(())
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
            let mut rounds: u64 = 0;
            while stopped.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout) {
                let outcome = app.catch_up();
                app.settle();
                if outcome.is_ok() && rounds.is_multiple_of(ROUNDS_A_MINUTE) {
                    app.tend_accounts();
                }
                rounds = rounds.wrapping_add(1);
                let reachable = outcome.is_ok();
                if app.store_reachable.swap(reachable, Ordering::Relaxed) != reachable {
                    match outcome {
                        Ok(()) => tracing::info!("the database answers again"),
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
