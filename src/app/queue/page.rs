//! Items as people see them: with names, values, who is working on them and what comes next.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Queue,
    board::{Filter, Place, Placed, QueueCounts},
    examine::site_of,
    forecast::Forecast,
    item::{ItemKind, Risk, Topic},
    task::ReviewTask,
    work::{Lease, renewable},
};
use crate::{
    app::answer::ProviderRef,
    domain::{CredentialCode, fact::FactValue, provider::Provider},
    rules::{FactState, Rulebook},
    store::{self, RecordKind, Store},
};

/// Items that are looked through at once while a free one is looked for.
const SEARCHED: usize = 50;

/// A site in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlaceView {
    /// The clinic's id.
    pub id: Uuid,
    /// Its slug.
    pub slug: String,
    /// Its city.
    pub city: Option<String>,
    /// Its state.
    pub state: Option<String>,
}

/// Who is working on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeaseView {
    /// A person's id, or the name of a terminal's user.
    pub by: String,
    /// Until when nobody else can take it.
    pub until: DateTime<Utc>,
}

/// An item of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct QueueItem {
    /// Its id, which stays the same while the matter is open.
    pub id: String,
    /// What is wrong.
    pub kind: ItemKind,
    /// What depends on it.
    pub risk: Risk,
    /// True where the listing is published.
    pub published: bool,
    /// The provider.
    pub provider: ProviderRef,
    /// The site; null where it is about the whole provider.
    pub site: Option<PlaceView>,
    /// The facts that it is about.
    pub facts: Vec<String>,
    /// The value that stands or that stood, where there is one.
    pub value: Option<FactValue>,
    /// The credential that it is about.
    pub credential: Option<CredentialCode>,
    /// The entry of a list, for a task.
    pub task: Option<ReviewTask>,
    /// Since when; for what is about to expire, the last day on which it counts.
    pub since: NaiveDate,
    /// True where "seen again, unchanged" renews it.
    pub renewable: bool,
    /// Who is working on it; null where nobody is.
    pub lease: Option<LeaseView>,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct QueuePage {
    /// The items, the gravest and oldest first.
    pub data: Vec<QueueItem>,
    /// How many items the whole queue has, whatever was asked for.
    pub counts: QueueCounts,
    /// How many published listings lose their supervised label if nobody does anything.
    pub forecast: Vec<Forecast>,
    /// The revision of the directory.
    pub revision: i64,
    /// The date for which it was computed.
    pub as_of: NaiveDate,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Which items.
    pub filter: Filter,
    /// Behind this place.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: usize,
}

/// A page, and the place behind which the next one begins.
///
/// # Errors
/// When the store fails.
pub fn page(
    queue: &Queue,
    (store, rulebook): (&Store, &Rulebook),
    now: DateTime<Utc>,
    wanted: &Wanted,
) -> Result<(QueuePage, Option<Place>), store::Error> {
    let as_of = now.date_naive();
    let (mut placed, counts, forecast, revision) = queue.look(store, rulebook, as_of, |board| {
        let items = board.page(rulebook, &wanted.filter, wanted.after);
        let items: Vec<Placed> = items.take(wanted.limit.saturating_add(1)).collect();
        (items, board.counts(), board.forecast(), board.revision())
    })?;
    let more = placed.len() > wanted.limit;
    placed.truncate(wanted.limit);
    let next = placed.last().filter(|_| more).map(|last| last.place);
    let data = shown(store, rulebook, now, &placed)?;
    Ok((QueuePage { data, counts, forecast, revision, as_of }, next))
}

/// The first item that nobody is working on.
///
/// # Errors
/// When the store fails.
pub fn next(
    queue: &Queue,
    (store, rulebook): (&Store, &Rulebook),
    now: DateTime<Utc>,
    filter: &Filter,
) -> Result<Option<QueueItem>, store::Error> {
    let mut after = None;
    loop {
        let placed: Vec<Placed> = queue.look(store, rulebook, now.date_naive(), |board| {
            board.page(rulebook, filter, after).take(SEARCHED).collect()
        })?;
        let Some(last) = placed.last() else { return Ok(None) };
        after = Some(last.place);
        let free = shown(store, rulebook, now, &placed)?;
        if let Some(item) = free.into_iter().find(|item| item.lease.is_none()) {
            return Ok(Some(item));
        }
    }
}

