//! Working on items: taking one so that nobody else does, saying that it was seen again
//! unchanged, and deciding about a task.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    examine::site_of,
    item::ItemName,
    task::{Proposed, ReviewTask, TaskOutcome},
};
use crate::{
    domain::{
        EvidenceKind, Tier,
        provider::{Evidence, Kept, Origin, Provider, Site, Statement},
    },
    import::Problem,
    rules::Rulebook,
    store::{self, Action, Actor, RecordKind, Tx},
};

/// How long an item is one person's.
pub const LEASE: TimeDelta = TimeDelta::minutes(15);

/// Who is working on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Lease {
    /// The item.
    pub item: String,
    /// Who: a person's id, or the name of a terminal's user.
    pub by: String,
    /// Until when nobody else can take it.
    pub until: DateTime<Utc>,
}

/// Why an item could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The queue has no such item, or no longer.
    #[error("the queue has no item `{0}`")]
    NotFound(String),
    /// Somebody else is working on it.
    #[error("somebody else is working on this item until {}", .until.format("%H:%M UTC"))]
    Leased {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It cannot be done with this item.
    #[error("{0}")]
    Unfit(String),
    /// What was said about it cannot be: pointers lead into the body.
    #[error("what was said cannot be")]
    Invalid(Vec<Problem>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a person says while renewing: where and how it was seen again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Where, if not where it was seen before.
    pub url: Option<String>,
    /// SHA-256 of the new capture.
    pub sha256: Option<String>,
    /// What it says, if not in the same words.
    pub excerpt: Option<String>,
}

/// Takes an item for 15 minutes; whoever has it may take it again.
///
/// # Errors
/// [`WorkError::Leased`] while somebody else has it.
pub fn lease(tx: &mut Tx<'_>, actor: &Actor, item: &str) -> Result<Lease, WorkError> {
    free_for(tx, actor, item)?;
    let lease = Lease { item: item.to_owned(), by: actor.name.clone(), until: tx.at() + LEASE };
    tx.put_record(Action::Lease, (RecordKind::Lease, item), true, &lease)?;
    Ok(lease)
}

/// Gives an item back.
///
/// # Errors
/// [`WorkError::Leased`] where it is somebody else's, [`WorkError::NotFound`] where it is
/// nobody's.
pub fn release(tx: &mut Tx<'_>, actor: &Actor, item: &str) -> Result<(), WorkError> {
    let held = free_for(tx, actor, item)?;
    let lease = held.ok_or_else(|| WorkError::NotFound(item.to_owned()))?;
    Ok(tx.put_record(Action::Release, (RecordKind::Lease, item), false, &lease)?)
}

/// The actor's own lease, where there is one.
fn free_for(tx: &mut Tx<'_>, actor: &Actor, item: &str) -> Result<Option<Lease>, WorkError> {
    let now = tx.at();
    let Some(record) = tx.read().record(RecordKind::Lease, item)? else { return Ok(None) };
    let lease: Lease = record.read()?;
    match record.standing && lease.until > now {
        true if lease.by != actor.name => Err(WorkError::Leased { until: lease.until }),
        held => Ok(held.then_some(lease)),
    }
}

/// An item that is done is nobody's any more.
fn done_with(tx: &mut Tx<'_>, actor: &Actor, item: &str) -> Result<(), WorkError> {
    if let Some(lease) = free_for(tx, actor, item)? {
        tx.put_record(Action::Release, (RecordKind::Lease, item), false, &lease)?;
    }
    Ok(())
}

/// The provider of an item, in its newest version.
fn provider(tx: &mut Tx<'_>, id: Uuid, item: &str) -> Result<Provider, WorkError> {
    tx.read().provider(id)?.ok_or_else(|| WorkError::NotFound(item.to_owned()))
}

/// The statement that a renewal repeats: the one that decides, or did until it aged.
///
/// # Errors
/// Says why what it says cannot simply be seen again.
pub(super) fn renewable<'p>(
    rulebook: &Rulebook,
    provider: &'p Provider,
    site: Option<&'p Site>,
    fact: &str,
    today: NaiveDate,
) -> Result<(&'p Kept<Statement>, &'p Evidence), String> {
    let spec = rulebook.vocabulary().named(fact).ok_or("no fact has this name")?;
    // What is about the provider is resolved with its own statements alone.
    let resolved = rulebook.facts_of(provider, site, today);
    let fact = resolved.get(spec.id).ok_or("no fact has this name")?;
    let n = fact.n.or(fact.aged.map(|aged| aged.n));
    let n = n.ok_or("nothing was accepted that could be seen again: add a statement")?;
    let of_site = site.map_or([].as_slice(), |site| site.facts.as_slice());
    let kept = provider.facts.iter().chain(of_site).find(|kept| kept.n == n);
    let kept = kept.ok_or("the statement is gone")?;
    let strongest = provider.cited(&kept.item.evidence).min_by_key(|piece| piece.tier.rank());
    let piece = strongest.ok_or("nothing backs the statement")?;
    match piece.kind {
        EvidenceKind::WebsiteCapture | EvidenceKind::RegistryRecord => {}
        EvidenceKind::Attestation => {
            return Err("a signed statement is renewed by a new signature".to_owned());
        }
        _ => return Err(format!("a {} is renewed by a new one", piece.kind)),
    }
    if kept.item.valid_until.is_some_and(|last| last < today) {
        return Err("its printed last day has passed: add what holds now".to_owned());
    }
    Ok((kept, piece))
}

