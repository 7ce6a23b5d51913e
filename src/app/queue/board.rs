//! The board: every item of the directory in its order, kept per revision and date.
//!
//! It is computed in one pass over the documents when it is first wanted and when the date
//! has turned; after that only what the journal says has changed is looked at again.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroUsize,
    ops::Bound,
    thread,
};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    examine::examine,
    forecast::{Forecast, Loss, forecast, losses},
    item::{Item, ItemKind, Risk, Topic},
    task::{Proposed, ReviewTask},
};
use crate::{
    domain::{ListingState, Severity, provider::Provider},
    rules::Rulebook,
    store::{self, Document, Reader, RecordKind, Store},
};

/// Providers that are read at once.
const BATCH: usize = 4_000;

/// Journal entries that are followed at once.
const FOLLOW: i64 = 2_000;

/// Where an item stands in the order: published before others, then by what depends on it, then
/// the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    unpublished: bool,
    risk: Risk,
    since: NaiveDate,
    provider: Uuid,
    at: u32,
}

/// Which items are asked for; what is absent asks for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<ItemKind>,
    /// On which this depends.
    pub risk: Option<Risk>,
    /// Of this provider.
    pub provider: Option<Uuid>,
    /// Of published listings, or of the others.
    pub published: Option<bool>,
    /// About this fact.
    pub fact: Option<String>,
    /// That expire within so many days.
    pub within_days: Option<u64>,
}

/// How many items there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QueueCounts {
    /// Listings of which facts are missing.
    pub missing: u64,
    /// Facts and credentials that have run out.
    pub stale: u64,
    /// Facts whose evidence is below its tier.
    pub below_tier: u64,
    /// Facts about which statements disagree.
    pub conflicting: u64,
    /// Facts and credentials that run out within 30 days.
    pub expiring_30: u64,
    /// Within 60 days, those within 30 among them.
    pub expiring_60: u64,
    /// Within 90 days, those within 60 among them.
    pub expiring_90: u64,
    /// Entries of official lists for a person to look at.
    pub review: u64,
}

/// An item with its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its place.
    pub place: Place,
    /// The provider.
    pub provider: Uuid,
    /// True where the listing is published.
    pub published: bool,
    /// The item.
    pub item: Item,
}

#[derive(Debug)]
struct OfProvider {
    published: bool,
    items: Vec<Item>,
    losses: Vec<Loss>,
}

/// Every item of the directory on a date.
#[derive(Debug)]
pub struct Board {
    head: i64,
    as_of: NaiveDate,
    providers: HashMap<Uuid, OfProvider>,
    order: BTreeSet<Place>,
}

impl Board {
    /// Computes the board in one pass.
    ///
    /// # Errors
    /// When the store fails, or holds a document that this program cannot read.
    pub fn build(
        store: &Store,
        rulebook: &Rulebook,
        as_of: NaiveDate,
    ) -> Result<Self, store::Error> {
        store.read(|reader| {
            let tasks = tasks(reader)?;
            let mut board =
                Self { head: 0, as_of, providers: HashMap::new(), order: BTreeSet::new() };
            board.head = reader
                .for_each_batch(BATCH, |documents| board.take(rulebook, &documents, &tasks))?;
            Ok(board)
        })
    }

    /// Brings the board up to date.
    ///
    /// # Errors
    /// See [`Self::build`]; what was taken in by then stays.
    pub fn catch_up(
        &mut self,
        store: &Store,
        rulebook: &Rulebook,
        as_of: NaiveDate,
    ) -> Result<(), store::Error> {
        if self.as_of != as_of {
            *self = Self::build(store, rulebook, as_of)?;
            return Ok(());
        }
        while self.follow(store, rulebook)? {}
        Ok(())
    }

