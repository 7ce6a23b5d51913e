//! Screening: providers and their prescribers against official lists.
//!
//! A list is read to its end before anything is written, so that one that is empty, cut or
//! much shorter than the last changes nothing. Then each provider that it concerns is one
//! decision ([`decide()`]): an entry whose number matches, and whose name, address or licence
//! also agrees, becomes a statement with E1 evidence; a number or a name alone becomes a task
//! for a person. The same list twice changes nothing.

mod decide;
mod draft;
mod issue;
mod parties;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{self, BufRead},
    sync::Arc,
    time::Instant,
};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

pub use self::issue::{IssueRecord, List};
use self::{
    decide::{Decision, Hit, Issue, decide},
    issue::Hashing,
    parties::{Parties, is_screened},
};
use crate::{
    app::queue::{ReviewTask, TaskOutcome},
    import::{csv::HeaderError, registries::ScreeningReport},
    rules::Rulebook,
    store::{self, Action, Actor, Reason, RecordKind, Store, Tx},
};

/// Providers that are read at once.
const READ: usize = 2_000;

/// Providers that are decided and written at once.
const BATCH: usize = 500;

/// Entries that may be about one provider; more say nothing new.
const MOST_HITS: usize = 100;

/// A list that is shorter than this share of the last issue is taken for a part of it.
const LEAST_SHARE: (u64, u64) = (9, 10);

/// How a list is to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct ScreenOptions {
    /// The date of the list: when its publisher made it or it was asked for.
    pub as_of: NaiveDate,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// Whether a list may have far fewer rows than the last issue.
    pub allow_fewer: bool,
}

