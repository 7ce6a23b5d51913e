//! Evidence and statements that people record: added, verified, withdrawn.
//!
//! What a person writes is checked by the checks of the provider file, so that both doors take
//! the same things. Nothing is deleted; each step is one version of the provider.

pub mod files;
mod lists;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::lists::{EvidenceRow, StatementRow, evidence_rows, statement_rows};
pub use crate::import::Problem;
use crate::{
    app::{App, import::Knowledge, queue::work::WorkError},
    domain::{
        EvidenceKind, VerificationMethod,
        provider::{Evidence, Kept, Origin, Provider, Statement, Verification},
    },
    import::Line,
    rules::Rulebook,
    store::{self, Action, Actor, Reason, RecordKind, Tx},
};

/// How far ahead the end of a verified certificate may lie.
const MOST_AHEAD: Days = Days::new(5 * 366);

/// Something that was recorded about a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Its id: the provider's id, a full stop and its number.
    #[schema(example = "01976e3c-0000-7000-8000-000000000001.3")]
    pub id: String,
    /// The provider.
    pub provider: Uuid,
    /// For evidence its position in the provider's list, by which statements name it; for a
    /// statement its number.
    #[schema(example = 3)]
    pub number: u32,
    /// The provider's new version.
    #[schema(minimum = 1, example = 2)]
    pub version: i64,
}

impl Recorded {
    fn of(provider: &Provider, number: u32) -> Self {
        let id = format!("{}.{number}", provider.id);
        Self { id, provider: provider.id, number, version: provider.version }
    }
}

/// A statement that a person records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStatement {
    /// The provider.
    pub provider: Uuid,
    /// The site; none where it is about the whole provider.
    pub site: Option<Uuid>,
    /// What it says; evidence by position in the provider's list.
    pub statement: Statement,
}

/// How a person verified a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// How.
    pub method: VerificationMethod,
    /// The last day on which it counts; by default as its evidence says.
    pub until: Option<NaiveDate>,
}

/// A statement's id: its provider and its number.
#[must_use]
pub fn read_id(id: &str) -> Option<(Uuid, u32)> {
    let (provider, number) = id.split_once('.')?;
    Some((provider.parse().ok()?, number.parse().ok()?))
}

impl App {
    /// Records a piece of evidence about a provider.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] without such a provider, [`WorkError::Invalid`], and
    /// [`WorkError::Unfit`] where it names a file that nobody has uploaded.
    pub fn add_evidence(
        &self,
        actor: &Actor,
        reason: &Reason,
        (provider, evidence, has_file): (Uuid, Evidence, bool),
    ) -> Result<Recorded, WorkError> {
        let written = self.write(actor, reason, |tx| {
            let mut known = newest(tx, provider)?;
            let evidence = self.checked_piece(known.fictional, evidence, "/evidence")?;
            if has_file {
                let hash = evidence.sha256.as_deref().unwrap_or_default();
                tx.read().record(RecordKind::File, hash)?.ok_or_else(|| {
                    let problem = "no file with this SHA-256 was uploaded: upload it first";
                    WorkError::Unfit(problem.to_owned())
                })?;
            }
            let at = u32::try_from(known.evidence.len()).unwrap_or(u32::MAX);
            let kept = kept(&mut known, evidence);
            known.evidence.push(kept);
            put(tx, Action::Change, &mut known)?;
            Ok::<_, WorkError>(Recorded::of(&known, at))
        })?;
        Ok(written.value)
    }

    /// Records a statement.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] without such a provider, [`WorkError::Unfit`] without such a
    /// site, [`WorkError::Invalid`].
    pub fn add_statement(
        &self,
        actor: &Actor,
        reason: &Reason,
        new: NewStatement,
    ) -> Result<Recorded, WorkError> {
        let written = self.write(actor, reason, |tx| {
            let mut known = newest(tx, new.provider)?;
            let statement = self.checked_statement(&known, new.statement)?;
            let kept = kept(&mut known, statement);
            let n = kept.n;
            let list = match new.site {
                None => Some(&mut known.facts),
                Some(id) => {
                    let mut live =
                        known.sites.iter_mut().filter(|site| site.withdrawn_on.is_none());
                    live.find(|site| site.id == id).map(|site| &mut site.facts)
                }
            };
            let no_site = || WorkError::Unfit("the provider has no such site".to_owned());
            list.ok_or_else(no_site)?.push(kept);
            put(tx, Action::Change, &mut known)?;
            Ok::<_, WorkError>(Recorded::of(&known, n))
        })?;
        Ok(written.value)
    }

    /// Records that a person has verified a statement, how, and until when it counts.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] where no such statement stands, [`WorkError::Unfit`] for a last
    /// day that its evidence does not carry.
    pub fn verify_statement(
        &self,
        actor: &Actor,
        reason: &Reason,
        id: &str,
        verify: &Verify,
    ) -> Result<Recorded, WorkError> {
        let written = self.write(actor, reason, |tx| {
            let (mut known, n) = stated(tx, id)?;
            let today = tx.at().date_naive();
            let statement = standing(&known, n).ok_or_else(|| not_found(id))?;
            check_until(&self.rulebook, &known, statement, (verify.until, today))
                .map_err(WorkError::Unfit)?;
            known.verifications.push(Verification {
                n,
                by: actor.name.clone(),
                method: verify.method,
                on: today,
                until: verify.until,
            });
            put(tx, Action::Verify, &mut known)?;
            Ok::<_, WorkError>(Recorded::of(&known, n))
        })?;
        Ok(written.value)
    }