    /// Takes in what the next entries of the journal have changed; true where there may be more.
    fn follow(&mut self, store: &Store, rulebook: &Rulebook) -> Result<bool, store::Error> {
        let (changes, documents, tasks) = store.read(|reader| {
            let changes = reader.changed_since(self.head, FOLLOW)?;
            if changes.head == self.head {
                return Ok((changes, Vec::new(), HashMap::new()));
            }
            let tasks = tasks(reader)?;
            let mut ids: BTreeSet<Uuid> = changes.providers.iter().copied().collect();
            if !changes.more {
                // A task that was opened or closed changes no provider.
                ids.extend(tasks.keys());
                ids.extend(self.with_tasks());
            }
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let documents = reader.documents(&ids)?;
            Ok::<_, store::Error>((changes, documents, tasks))
        })?;
        self.take(rulebook, &documents, &tasks)?;
        self.head = changes.head;
        Ok(changes.more)
    }

    /// The date for which it was computed.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// The journal's number that it is as of.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.head
    }

    /// Items in their order, behind a place, at most so many.
    pub fn page<'b>(
        &'b self,
        rulebook: &'b Rulebook,
        filter: &'b Filter,
        after: Option<Place>,
    ) -> impl Iterator<Item = Placed> + 'b {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let places = self.order.range((start, Bound::Unbounded));
        places
            .filter_map(move |place| self.at(*place))
            .filter(move |placed| self.fits(rulebook, filter, placed))
    }

    /// One item, by its id.
    #[must_use]
    pub fn find(&self, rulebook: &Rulebook, provider: Uuid, id: &str) -> Option<Placed> {
        let known = self.providers.get(&provider)?;
        let vocabulary = rulebook.vocabulary();
        let at = known.items.iter().position(|item| item.id(provider, vocabulary) == id)?;
        self.at(place(provider, known, at)?)
    }

    /// How many items there are of each kind.
    #[must_use]
    pub fn counts(&self) -> QueueCounts {
        let mut counts = QueueCounts::default();
        let within = |days: u64, item: &Item| {
            u64::from(self.as_of.checked_add_days(Days::new(days)).is_some_and(|d| item.since <= d))
        };
        for item in self.providers.values().flat_map(|known| &known.items) {
            let add = |count: &mut u64, n: u64| *count = count.saturating_add(n);
            match item.kind {
                ItemKind::Missing => add(&mut counts.missing, 1),
                ItemKind::Stale => add(&mut counts.stale, 1),
                ItemKind::BelowTier => add(&mut counts.below_tier, 1),
                ItemKind::Conflicting => add(&mut counts.conflicting, 1),
                ItemKind::Review => add(&mut counts.review, 1),
                ItemKind::Expiring => {
                    add(&mut counts.expiring_30, within(30, item));
                    add(&mut counts.expiring_60, within(60, item));
                    add(&mut counts.expiring_90, 1);
                }
            }
        }
        counts
    }

    /// How many listings lose their label by the clock alone.
    #[must_use]
    pub fn forecast(&self) -> Vec<Forecast> {
        forecast(self.providers.values().flat_map(|known| &known.losses), self.as_of)
    }

    fn at(&self, place: Place) -> Option<Placed> {
        let known = self.providers.get(&place.provider)?;
        let item = known.items.get(usize::try_from(place.at).ok()?)?.clone();
        Some(Placed { place, provider: place.provider, published: known.published, item })
    }

    fn fits(&self, rulebook: &Rulebook, filter: &Filter, placed: &Placed) -> bool {
        let item = &placed.item;
        let is = |wanted: &String, id| rulebook.vocabulary().name(id) == wanted;
        let names = |wanted: &String| match &item.topic {
            Topic::Fact(id) => is(wanted, *id),
            Topic::Facts(ids) => ids.iter().any(|id| is(wanted, *id)),
            Topic::Credential(_) | Topic::Task(_) => false,
        };
        let soon = |days: u64| {
            let last = self.as_of.checked_add_days(Days::new(days));
            item.kind == ItemKind::Expiring && last.is_some_and(|last| item.since <= last)
        };
        filter.kind.is_none_or(|kind| kind == item.kind)
            && filter.risk.is_none_or(|risk| risk == item.risk)
            && filter.provider.is_none_or(|provider| provider == placed.provider)
            && filter.published.is_none_or(|published| published == placed.published)
            && filter.fact.as_ref().is_none_or(names)
            && filter.within_days.is_none_or(soon)
    }

    /// The providers that have a task on the board.
    fn with_tasks(&self) -> Vec<Uuid> {
        let has = |known: &OfProvider| known.items.iter().any(|i| i.kind == ItemKind::Review);
        let with = self.providers.iter().filter(|(_, known)| has(known));
        with.map(|(id, _)| *id).collect()
    }

    /// Takes documents in, in place of what was known of their providers.
    fn take(
        &mut self,
        rulebook: &Rulebook,
        documents: &[Document],
        tasks: &HashMap<Uuid, Vec<(String, ReviewTask)>>,
    ) -> Result<(), store::Error> {
        for (id, known) in examined(rulebook, documents, tasks, self.as_of)? {
            if let Some(before) = self.providers.remove(&id) {
                for at in 0..before.items.len() {
                    if let Some(place) = place(id, &before, at) {
                        self.order.remove(&place);
                    }
                }
            }
            let Some(known) = known else { continue };
            self.order.extend((0..known.items.len()).filter_map(|at| place(id, &known, at)));
            self.providers.insert(id, known);
        }
        Ok(())
    }
}

