//! Use cases: the only layer that combines store, catalog, rules, gazetteer and clock.
//!
//! Reads take what they answer with from one [`crate::catalog::Catalog`], loaded once per
//! request; the store is asked only by writes and by [`refresh`].

pub mod accounts;
pub mod answer;
mod bulk;
pub mod check;
pub mod compare;
pub mod cursor;
pub mod demo;
pub mod detail;
pub mod editorial;
pub mod evidence;
pub mod export;
pub mod flags;
pub mod freshness;
pub mod import;
pub mod invites;
pub mod keeper;
pub mod keeping;
pub mod keys;
pub mod links;
mod other_date;
pub mod picture;
pub mod priority;
pub mod providers;
pub mod public_log;
pub mod queue;
pub mod refresh;
pub mod reports;
pub mod request;
pub mod screening;
pub mod seal;
pub mod search;
mod watch;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context;
use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use self::{
    accounts::{Accounts, Uses, throttle::Throttle},
    answer::{Crisis, DetailMeta},
    cursor::Cursors,
    links::Links,
    other_date::OtherDates,
    picture::Easel,
    public_log::{LogError, LogSettings, PublicLog},
    refresh::Seen,
    reports::quota::Quota,
    seal::SealKey,
};
use crate::{
    auth::Devices,
    catalog::{Catalog, CatalogHandle},
    clock::Clock,
    config::Operator,
    gazetteer::Gazetteer,
    rules::Rulebook,
    store::{self, Actor, ActorKind, MetaKey, Reason, Store},
};

/// Everything that answers: made once, shared by all requests.
#[derive(Debug)]
pub struct App {
    /// The picture of everything public.
    pub catalog: CatalogHandle,
    /// Decides statuses.
    pub rulebook: Arc<Rulebook>,
    /// Finds places.
    pub gazetteer: &'static Gazetteer,
    /// Keeps what is written.
    pub store: Store,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Signs cursors.
    pub cursors: Cursors,
    /// Signs the links that stand in for an account.
    pub links: Links,
    /// Who runs this directory.
    pub operator: Arc<Operator>,
    /// What administrators' use cases share.
    editorial: editorial::Desk,
    /// Seals the contacts of who reports; without it none are taken.
    pub contact_key: OnceLock<SealKey>,
    /// How often which network has reported today.
    pub report_quota: Quota,
    /// Who may come in.
    pub accounts: ArcSwap<Accounts>,
    /// What people have to look at.
    pub queue: queue::Queue,
    /// Seals the secrets of second factors; without it they are kept as they are.
    pub second_factor_key: OnceLock<SealKey>,
    /// Where evidence files are kept, if not beside the database.
    pub evidence_dir: OnceLock<PathBuf>,
    /// Knows the devices that people have signed in from.
    pub devices: Devices,
    /// Slows guessing down.
    pub throttle: Throttle,
    uses: Uses,
    freshness: freshness::Counted,
    other_dates: OtherDates,
    /// The public log: its name, its key and its signed head.
    pub log: PublicLog,
    catching_up: Mutex<()>,
    seen: Mutex<Seen>,
    store_reachable: AtomicBool,
    unreadable: Mutex<BTreeSet<Uuid>>,
}