    /// Takes a statement back, with the date.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] where no such statement stands.
    pub fn withdraw_statement(
        &self,
        actor: &Actor,
        reason: &Reason,
        id: &str,
    ) -> Result<Recorded, WorkError> {
        let written = self.write(actor, reason, |tx| {
            let (mut known, n) = stated(tx, id)?;
            let today = tx.at().date_naive();
            let of_sites = known.sites.iter_mut().flat_map(|site| &mut site.facts);
            let kept = known.facts.iter_mut().chain(of_sites).find(|k| k.n == n && k.stands());
            let kept = kept.ok_or_else(|| not_found(id))?;
            kept.withdraw(Origin::Person, today);
            put(tx, Action::Withdraw, &mut known)?;
            Ok::<_, WorkError>(Recorded::of(&known, n))
        })?;
        Ok(written.value)
    }

    /// A piece of evidence in the spelling that is kept.
    ///
    /// # Errors
    /// Everything that is wrong with it, with pointers that begin with `at`.
    pub(super) fn checked_piece(
        &self,
        fictional: bool,
        evidence: Evidence,
        at: &str,
    ) -> Result<Evidence, WorkError> {
        let mut line = Line::of_items(fictional, vec![evidence], Vec::new());
        self.check(&mut line, ("/evidence/0", at))?;
        line.evidence.pop().ok_or_else(|| WorkError::Invalid(Vec::new()))
    }

    fn checked_statement(
        &self,
        provider: &Provider,
        statement: Statement,
    ) -> Result<Statement, WorkError> {
        let evidence = provider.evidence.iter().map(|kept| kept.item.clone()).collect();
        let mut line = Line::of_items(provider.fictional, evidence, vec![statement]);
        self.check(&mut line, ("/facts/0", "/statement"))?;
        line.facts.pop().ok_or_else(|| WorkError::Invalid(Vec::new()))
    }

    /// Checks a line that was made of a body; a pointer into the line becomes one into the body.
    fn check(&self, line: &mut Line, (from, to): (&str, &str)) -> Result<(), WorkError> {
        let knowledge = Knowledge { gazetteer: self.gazetteer, rulebook: &self.rulebook };
        let mut problems = knowledge.checker(self.clock.today()).check(line).problems;
        // What was recorded before was checked when it was recorded.
        problems.retain(|problem| problem.field.starts_with(from));
        for problem in &mut problems {
            if let Some(rest) = problem.field.strip_prefix(from) {
                problem.field = format!("{to}{rest}");
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(WorkError::Invalid(problems)) }
    }
}

/// Refuses a last day that the evidence does not carry: a person may shorten the time for which
/// a statement counts, and lengthen it only as a certificate or a report prints it.
fn check_until(
    rulebook: &Rulebook,
    provider: &Provider,
    statement: &Statement,
    (until, today): (Option<NaiveDate>, NaiveDate),
) -> Result<(), String> {
    let Some(until) = until else { return Ok(()) };
    if until < today {
        return Err("the last day has passed".to_owned());
    }
    let printed = provider.cited(&statement.evidence).any(|piece| {
        matches!(piece.kind, EvidenceKind::Certificate | EvidenceKind::InspectionReport)
    });
    let spec = rulebook.vocabulary().named(&statement.name);
    let age = spec.map_or(0, |spec| u64::from(spec.max_age_days));
    let observed = statement.observed_on.or_else(|| provider.newest_capture(&statement.evidence));
    let last = match printed {
        true => today.checked_add_days(MOST_AHEAD),
        false => observed.and_then(|day| day.checked_add_days(Days::new(age))),
    };
    match last {
        Some(last) if until <= last => Ok(()),
        Some(last) => Err(format!("its evidence counts until {last} at most")),
        None => Err("nobody says when this was seen".to_owned()),
    }
}

fn not_found(id: &str) -> WorkError {
    WorkError::NotFound(id.to_owned())
}

fn newest(tx: &mut Tx<'_>, id: Uuid) -> Result<Provider, WorkError> {
    tx.read().provider(id)?.ok_or_else(|| not_found(&id.to_string()))
}

/// The provider of a statement, and the statement's number.
fn stated(tx: &mut Tx<'_>, id: &str) -> Result<(Provider, u32), WorkError> {
    let (provider, n) = read_id(id).ok_or_else(|| not_found(id))?;
    let known = tx.read().provider(provider)?.ok_or_else(|| not_found(id))?;
    Ok((known, n))
}

/// The statement with this number, where it stands.
fn standing(provider: &Provider, n: u32) -> Option<&Statement> {
    let of_sites = provider.sites.iter().flat_map(|site| &site.facts);
    let mut all = provider.facts.iter().chain(of_sites);
    all.find(|kept| kept.n == n && kept.stands()).map(|kept| &kept.item)
}

fn kept<T>(provider: &mut Provider, item: T) -> Kept<T> {
    let n = provider.next_n;
    provider.next_n = n.saturating_add(1);
    Kept::new(n, Origin::Person, item)
}

fn put(tx: &mut Tx<'_>, action: Action, provider: &mut Provider) -> Result<(), store::Error> {
    provider.version = provider.version.saturating_add(1);
    provider.updated_at = tx.at();
    tx.put_provider(action, provider)
}
