//! The tasks that reports open.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AFTER, Part, id_in};
use crate::{
    app::reports::tasks::{self, TaskStep, TaskView},
    domain::report::{ReportOutcome, TaskState},
    http::{
        Authorized, Plain, Typed,
        authorized::HandleReports,
        blocking,
        openapi::{AdminReadErrors, AdminWriteErrors, SignedInListErrors},
        params::{Param, Params, documented_params},
        problem::{Kind, Problem},
        reply,
        shared::Shared,
        v1::{flags::PAGE, search_params::codes_of},
    },
    store::Reason,
};

static STATE: Param = Param::many("state", codes_of!(TaskState), "open", "Where the task stands.");

documented_params! {
    /// The parameters of the list of tasks.
    TasksQuery, &[&STATE, &PAGE, &AFTER]
}

/// Tasks that reports opened.
#[derive(Serialize, ToSchema)]
pub struct TasksAnswer {
    /// The tasks in the order of their first report.
    data: Vec<TaskView>,
}

/// A task that reports opened.
#[derive(Serialize, ToSchema)]
pub struct TaskAnswer {
    /// The task.
    data: TaskView,
}

/// A step on a task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskMove {
    /// Why, as a code of lower-case letters, digits and underscores.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[a-z][a-z0-9_]{0,59}$",
        example = "report_checked"
    )]
    reason_code: String,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Called the clinic.")]
    reason: String,
    /// `close`: what became of it.
    #[schema(nullable = false)]
    outcome: Option<ReportOutcome>,
    /// `close`: what those who reported are told.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 2000,
        example = "Thank you: the address is corrected."
    )]
    answer: Option<String>,
}

/// List reports
///
/// As tasks: reports on one listing and topic stand together. The order is that of the first
/// report, and the number of reports does not change it.
#[utoipa::path(
    tag = "reports",
    operation_id = "list_tasks",
    security(("bearer" = ["handle_reports"])),
    params(TasksQuery),
    responses((status = 200, description = "Tasks", body = TasksAnswer), SignedInListErrors),
)]
#[get("/v1/admin/reports")]
pub async fn list_tasks(
    _by: Authorized<HandleReports>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let states: Vec<TaskState> = params.codes(&STATE);
    let Part { after, limit } = Part::of(&mut params);
    params.finish()?;
    reply::takes_json(&request)?;
    let data = blocking(&shared, move |app| tasks::list(app, &states, after, limit)).await?;
    reply::private(&TasksAnswer { data })
}

/// Read one task
///
/// With its reports, and contacts where they were left and this server has the key.
#[utoipa::path(
    tag = "reports",
    operation_id = "get_task",
    security(("bearer" = ["handle_reports"])),
    params(("id" = String, Path, description = "The task's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")),
    responses((status = 200, description = "The task", body = TaskAnswer), AdminReadErrors),
)]
#[get("/v1/admin/reports/{id}")]
pub async fn get_task(
    _by: Authorized<HandleReports>,
    _plain: Plain,
    shared: Data<Shared>,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let task = id_in(&key)?;
    let data = blocking(&shared, move |app| tasks::one(app, task)).await?;
    reply::private(&TaskAnswer { data })
}

/// Move a task
///
/// `take` it, `release` it again, or `close` it (outcome, answer). A task never makes a finding:
/// what was found goes through evidence and the rules.
#[utoipa::path(
    tag = "reports",
    operation_id = "move_task",
    security(("bearer" = ["handle_reports"])),
    params(
        ("id" = String, Path, description = "The task's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = String, Path, description = "The step: take, release or close", example = "take"),
    ),
    request_body(content = TaskMove, description = "The reason, and what the step needs"),
    responses((status = 200, description = "It was done", body = TaskAnswer), AdminWriteErrors),
)]
#[post("/v1/admin/reports/{id}/{verb}")]
pub async fn move_task(
    by: Authorized<HandleReports>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<TaskMove>,
) -> Result<HttpResponse, Problem> {
    let (key, verb) = path.into_inner();
    let task = id_in(&key)?;
    let (reason, step) = body.0.step(&verb)?;
    let moved = move |app: &crate::app::App| tasks::step(app, (&by.actor, &reason), task, &step);
    let data = blocking(&shared, moved).await?;
    reply::private(&TaskAnswer { data })
}

impl TaskMove {
    fn step(self, verb: &str) -> Result<(Reason, TaskStep), Problem> {
        let reason = super::reason(&self.reason_code, &self.reason)?;
        let step = match verb {
            "take" => TaskStep::Take,
            "release" => TaskStep::Release,
            "close" => {
                let missing = || super::wrong("/outcome", "missing", "this step needs it");
                let outcome = self.outcome.ok_or_else(missing)?;
                let answer = self.answer.map(|text| super::text("/answer", &text, 2_000));
                return Ok((reason, TaskStep::Close { outcome, answer: answer.transpose()? }));
            }
            _ => return Err(Problem::new(Kind::NotFound, "A task has no step of this name.")),
        };
        match (self.outcome, self.answer) {
            (None, None) => Ok((reason, step)),
            (Some(_), _) => {
                Err(super::wrong("/outcome", "not-taken", "this step does not take it"))
            }
            (None, Some(_)) => {
                Err(super::wrong("/answer", "not-taken", "this step does not take it"))
            }
        }
    }
}
