//! The threads that keep an application current while it answers: they follow the journal, the
//! date, the accounts, and the public log.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use chrono::NaiveDate;

use super::{
    App, editorial,
    priority::give_way,
    watch::{self, Waiting},
};

/// How long the start of a small directory waits for the public log to be brought up to date and
/// signed.
const START_WAIT: Duration = Duration::from_secs(10);

/// Up to so many providers a directory is small.
const SMALL: usize = 2_000;

/// How often the store is asked for changes that other processes made.
const POLL: Duration = Duration::from_millis(500);

/// How often accounts are tended.
const TEND: Duration = Duration::from_secs(60);

/// The threads that keep the catalog current; dropping it stops them. A rebuild of the large
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
        let (rebuilds, signs, tends) = (Arc::clone(&app), Arc::clone(&app), Arc::clone(&app));
        let readies = Arc::clone(&app);
        let (pings, watches, renews) = (Arc::clone(&app), Arc::clone(&app), Arc::clone(&app));
        let (renewed, first) = mpsc::channel();
        let mut renewal = LogRenewal::default();
        keeper.aside(Duration::ZERO, POLL, move || {
            renewal.renew(&renews);
            // Nobody waits for it but the start.
            let _ = renewed.send(());
        });
        // A small directory starts with its log complete; a large one does not wait for it.
        let small = app.catalog.load().provider_count() <= SMALL;
        let until = Instant::now() + if small { START_WAIT } else { Duration::ZERO };
        let left = || until.saturating_duration_since(Instant::now());
        let _ = first.recv_timeout(left());
        let (following, pinging) = (Arc::<Waiting>::default(), Arc::<Waiting>::default());
        let (followed, pinged) = (Arc::clone(&following), Arc::clone(&pinging));
        let (follows, mut duties) = (app, Duties::default());
        keeper.every(POLL, move || {
            followed.during(|| {
                if follow(&follows) {
                    duties.attend(&follows);
                }
            });
        });
        // What it finds is what following finds; it is here to be waited for.
        keeper.every(POLL, move || drop(pinged.during(|| pings.store.ping())));
        keeper.every(POLL, move || watch::look(&watches, &following, &pinging));
        keeper.every(TEND, move || tends.tend_accounts());
        keeper.aside(POLL, POLL, move || rebuilds.settle());
        keeper.aside(POLL, POLL, move || ready_desk(&readies));
        let (signed, first) = mpsc::channel();
        let mut log = LogKeeping::default();
        keeper.aside(Duration::ZERO, POLL, move || {
            log.keep(&signs);
            // As above.
            let _ = signed.send(());
        });
        let _ = first.recv_timeout(left());
        keeper
    }

    /// Work that may take long and that nobody waits for.
    fn aside(&mut self, first: Duration, pause: Duration, mut work: impl FnMut() + Send + 'static) {
        self.repeat(first, pause, move || {
            give_way();
            work();
        });
    }

    fn every(&mut self, pause: Duration, work: impl FnMut() + Send + 'static) {
        self.repeat(pause, pause, work);
    }

    fn repeat(
        &mut self,
        first: Duration,
        pause: Duration,
        mut work: impl FnMut() + Send + 'static,
    ) {
        let (stop, stopped) = mpsc::channel();
        self.stop.push(stop);
        self.threads.push(thread::spawn(move || {
            let mut wait = first;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                work();
                wait = pause;
            }
        }));
    }
}

/// Takes in what was written, and notes whether the database answers: that is returned.
fn follow(app: &App) -> bool {
    let outcome = app.take_in();
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
    reachable
}

/// Draws what people who are signed in look at before the first of them waits for it: what is
/// shared among all listings, and the queue of a new day.
fn ready_desk(app: &App) {
    if app.accounts.load().users().next().is_none() {
        return;
    }
    // Whoever asks meets the same error and is told of it.
    drop(
        editorial::ready(app)
            .and_then(|()| app.queue.ready(&app.store, &app.rulebook, app.clock.today())),
    );
}

/// What is due by the clock or by a change, without anybody's decision, and how that went.
#[derive(Debug, Default)]
struct Duties {
    /// The day for which contacts that are past their time were forgotten.
    contacts: Option<NaiveDate>,
    failed: bool,
}

impl Duties {
    /// Attends to flags and to contacts, and reports the first failure of a row. A failure of
    /// these says nothing about whether the database takes what others write.
    fn attend(&mut self, app: &App) {
        let today = app.clock.today();
        let done = app.attend_to_flags().and_then(|_changed| {
            if self.contacts != Some(today) {
                app.forget_contacts()?;
                self.contacts = Some(today);
            }
            Ok(())
        });
        if let Err(error) = &done
            && !self.failed
        {
            tracing::error!(%error, "what is due about flags and contacts waits");
        }
        self.failed = done.is_err();
    }
}

/// How bringing the log up to date went.
#[derive(Debug, Default)]
struct LogRenewal {
    failed: bool,
}

impl LogRenewal {
    /// Has the log renewed, and reports the first failure of a row.
    fn renew(&mut self, app: &App) {
        let outcome = app.renew_log();
        if let Err(error) = &outcome
            && !self.failed
        {
            tracing::error!(%error, "the public log cannot be brought up to date");
        }
        self.failed = outcome.is_err();
    }
}

/// When the log was last seen to, and how that went.
#[derive(Debug, Default)]
struct LogKeeping {
    /// The revision up to which everything is signed.
    signed: Option<i64>,
    failed: bool,
}

impl LogKeeping {
    /// Has the log signed where anything was written since the last time, and reports the first
    /// failure of a row.
    fn keep(&mut self, app: &App) {
        let revision = app.catalog.load().revision();
        if self.signed == Some(revision) || (self.failed && app.log.halted().is_some()) {
            return;
        }
        match app.keep_log() {
            Ok(()) => {
                self.signed = Some(revision);
                self.failed = false;
            }
            Err(error) => {
                if !self.failed {
                    tracing::error!(%error, "the public log cannot be signed");
                }
                self.failed = true;
            }
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