/// Says that a fact was seen again today, unchanged: a new capture and a statement with the
/// same value, beside the old ones. Returns the provider's new version.
///
/// # Errors
/// [`WorkError::Unfit`] where seeing it again renews nothing; [`WorkError::Leased`].
pub fn renew(
    tx: &mut Tx<'_>,
    actor: &Actor,
    rulebook: &Rulebook,
    item: &str,
    seen: &Seen,
) -> Result<Provider, WorkError> {
    let name = ItemName::read(item).ok_or_else(|| WorkError::NotFound(item.to_owned()))?;
    free_for(tx, actor, item)?;
    let known = provider(tx, name.provider, item)?;
    let today = tx.at().date_naive();
    let site = match name.site {
        Some(id) => {
            let site = site_of(&known, id);
            Some(site.ok_or_else(|| WorkError::NotFound(item.to_owned()))?)
        }
        None => None,
    };
    let (kept, piece) =
        renewable(rulebook, &known, site, name.topic, today).map_err(WorkError::Unfit)?;
    // A hash belongs to one capture; the old one says nothing about what was seen today.
    let fresh = Evidence {
        tier: piece.tier,
        kind: piece.kind,
        url: seen.url.clone().or_else(|| piece.url.clone()),
        captured_on: Some(today),
        sha256: seen.sha256.clone(),
        excerpt: seen.excerpt.clone().or_else(|| piece.excerpt.clone()),
        note: piece.note.clone(),
    };
    let found = fresh.url.is_some() && fresh.excerpt.is_some();
    if fresh.tier == Tier::E2 && fresh.sha256.is_none() && !found {
        let mend = "a capture needs its SHA-256, or a web address and an excerpt";
        return Err(WorkError::Unfit(mend.to_owned()));
    }
    let statement =
        Statement { evidence: Vec::new(), observed_on: Some(today), ..kept.item.clone() };
    let (n, at_site) = (kept.n, site.map(|site| site.id));
    let mut changed = known.clone();
    state(&mut changed, at_site, Some(n), statement, fresh);
    put(tx, Action::Renew, &mut changed)?;
    done_with(tx, actor, item)?;
    Ok(changed)
}

/// Adds a statement with its evidence, by a person: beside the statement `n` where it is
/// another's successor, else at the site or the provider.
fn state(
    provider: &mut Provider,
    site: Option<Uuid>,
    beside: Option<u32>,
    mut statement: Statement,
    evidence: Evidence,
) {
    let mut kept_n = || {
        let n = provider.next_n;
        provider.next_n = n.saturating_add(1);
        n
    };
    let (evidence_n, n) = (kept_n(), kept_n());
    let by = Origin::Person;
    let at = u32::try_from(provider.evidence.len()).unwrap_or(u32::MAX);
    provider.evidence.push(Kept {
        n: evidence_n,
        by,
        withdrawn_on: None,
        withdrawn_by: None,
        item: evidence,
    });
    statement.evidence = vec![at];
    let of_provider =
        beside.is_some_and(|beside| provider.facts.iter().any(|kept| kept.n == beside));
    let list = match site.filter(|_| !of_provider) {
        Some(id) => provider.sites.iter_mut().find(|site| site.id == id).map(|s| &mut s.facts),
        None => None,
    };
    list.unwrap_or(&mut provider.facts).push(Kept {
        n,
        by,
        withdrawn_on: None,
        withdrawn_by: None,
        item: statement,
    });
}