/// Items with the words of their providers. One whose provider has just gone is left out.
fn shown(
    store: &Store,
    rulebook: &Rulebook,
    now: DateTime<Utc>,
    placed: &[Placed],
) -> Result<Vec<QueueItem>, store::Error> {
    let vocabulary = rulebook.vocabulary();
    let ids: Vec<String> = placed.iter().map(|one| one.item.id(one.provider, vocabulary)).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut of: Vec<Uuid> = placed.iter().map(|one| one.provider).collect();
    of.sort_unstable();
    of.dedup();
    let (documents, leases, tasks) = store.read(|reader| {
        Ok::<_, store::Error>((
            reader.documents(&of)?,
            reader.records(RecordKind::Lease, &names)?,
            reader.records(RecordKind::Task, &names)?,
        ))
    })?;
    let mut providers: HashMap<Uuid, Provider> = HashMap::with_capacity(documents.len());
    for document in &documents {
        providers.insert(document.id, document.provider()?);
    }
    let mut leased: HashMap<String, LeaseView> = HashMap::new();
    for record in leases.iter().filter(|record| record.standing) {
        let lease: Lease = record.read()?;
        if lease.until > now {
            leased.insert(record.id.clone(), LeaseView { by: lease.by, until: lease.until });
        }
    }
    let mut known: HashMap<String, ReviewTask> = HashMap::new();
    for record in &tasks {
        known.insert(record.id.clone(), record.read()?);
    }
    let items = ids.into_iter().zip(placed).filter_map(|(id, one)| {
        let provider = providers.get(&one.provider)?;
        let lease = leased.remove(&id);
        let task = known.remove(&id);
        Some(view(rulebook, now.date_naive(), provider, one, (id, lease, task)))
    });
    Ok(items.collect())
}

fn view(
    rulebook: &Rulebook,
    as_of: NaiveDate,
    provider: &Provider,
    one: &Placed,
    (id, lease, task): (String, Option<LeaseView>, Option<ReviewTask>),
) -> QueueItem {
    let item = &one.item;
    let vocabulary = rulebook.vocabulary();
    let site = item.site.and_then(|id| site_of(provider, id));
    let facts = match &item.topic {
        Topic::Facts(ids) => ids.iter().map(|id| vocabulary.name(*id).to_owned()).collect(),
        Topic::Fact(id) => vec![vocabulary.name(*id).to_owned()],
        Topic::Credential(_) | Topic::Task(_) => Vec::new(),
    };
    let resolved = match &item.topic {
        Topic::Fact(id) => {
            let facts = rulebook.facts_of(provider, site, as_of);
            vocabulary.get(*id).zip(facts.get(*id).cloned())
        }
        _ => None,
    };
    let value = resolved.and_then(|(spec, fact)| {
        let known = match fact.state {
            FactState::Known(value) => Some(value),
            FactState::Unknown(_) => fact.aged.map(|aged| aged.value),
        };
        known.map(|value| spec.written(value))
    });
    let credential = match item.topic {
        Topic::Credential(n) => site.and_then(|site| {
            site.credentials.iter().find(|kept| kept.n == n).map(|kept| kept.item.code)
        }),
        _ => None,
    };
    let renewable = match &item.topic {
        Topic::Fact(id) => renewable(rulebook, provider, site, vocabulary.name(*id), as_of).is_ok(),
        _ => false,
    };
    QueueItem {
        id,
        kind: item.kind,
        risk: item.risk,
        published: one.published,
        provider: ProviderRef {
            id: provider.id,
            slug: provider.slug.clone(),
            name: provider.profile.name.clone(),
        },
        site: site.map(|site| PlaceView {
            id: site.id,
            slug: site.slug.clone(),
            city: site.profile.address.city.clone(),
            state: site.profile.address.state.map(|state| state.to_string()),
        }),
        facts,
        value,
        credential,
        task,
        since: item.since,
        renewable,
        lease,
    }
}
