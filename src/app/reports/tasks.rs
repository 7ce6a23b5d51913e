//! The tasks that reports open, for those who work on them.

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ReportError, from_json, parsed, written};
use crate::{
    app::App,
    domain::report::{Report, ReportOutcome, ReportTask, ReportTopic, TaskState},
    store::{self, Action, Actor, ActorKind, Case, CaseFilter, CaseKind, Reader, Reason},
};

/// For so long after its task was closed a contact is kept.
const CONTACT_KEPT: TimeDelta = TimeDelta::days(180);

/// A task with its reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    /// The task's id; tasks are in the order of their first report, whatever came after.
    pub id: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The provider's name; `null` = it is public no more.
    pub name: Option<String>,
    /// The clinic; `null` = the provider itself.
    pub clinic: Option<Uuid>,
    /// What it is about.
    pub topic: ReportTopic,
    /// Where it stands.
    pub state: TaskState,
    /// The day of the first report.
    pub opened_on: NaiveDate,
    /// Who took it, by id; `null` = nobody.
    pub taken_by: Option<String>,
    /// The day on which it was done with; `null` = it is not.
    pub closed_on: Option<NaiveDate>,
    /// What became of it; `null` = nothing yet.
    pub outcome: Option<ReportOutcome>,
    /// What those who reported are told; `null` = nothing yet.
    pub answer: Option<String>,
    /// What was reported, the oldest first.
    pub reports: Vec<ReportView>,
}

/// One report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    /// Its id.
    pub id: Uuid,
    /// The day.
    pub on: NaiveDate,
    /// In the words of who reported.
    pub text: String,
    /// How to reach them; `null` = they left nothing, or it was deleted, or its key is not here.
    pub contact: Option<String>,
}

/// A step on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskStep {
    /// Somebody looks into it.
    Take,
    /// It goes back to the others.
    Release,
    /// It is done with.
    Close {
        /// What became of it.
        outcome: ReportOutcome,
        /// What those who reported are told.
        answer: Option<String>,
    },
}

/// Tasks in the order of their first report, after one of them; at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    app: &App,
    states: &[TaskState],
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<TaskView>, ReportError> {
    let filter = CaseFilter {
        kind: Some(CaseKind::ReportTask),
        states: states.iter().map(ToString::to_string).collect(),
        provider: None,
    };
    app.store.read(|reader| {
        let cases = reader.cases(&filter, after, limit.into())?;
        cases.iter().map(|case| view(app, reader, case)).collect()
    })
}

/// One task.
///
/// # Errors
/// [`ReportError::Unknown`], or a store that fails.
pub fn one(app: &App, id: Uuid) -> Result<TaskView, ReportError> {
    app.store.read(|reader| {
        let case = task(reader, id)?;
        view(app, reader, &case)
    })
}

/// Takes a step.
///
/// # Errors
/// [`ReportError::Unknown`]; [`ReportError::Refused`] where the task is not there; a store that
/// fails.
pub fn step(
    app: &App,
    (actor, reason): (&Actor, &Reason),
    id: Uuid,
    step: &TaskStep,
) -> Result<TaskView, ReportError> {
    app.write(actor, reason, |tx| {
        let mut case = task(&mut tx.read(), id)?;
        let mut task: ReportTask = parsed(&case)?;
        let wanted = match step {
            TaskStep::Take => &[TaskState::Open][..],
            TaskStep::Release => &[TaskState::Taken],
            TaskStep::Close { .. } => &[TaskState::Open, TaskState::Taken],
        };
        if !wanted.contains(&task.state) {
            return Err(ReportError::Refused(format!("the task is `{}`", task.state)));
        }
        let action = match step {
            TaskStep::Take => {
                task.state = TaskState::Taken;
                task.taken_by = Some(actor.name.clone());
                Action::Take
            }
            TaskStep::Release => {
                task.state = TaskState::Open;
                task.taken_by = None;
                Action::Return
            }
            TaskStep::Close { outcome, answer } => {
                task.state = TaskState::Closed;
                task.closed_on = Some(tx.at().date_naive());
                task.outcome = Some(*outcome);
                task.answer.clone_from(answer);
                case.open_key = None;
                case.closed_at = Some(tx.at());
                Action::Close
            }
        };
        case.version = case.version.saturating_add(1);
        case.state = task.state.to_string();
        case.document = written(&task)?;
        Ok(tx.put_case(action, &case)?)
    })?;
    one(app, id)
}

impl App {
    /// Deletes the contacts whose task was closed 180 days ago; gives their number.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn forget_contacts(&self) -> Result<usize, store::Error> {
        let before = self.clock.now() - CONTACT_KEPT;
        let due = self.store.read(|reader| reader.contacts_closed_before(before))?;
        if due.is_empty() {
            return Ok(0);
        }
        let actor = Actor::new(ActorKind::System, "bedside");
        self.store.write(&actor, &Reason::new("contact_expired", ""), |tx| {
            due.iter().try_for_each(|id| tx.forget_contact(*id))
        })?;
        Ok(due.len())
    }
}

fn task(reader: &mut Reader<'_>, id: Uuid) -> Result<Case, ReportError> {
    let case = reader.case(id)?.filter(|case| case.kind == CaseKind::ReportTask);
    case.ok_or(ReportError::Unknown)
}

fn view(app: &App, reader: &mut Reader<'_>, case: &Case) -> Result<TaskView, ReportError> {
    let task: ReportTask = parsed(case)?;
    let mut reports = Vec::new();
    for stored in reader.reports_of(case.id)? {
        let report: Report = from_json(&stored.document, stored.id)?;
        let key = app.contact_key.get();
        let contact = key
            .zip(stored.contact.as_deref())
            .and_then(|(key, sealed)| key.open(sealed, stored.id.as_bytes()).ok());
        reports.push(ReportView { id: stored.id, on: report.on, text: report.text, contact });
    }
    let catalog = app.catalog.load();
    let name = catalog.provider(task.provider).map(|provider| provider.name().to_owned());
    Ok(TaskView {
        id: case.id,
        provider: task.provider,
        name,
        clinic: task.clinic,
        topic: task.topic,
        state: task.state,
        opened_on: task.opened_on,
        taken_by: task.taken_by,
        closed_on: task.closed_on,
        outcome: task.outcome,
        answer: task.answer,
        reports,
    })
}
