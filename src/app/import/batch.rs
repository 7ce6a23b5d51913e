//! One batch: what is known is looked up at once, the lines are merged into it, and what
//! changed is stored at once.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use chrono::{DateTime, Utc};

use super::ImportError;
use crate::{
    clock::{Clock, SystemClock},
    domain::{ListingState, provider::Provider},
    import::{
        ImportReport, Line, MergeContext, Merged, Mode, Problem, SlugKind, merge, read::Row,
        slug::slug,
    },
    store::{self, Action, Actor, Reason, Store, Tx},
};

/// A provider that a line has changed, ready to be stored.
pub(super) struct Changed {
    line: u64,
    action: Action,
    created: bool,
    provider: Provider,
}

/// Puts some changes as one write.
type Put<'a> = &'a mut dyn FnMut(&mut Run, &[Changed]) -> Result<(), ImportError>;

/// An import under way.
pub(super) struct Run {
    now: DateTime<Utc>,
    mode: Mode,
    pub(super) report: ImportReport,
    merge: f64,
    store: f64,
    commit: f64,
}

impl Run {
    pub(super) fn new(now: DateTime<Utc>, mode: Mode) -> Self {
        Self { now, mode, report: ImportReport::default(), merge: 0.0, store: 0.0, commit: 0.0 }
    }

    /// Merges rows into what the store knows.
    pub(super) fn merged(
        &mut self,
        tx: &mut Tx<'_>,
        rows: Vec<Row>,
    ) -> Result<Vec<Changed>, ImportError> {
        let started = Instant::now();
        let lines = self.admitted(rows);
        let known = known_providers(tx, &lines)?;
        let changed = self.laid_over(tx, lines, &known)?;
        self.merge += started.elapsed().as_secs_f64();
        Ok(changed)
    }

    /// Stores what rows have changed.
    pub(super) fn put(&mut self, tx: &mut Tx<'_>, changed: &[Changed]) -> Result<(), store::Error> {
        let started = Instant::now();
        let changes: Vec<_> = changed.iter().map(|c| (c.action, &c.provider)).collect();
        let put = tx.put_providers(&changes);
        self.store += started.elapsed().as_secs_f64();
        put
    }

    /// Takes rows in as one write. Where the store refuses the write because of some of them,
    /// the others are stored all the same.
    pub(super) fn take(
        &mut self,
        store: &Store,
        (actor, reason): (&Actor, &Reason),
        rows: Vec<Row>,
    ) -> Result<(), ImportError> {
        let mut changed = Vec::new();
        let (started, inside) = (Instant::now(), self.merge + self.store);
        let written = store.write(actor, reason, |tx| {
            changed = self.merged(tx, rows)?;
            Ok(self.put(tx, &changed)?)
        });
        let inside = self.merge + self.store - inside;
        self.commit += started.elapsed().as_secs_f64() - inside;
        match written {
            Err(ImportError::Store(error)) if is_about_rows(&error) => {
                self.apart(&changed, error, &mut |run, half| {
                    store.write(actor, reason, |tx| Ok(run.put(tx, half)?)).map(|_| ())
                })
            }
            other => other.map(|_| ()),
        }
    }

    /// Finds the rows for which the store refused a write that had to be whole: each part is
    /// tried apart and undone. What comes after the batch is not looked at, and the report says so.
    pub(super) fn blame(
        &mut self,
        store: &Store,
        by: (&Actor, &Reason),
        changed: &[Changed],
        error: store::Error,
    ) -> Result<(), ImportError> {
        self.apart(changed, error, &mut |run, half| {
            let tried = store.write(by.0, by.1, |tx| {
                run.put(tx, half)?;
                Err::<(), _>(ImportError::Undone)
            });
            match tried {
                Err(ImportError::Undone) => Ok(()),
                other => other.map(|_| ()),
            }
        })?;
        if let Some(last) = changed.last() {
            let problem = "what comes after this line was not looked at";
            let problem = Problem::new("", problem, "mend the lines above and import again");
            self.report.note(problem.at(last.line, Some(&last.provider.source_key)));
        }
        Ok(())
    }