impl App {
    /// Reads the store into a catalog and gets ready to answer, with the public log up to date.
    ///
    /// # Errors
    /// When the store fails, or something that is built in is damaged.
    pub fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        operator: Operator,
    ) -> anyhow::Result<Arc<Self>> {
        let app = Self::open_with(store, clock, operator, &LogSettings::default())?;
        app.renew_log().context("cannot bring the public log up to date")?;
        app.take_in().context("cannot read the directory")?;
        Ok(app)
    }

    /// The same, with what the operator says about the public log, which may be behind: a
    /// [`Keeper`](keeper::Keeper) brings it up to date while answers are given already.
    ///
    /// # Errors
    /// As [`open`](Self::open); and where the data is behind what the log has signed.
    pub fn open_with(
        store: Store,
        clock: Arc<dyn Clock>,
        operator: Operator,
        log: &LogSettings,
    ) -> anyhow::Result<Arc<Self>> {
        let rulebook = Rulebook::built_in().context("the built-in rulebook is damaged")?;
        let gazetteer = Gazetteer::embedded().context("the built-in gazetteer is damaged")?;
        let key = |of| secret_key(&store, of).context("cannot read the keys of the directory");
        let cursors = Cursors::new(&key(MetaKey::CursorKey)?);
        let links = Links::new(&key(MetaKey::LinkKey)?);
        let devices = Devices::new(&key(MetaKey::DeviceKey)?);
        let log = PublicLog::open(&store, log)?;
        let today = clock.today();
        let built = refresh::build(&store, &rulebook, gazetteer, today)
            .context("cannot read the directory")?;
        // After the catalog, so that no change is missed by both.
        let accounts = Accounts::read(&store, clock.now()).context("cannot read the accounts")?;
        Ok(Arc::new(Self {
            catalog: CatalogHandle::new(built.catalog),
            rulebook: Arc::new(rulebook),
            gazetteer,
            store,
            clock,
            cursors,
            links,
            operator: Arc::new(operator),
            editorial: editorial::Desk::default(),
            contact_key: OnceLock::new(),
            report_quota: Quota::default(),
            accounts: ArcSwap::from_pointee(accounts),
            queue: queue::Queue::default(),
            second_factor_key: OnceLock::new(),
            evidence_dir: OnceLock::new(),
            devices,
            throttle: Throttle::default(),
            uses: Uses::default(),
            freshness: freshness::Counted::default(),
            other_dates: OtherDates::default(),
            log,
            catching_up: Mutex::new(()),
            seen: Mutex::new(built.seen),
            store_reachable: AtomicBool::new(true),
            unreadable: Mutex::new(built.unreadable.into_iter().collect()),
        }))
    }

    /// False while the database does not answer: reads go on, writes are refused.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        self.store_reachable.load(Ordering::Relaxed)
    }

    /// How many providers are missing because their stored documents cannot be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.left_out().len()
    }

    fn left_out(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to the public log what the date or the rules have changed since it was last seen to.
    /// That looks at every listing, and nobody who reads waits for it.
    ///
    /// # Errors
    /// When the store fails; it is tried again the next time.
    pub fn renew_log(&self) -> Result<(), store::Error> {
        self.log.renew(&self.store, &self.rulebook, self.clock.today())
    }

    /// Signs what the public log has gained, and takes over what other processes have signed.
    ///
    /// # Errors
    /// Where the database fails, or the log is found damaged: then nothing more is signed.
    pub fn keep_log(&self) -> Result<(), LogError> {
        self.log.keep(&self.store)
    }

    /// What an answer about one thing rests on.
    #[must_use]
    pub fn meta(&self, catalog: &Catalog, as_of: chrono::NaiveDate) -> DetailMeta {
        DetailMeta {
            revision: catalog.public_revision(),
            as_of,
            fictional: catalog.fictional(),
            crisis: Crisis::default(),
            operator: Arc::clone(&self.operator),
        }
    }

    fn easel(&self, as_of: chrono::NaiveDate) -> Easel<'_> {
        let today = self.clock.today();
        Easel { rulebook: &self.rulebook, gazetteer: self.gazetteer, as_of, today }
    }
}

/// A key that signs something of ours: made at the first start, kept in the database, shared by
/// replicas.
fn secret_key(store: &Store, key: MetaKey) -> anyhow::Result<Vec<u8>> {
    let known = store.read(|reader| reader.meta(key))?;
    let text = match known {
        Some(text) => text,
        None => fresh_key(store, key)?,
    };
    Ok(STANDARD.decode(text)?)
}

/// Makes a key. Another replica may have been first: what the database holds in the end counts.
fn fresh_key(store: &Store, key: MetaKey) -> Result<String, store::Error> {
    let fresh: [u8; 32] = rand::random();
    let actor = Actor::new(ActorKind::System, "bedside");
    let kept = store.write(&actor, &Reason::new("first_start", ""), |tx| {
        if let Some(text) = tx.read().meta(key)? {
            return Ok::<_, store::Error>(text);
        }
        let text = STANDARD.encode(fresh);
        tx.set_meta(key, &text)?;
        Ok(text)
    })?;
    Ok(kept.value)
}