/// Stores the next version of a provider.
fn put(tx: &mut Tx<'_>, action: Action, provider: &mut Provider) -> Result<(), store::Error> {
    provider.version = provider.version.saturating_add(1);
    provider.updated_at = tx.at();
    tx.put_provider(action, provider)
}

/// Decides about a task. Confirmed, what the list says is stated as a person's statement, at
/// the site where it is about a place.
///
/// # Errors
/// [`WorkError::NotFound`] where no such task is open, [`WorkError::Unfit`] where a place is
/// needed or `Gone` was said, [`WorkError::Leased`].
pub fn close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: &str,
    outcome: TaskOutcome,
    site: Option<Uuid>,
) -> Result<ReviewTask, WorkError> {
    let not_found = || WorkError::NotFound(id.to_owned());
    free_for(tx, actor, id)?;
    let record = tx.read().record(RecordKind::Task, id)?.filter(|record| record.standing);
    let mut task: ReviewTask = record.ok_or_else(not_found)?.read()?;
    match outcome {
        TaskOutcome::Gone => {
            let problem = "only a new issue of the list can say that an entry is gone";
            return Err(WorkError::Unfit(problem.to_owned()));
        }
        TaskOutcome::Different => {}
        TaskOutcome::Confirmed => {
            let mut known = provider(tx, task.provider, id)?;
            if let Some(site) = site {
                site_of(&known, site)
                    .filter(|site| site.withdrawn_on.is_none())
                    .ok_or_else(|| WorkError::Unfit("the provider has no such site".to_owned()))?;
            }
            confirm(&mut known, &task, site)?;
            put(tx, Action::Change, &mut known)?;
        }
    }
    task.outcome = Some(outcome);
    task.closed_on = Some(tx.at().date_naive());
    tx.put_record(Action::Close, (RecordKind::Task, id), false, &task)?;
    done_with(tx, actor, id)?;
    Ok(task)
}

/// States what a confirmed task says.
fn confirm(
    provider: &mut Provider,
    task: &ReviewTask,
    site: Option<Uuid>,
) -> Result<(), WorkError> {
    let evidence = Evidence {
        tier: Tier::E1,
        kind: EvidenceKind::RegistryRecord,
        url: Some(task.url.clone()),
        captured_on: Some(task.as_of),
        sha256: None,
        excerpt: Some(task.entry.clone()),
        note: Some(format!("{}; matched by a person", task.title)),
    };
    match &task.proposed {
        Proposed::Fact { name, value, valid_until } => {
            let statement = Statement {
                name: name.clone(),
                value: Some(value.clone()),
                reason: None,
                evidence: Vec::new(),
                observed_on: Some(task.as_of),
                valid_until: *valid_until,
                attested_by: None,
            };
            state(provider, site, None, statement, evidence);
        }
        Proposed::Credential(credential) => {
            let n = provider.next_n;
            provider.next_n = n.saturating_add(2);
            let at = u32::try_from(provider.evidence.len()).unwrap_or(u32::MAX);
            let by = Origin::Person;
            provider.evidence.push(Kept {
                n,
                by,
                withdrawn_on: None,
                withdrawn_by: None,
                item: evidence,
            });
            let mut item = (**credential).clone();
            item.evidence = vec![at];
            let place = provider.sites.iter_mut().find(|place| Some(place.id) == site);
            let place = place.ok_or_else(|| {
                let problem = "a credential is about a place: say which site";
                WorkError::Unfit(problem.to_owned())
            })?;
            let n = n.saturating_add(1);
            place.credentials.push(Kept::new(n, by, item));
        }
    }
    Ok(())
}