    /// Puts changes that failed together half by half, and takes back those that fail alone.
    fn apart(
        &mut self,
        changed: &[Changed],
        error: store::Error,
        put: Put<'_>,
    ) -> Result<(), ImportError> {
        if let [only] = changed {
            self.report.take_back(only.created, refusal(only, &error));
            return Ok(());
        }
        let (one, other) = changed.split_at(changed.len() / 2);
        for half in [one, other].into_iter().filter(|half| !half.is_empty()) {
            match put(self, half) {
                Err(ImportError::Store(error)) if is_about_rows(&error) => {
                    self.apart(half, error, put)?;
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// The report, with where the time went: reading and checking go on beside the rest, so
    /// that only the time counts in which nothing else could be done.
    pub(super) fn finish(mut self, seconds: f64) -> ImportReport {
        self.report.phase("read and check", seconds - self.merge - self.store - self.commit);
        self.report.phase("merge", self.merge);
        self.report.phase("store", self.store);
        self.report.phase("commit", self.commit);
        self.report.seconds = seconds;
        self.report
    }

    /// The lines that were not refused; refusals and warnings go into the report.
    fn admitted(&mut self, rows: Vec<Row>) -> Vec<(u64, Line)> {
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            match row.result {
                Ok(line) => {
                    self.report.take(row.warnings);
                    lines.push((row.line, line));
                }
                Err(errors) => self.report.refuse(errors),
            }
        }
        lines
    }

    fn laid_over(
        &mut self,
        tx: &mut Tx<'_>,
        lines: Vec<(u64, Line)>,
        known: &HashMap<String, Provider>,
    ) -> Result<Vec<Changed>, ImportError> {
        let mut slugs = Slugs::look_up(tx, &lines)?;
        let mut changed = Vec::new();
        for (number, line) in lines {
            let before = known.get(&line.source_key);
            let mut context = MergeContext {
                as_of: self.now.date_naive(),
                now: self.now,
                mode: self.mode,
                new_id: &mut || SystemClock.new_id(),
                reserve_slug: &mut |kind, slug| slugs.reserve(tx, kind, slug),
            };
            let merged = merge(before, line, &mut context);
            self.report.count(&merged);
            let (action, created, after) = match merged {
                Merged::Unchanged => continue,
                Merged::Created(after) => (Action::Create, true, after),
                Merged::Updated(after) => {
                    let from = before.map(|provider| provider.listing_state);
                    (action(from, after.listing_state), false, after)
                }
            };
            changed.push(Changed { line: number, action, created, provider: *after });
        }
        slugs.failed.map_or(Ok(changed), |error| Err(error.into()))
    }
}

/// True where the store refuses what it was given; false where it cannot work at all.
pub(super) const fn is_about_rows(error: &store::Error) -> bool {
    matches!(
        error,
        store::Error::Conflict(_)
            | store::Error::SlugTaken { .. }
            | store::Error::Stale { .. }
            | store::Error::MixedData { .. }
            | store::Error::Refused(_)
    )
}

/// What the report says about a row that the store refuses.
fn refusal(changed: &Changed, error: &store::Error) -> crate::import::RowError {
    let said = error.to_string();
    let (problem, mend) = said.split_once("; ").unwrap_or((&said, "import the row again"));
    Problem::new("", problem, mend).at(changed.line, Some(&changed.provider.source_key))
}

/// What the journal calls a change that a file makes.
fn action(from: Option<ListingState>, to: ListingState) -> Action {
    if from == Some(to) {
        return Action::Change;
    }
    match to {
        ListingState::Published => Action::Publish,
        ListingState::Suspended => Action::Suspend,
        ListingState::Delisted => Action::Delist,
        ListingState::Merged => Action::Merge,
        ListingState::InReview => Action::Take,
        ListingState::Submitted => Action::Submit,
        ListingState::Draft => Action::Return,
    }
}

fn known_providers(
    tx: &mut Tx<'_>,
    lines: &[(u64, Line)],
) -> Result<HashMap<String, Provider>, store::Error> {
    let keys: Vec<&str> = lines.iter().map(|(_, line)| line.source_key.as_str()).collect();
    tx.read()
        .by_source_keys(&keys)?
        .into_iter()
        .map(|(key, document)| Ok((key, document.provider()?)))
        .collect()
}

/// The slugs that a new provider and its new sites would like.
fn wanted_slugs(line: &Line) -> impl Iterator<Item = (SlugKind, String)> {
    let place = match line.sites.as_slice() {
        [only] => Some(&only.address),
        _ => None,
    };
    let provider = std::iter::once((SlugKind::Provider, slug(&line.name, place)));
    provider.chain(line.sites.iter().map(|site| {
        let name = site.name.as_deref().unwrap_or(&line.name);
        (SlugKind::Site, slug(name, Some(&site.address)))
    }))
}

/// Which slugs are taken: those that the lines would like are looked up at once, the few
/// others that a clash makes necessary one by one.
struct Slugs {
    looked_up: HashSet<(SlugKind, String)>,
    taken: HashSet<(SlugKind, String)>,
    /// The first failure of the store: a closure inside the merge cannot return it.
    failed: Option<store::Error>,
}

impl Slugs {
    fn look_up(tx: &mut Tx<'_>, lines: &[(u64, Line)]) -> Result<Self, store::Error> {
        let wanted: HashSet<(SlugKind, String)> =
            lines.iter().flat_map(|(_, line)| wanted_slugs(line)).collect();
        let mut taken = HashSet::new();
        for kind in [SlugKind::Provider, SlugKind::Site] {
            let slugs: Vec<&str> = wanted
                .iter()
                .filter(|(of, _)| *of == kind)
                .map(|(_, slug)| slug.as_str())
                .collect();
            let owners = tx.read().slug_owners(store_kind(kind), &slugs)?;
            taken.extend(owners.into_keys().map(|slug| (kind, slug)));
        }
        Ok(Self { looked_up: wanted, taken, failed: None })
    }

    /// Takes a slug for good; false where it is taken.
    fn reserve(&mut self, tx: &mut Tx<'_>, kind: SlugKind, slug: &str) -> bool {
        let key = (kind, slug.to_owned());
        if self.failed.is_none() && !self.looked_up.contains(&key) {
            match tx.read().slug_owners(store_kind(kind), &[slug]) {
                Ok(owners) if owners.is_empty() => {}
                Ok(_) => {
                    self.taken.insert(key.clone());
                }
                Err(error) => self.failed = Some(error),
            }
            self.looked_up.insert(key.clone());
        }
        self.taken.insert(key)
    }
}

const fn store_kind(kind: SlugKind) -> store::SlugKind {
    match kind {
        SlugKind::Provider => store::SlugKind::Provider,
        SlugKind::Site => store::SlugKind::Site,
    }
}