fn place(provider: Uuid, known: &OfProvider, at: usize) -> Option<Place> {
    let item = known.items.get(at)?;
    Some(Place {
        unpublished: !known.published,
        risk: item.risk,
        since: item.since,
        provider,
        at: u32::try_from(at).ok()?,
    })
}

/// The open tasks, by provider.
fn tasks(
    reader: &mut Reader<'_>,
) -> Result<HashMap<Uuid, Vec<(String, ReviewTask)>>, store::Error> {
    let mut tasks: HashMap<Uuid, Vec<(String, ReviewTask)>> = HashMap::new();
    for record in reader.standing_records(RecordKind::Task)? {
        let task: ReviewTask = record.read()?;
        tasks.entry(task.provider).or_default().push((record.id, task));
    }
    Ok(tasks)
}

type Examined = Vec<(Uuid, Option<OfProvider>)>;

/// Looks at documents on all processors; nothing for a provider that is off the directory.
fn examined(
    rulebook: &Rulebook,
    documents: &[Document],
    tasks: &HashMap<Uuid, Vec<(String, ReviewTask)>>,
    as_of: NaiveDate,
) -> Result<Examined, store::Error> {
    let look = |document: &Document| -> Result<_, store::Error> {
        let provider = document.provider()?;
        let gone = matches!(provider.listing_state, ListingState::Delisted | ListingState::Merged);
        let tasks = tasks.get(&provider.id).map_or([].as_slice(), Vec::as_slice);
        let known = (!gone).then(|| of_provider(rulebook, &provider, tasks, as_of));
        Ok((provider.id, known))
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = documents.len().div_ceil(threads).max(32);
    thread::scope(|scope| {
        let workers: Vec<_> = documents
            .chunks(share)
            .map(|share| {
                scope.spawn(move || share.iter().map(look).collect::<Result<Examined, _>>())
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

fn of_provider(
    rulebook: &Rulebook,
    provider: &Provider,
    tasks: &[(String, ReviewTask)],
    as_of: NaiveDate,
) -> OfProvider {
    let mut items = examine(rulebook, provider, as_of);
    items.extend(tasks.iter().map(|(id, task)| Item {
        kind: ItemKind::Review,
        risk: risk_of(rulebook, task),
        site: None,
        topic: Topic::Task(id.as_str().into()),
        since: task.opened_on,
    }));
    OfProvider {
        published: provider.listing_state == ListingState::Published,
        items,
        losses: losses(rulebook, provider, as_of),
    }
}

/// What depends on a task: the rules that read what it may state.
fn risk_of(rulebook: &Rulebook, task: &ReviewTask) -> Risk {
    let fact = match &task.proposed {
        Proposed::Fact { name, .. } => rulebook.vocabulary().id(name),
        Proposed::Credential(_) => return Risk::Label,
    };
    let mut readers = fact.into_iter().flat_map(|fact| rulebook.readers(fact)).peekable();
    if readers.peek().is_none() {
        return Risk::Display;
    }
    match readers.any(|(_, rule)| rule.severity == Severity::Critical) {
        true => Risk::Critical,
        false => Risk::Disclosure,
    }
}
