//! Keeping the catalog equal to the store: read whole at the start, patched after changes,
//! evaluated anew when the date turns.

use std::{
    sync::{
        Arc, Mutex,
        atomic::Ordering,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use chrono::NaiveDate;

use super::{
    App,
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
const BATCH: usize = 1_000;

/// Batches that may wait for the next step.
const AHEAD: usize = 4;

/// Journal entries that a patch looks at; beyond, the catalog is read whole.
const PATCH_LIMIT: i64 = 2_000;

/// How often the store is asked for changes that other processes made.
const POLL: Duration = Duration::from_millis(500);

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
        let builder = CatalogBuilder::new(reader.head()?, as_of, fictional);
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
                        if to_take.send(drawn_one_by_one(&documents, easel)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop((read, to_take));
            let taking = scope.spawn(move || taken_in(builder, drawn));
            reader.for_each_batch(BATCH, |documents| {
                // Nobody takes them only after an error, which comes out below.
                let _ = to_draw.send(documents);
                Ok::<_, store::Error>(())
            })?;
            drop(to_draw);
            taking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

/// Takes batches in as they come, and makes the catalog.
fn taken_in(
    mut builder: CatalogBuilder,
    drawn: Receiver<Result<Vec<Change>, store::Error>>,
) -> Result<Catalog, store::Error> {
    for batch in drawn {
        for change in batch? {
            match change {
                Change::Listing(record) => builder.listing(&record),
                Change::Provider(record) => builder.provider(&record),
                Change::Gone(record) => builder.gone(record),
                Change::NoListing(_) | Change::NoProvider(_) => {}
            }
        }
    }
    Ok(builder.finish())
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

fn drawn_one_by_one(documents: &[Document], easel: Easel<'_>) -> Result<Vec<Change>, store::Error> {
    let mut all = Vec::with_capacity(2 * documents.len());
    for document in documents {
        all.extend(changes(document, easel)?);
    }
    Ok(all)
}

/// Documents as the catalog takes them in, drawn on all processors.
fn drawn(documents: &[Document], easel: Easel<'_>) -> Result<Vec<Change>, store::Error> {
    let share = documents.len().div_ceil(threads()).max(32);
    thread::scope(|scope| {
        let workers: Vec<_> = documents
            .chunks(share)
            .map(|share| scope.spawn(move || drawn_one_by_one(share, easel)))
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            let share = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            all.extend(share);
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

/// Two threads that keep the catalog current; dropping it stops them. A rebuild of the large
/// tables has a thread of its own, since it must not hold up what others write.
#[derive(Debug)]
pub struct Keeper {
    stop: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the threads.
    #[must_use]
    pub fn start(app: Arc<App>) -> Self {
        let mut keeper = Self { stop: Vec::new(), threads: Vec::new() };
        let rebuilds = Arc::clone(&app);
        keeper.every(POLL, move || follow(&app));
        keeper.every(POLL, move || rebuilds.settle());
        keeper
    }

    fn every(&mut self, pause: Duration, work: impl Fn() + Send + 'static) {
        let (stop, stopped) = mpsc::channel();
        self.stop.push(stop);
        self.threads.push(thread::spawn(move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                work();
            }
        }));
    }
}

/// Takes in what was written, and notes whether the database answers.
fn follow(app: &App) {
    let outcome = app.catch_up();
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

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.clear();
        for thread in self.threads.drain(..) {
            // A panic there has been reported already; there is nobody left to keep.
            let _ = thread.join();
        }
    }
}