/// Why nothing was screened.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The input cannot be read.
    #[error("the input cannot be read; nothing was changed")]
    Input(#[from] io::Error),
    /// The header of the list is not the one that is documented.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The list cannot be what it should be.
    #[error("{0}; nothing was changed, and what an earlier list said stands")]
    Refused(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Screens every provider against a list, and says what came of it.
///
/// # Errors
/// Where the input or the database fails, or the list is refused; what is wrong with single
/// rows stands in the report.
pub fn screen(
    store: &Store,
    rulebook: &Rulebook,
    (actor, reason): (&Actor, &Reason),
    (list, input): (&List, &mut dyn BufRead),
    now: DateTime<Utc>,
    options: ScreenOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<ScreeningReport, ScreenError> {
    let started = Instant::now();
    if options.as_of > now.date_naive() {
        let as_of = options.as_of;
        return Err(ScreenError::Refused(format!("the date of the list, {as_of}, lies ahead")));
    }
    let mut report = ScreeningReport {
        list: list.key().to_owned(),
        as_of: Some(options.as_of),
        dry_run: options.dry_run,
        ..ScreeningReport::default()
    };
    let parties = load(store)?;
    report.providers = u64::try_from(parties.providers.len()).unwrap_or(u64::MAX);
    let (hits, sha256) = read(list, input, &parties, &mut report, progress)?;
    let issue = Issue {
        list,
        rulebook,
        as_of: options.as_of,
        sha256,
        rows: report.lines,
        whole: report.failed == 0,
    };
    check_issue(store, &issue, options)?;

    let run = Run { store, actor, reason, issue: &issue, dry_run: options.dry_run, now };
    // A list that is no whole one says nothing about those whom it does not name.
    let concerned: Vec<Uuid> = match list.is_full() {
        true => parties.providers,
        false => parties.providers.into_iter().filter(|id| hits.contains_key(id)).collect(),
    };
    for ids in concerned.chunks(BATCH) {
        run.batch(ids, &hits, &mut report)?;
    }
    if issue.whole && list.is_full() {
        run.close_gone(&hits, &mut report)?;
    }
    run.remember()?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Everybody who may be on a list.
fn load(store: &Store) -> Result<Parties, store::Error> {
    let mut parties = Parties::default();
    store.read(|reader| {
        reader.for_each_batch(READ, |documents| {
            for document in documents {
                parties.add(&document.provider()?);
            }
            Ok::<_, store::Error>(())
        })
    })?;
    Ok(parties)
}

/// The entries that may be about somebody of ours, by provider.
type Hits = HashMap<Uuid, Vec<Hit>>;

/// Reads a list to its end.
fn read(
    list: &List,
    input: &mut dyn BufRead,
    parties: &Parties,
    report: &mut ScreeningReport,
    progress: &mut dyn FnMut(u64),
) -> Result<(Hits, String), ScreenError> {
    let (input, hash) = Hashing::new(input);
    let mut hits = Hits::new();
    let mut last_is_good = true;
    for row in list.rows(input)? {
        let row = row?;
        // A row that is whole and makes no sense is no sign of a cut.
        last_is_good = row.result.as_ref().err().is_none_or(|error| !error.field.is_empty());
        let entry = match row.result {
            Ok(entry) => {
                report.take(None);
                entry.map(Arc::new)
            }
            Err(error) => {
                report.take(Some(error));
                None
            }
        };
        progress(report.lines);
        let Some(entry) = entry else { continue };
        for (party, agreement) in parties.matching(&entry) {
            let by_name_alone = !agreement.npi && !agreement.licence;
            if by_name_alone && list.names_need_state() && !agreement.state {
                continue;
            }
            let of_provider = hits.entry(party.provider).or_default();
            let proven = of_provider.iter().filter(|hit| hit.agreement.proves()).count();
            if of_provider.len() < MOST_HITS || (agreement.proves() && proven < MOST_HITS) {
                let entry = Arc::clone(&entry);
                of_provider.push(Hit { part: party.part, agreement, entry });
            }
        }
    }
    if !last_is_good && list.is_full() {
        let problem = "the last row is cut, so the file is not whole: download it again";
        return Err(ScreenError::Refused(problem.to_owned()));
    }
    Ok((hits, hash.text()))
}

/// Refuses a list that cannot be the newest whole one.
fn check_issue(
    store: &Store,
    issue: &Issue<'_>,
    options: ScreenOptions,
) -> Result<(), ScreenError> {
    if issue.rows == 0 && issue.list.is_full() {
        return Err(ScreenError::Refused("the list is empty: download it again".to_owned()));
    }
    let last = store.read(|reader| reader.record(RecordKind::List, issue.list.key()))?;
    let Some(last) = last.map(|record| record.read::<IssueRecord>()).transpose()? else {
        return Ok(());
    };
    if issue.list.is_full() && issue.as_of < last.as_of {
        return Err(ScreenError::Refused(format!(
            "the list of {} is older than that of {}, which was read already",
            issue.as_of, last.as_of
        )));
    }
    let (most, of) = LEAST_SHARE;
    let far_fewer = issue.rows.saturating_mul(of) < last.rows.saturating_mul(most);
    if issue.list.is_full() && far_fewer && !options.allow_fewer {
        return Err(ScreenError::Refused(format!(
            "the list has {} rows and that of {} had {}, so it is probably cut: download it again, \
             or say --allow-fewer",
            issue.rows, last.as_of, last.rows
        )));
    }
    Ok(())
}

/// One issue on its way into the store.
struct Run<'a> {
    store: &'a Store,
    actor: &'a Actor,
    reason: &'a Reason,
    issue: &'a Issue<'a>,
    dry_run: bool,
    now: DateTime<Utc>,
}

impl Run<'_> {
    /// Decides about some providers and writes what changes, in one write.
    fn batch(
        &self,
        ids: &[Uuid],
        hits: &Hits,
        report: &mut ScreeningReport,
    ) -> Result<(), store::Error> {
        let mut decisions = if self.dry_run {
            self.store.read(|reader| self.decisions(reader, ids, hits, self.now))?
        } else {
            let write = |tx: &mut Tx<'_>| {
                let at = tx.at();
                let decisions = self.decisions(&mut tx.read(), ids, hits, at)?;
                let changed = decisions.iter().filter_map(|decision| decision.provider.as_ref());
                let changes: Vec<_> = changed.map(|provider| (Action::Change, provider)).collect();
                tx.put_providers(&changes)?;
                for (id, task) in decisions.iter().flat_map(|decision| &decision.tasks) {
                    tx.put_record(Action::Create, (RecordKind::Task, id), true, task)?;
                }
                Ok::<_, store::Error>(decisions)
            };
            self.store.write(self.actor, self.reason, write)?.value
        };
        for decision in decisions.drain(..) {
            let add = |sum: &mut u64, n: u64| *sum = sum.saturating_add(n);
            add(&mut report.stated, decision.stated);
            add(&mut report.cleared, decision.cleared);
            add(&mut report.withdrawn, decision.withdrawn);
            add(&mut report.incomplete, u64::from(decision.incomplete));
            add(&mut report.tasks_opened, u64::try_from(decision.tasks.len()).unwrap_or(0));
            let says_nothing = decision.provider.is_none() && decision.tasks.is_empty();
            add(&mut report.unchanged, u64::from(says_nothing));
        }
        Ok(())
    }

    fn decisions(
        &self,
        reader: &mut store::Reader<'_>,
        ids: &[Uuid],
        hits: &Hits,
        at: DateTime<Utc>,
    ) -> Result<Vec<Decision>, store::Error> {
        let tasks: Vec<String> = self.tasks_of(ids.iter(), hits).into_iter().collect();
        let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
        let mut decided = BTreeMap::new();
        for record in reader.records(RecordKind::Task, &tasks)? {
            let outcome = record.read::<ReviewTask>()?.outcome;
            decided.insert(record.id, outcome);
        }
        let documents = reader.documents(ids)?;
        let mut decisions = Vec::with_capacity(documents.len());
        for document in documents {
            let provider = document.provider()?;
            if is_screened(&provider) {
                let hits = hits.get(&provider.id).map_or([].as_slice(), Vec::as_slice);
                decisions.push(decide(self.issue, &provider, hits, &decided, at));
            }
        }
        Ok(decisions)
    }

    /// The ids of the tasks that hits may have opened.
    fn tasks_of<'i>(&self, ids: impl Iterator<Item = &'i Uuid>, hits: &Hits) -> BTreeSet<String> {
        let key = self.issue.list.key();
        ids.filter_map(|id| Some((id, hits.get(id)?)))
            .flat_map(|(id, hits)| hits.iter().map(move |hit| (id, hit)))
            .map(|(id, hit)| decide::task_id(key, *id, &hit.entry.key))
            .collect()
    }

    /// Closes the open tasks about entries that are no longer on the list.
    fn close_gone(&self, hits: &Hits, report: &mut ScreeningReport) -> Result<(), store::Error> {
        let seen = self.tasks_of(hits.keys(), hits);
        let open = self.store.read(|reader| reader.standing_records(RecordKind::Task))?;
        let mut gone = Vec::new();
        for record in open.into_iter().filter(|record| !seen.contains(&record.id)) {
            let task: ReviewTask = record.read()?;
            if task.list == self.issue.list.key() {
                gone.push((record.id, task));
            }
        }
        report.tasks_closed = u64::try_from(gone.len()).unwrap_or(0);
        if self.dry_run || gone.is_empty() {
            return Ok(());
        }
        self.store.write(self.actor, self.reason, |tx| {
            for (id, task) in &mut gone {
                task.outcome = Some(TaskOutcome::Gone);
                task.closed_on = Some(tx.at().date_naive());
                tx.put_record(Action::Close, (RecordKind::Task, id), false, task)?;
            }
            Ok::<_, store::Error>(())
        })?;
        Ok(())
    }

    /// Keeps what the next issue is compared with.
    fn remember(&self) -> Result<(), store::Error> {
        if self.dry_run {
            return Ok(());
        }
        let Issue { list, as_of, sha256, rows, .. } = self.issue;
        let record = IssueRecord { as_of: *as_of, rows: *rows, sha256: sha256.clone() };
        let key = list.key();
        self.store.write(self.actor, self.reason, |tx| {
            let known = tx.read().record(RecordKind::List, key)?;
            if known.as_ref().map(|known| known.read::<IssueRecord>()).transpose()?.as_ref()
                == Some(&record)
            {
                return Ok(());
            }
            let action = if known.is_some() { Action::Change } else { Action::Create };
            tx.put_record(action, (RecordKind::List, key), true, &record)
        })?;
        Ok(())
    }
}
