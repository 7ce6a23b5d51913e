//! Statements: recorded, verified and withdrawn by people.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PROVIDER_ID, Transition, reason, stored};
use crate::{
    app::evidence::{NewStatement, Recorded, StatementRow, Verify, statement_rows},
    domain::{VerificationMethod, provider::Statement},
    http::{
        Plain, Typed,
        authorized::{Authorized, EditListings, VerifyEvidence, ViewAdmin},
        blocking,
        openapi::{SignedInErrors, TransitionErrors},
        params::{Param, Params, documented_params},
        problem::Problem,
        reply,
        shared::Shared,
    },
};

static LIST: &[&Param] = &[&PROVIDER_ID];

documented_params! {
    /// The parameters of a list of statements.
    StatementsQuery, LIST
}

/// What is stated about a provider.
#[derive(Serialize, ToSchema)]
pub struct StatementList {
    /// Every statement, the withdrawn ones too, in the order of their numbers.
    data: Vec<StatementRow>,
    /// The provider's version.
    #[schema(minimum = 1, example = 2)]
    version: i64,
}

/// List what is stated about a provider
///
/// With who put it there and who verified it; nothing is withheld here.
#[utoipa::path(
    tag = "evidence",
    operation_id = "list_statements",
    security(("bearer" = ["view_admin"])),
    params(StatementsQuery),
    responses((status = 200, description = "The statements", body = StatementList), SignedInErrors),
)]
#[get("/v1/admin/statements")]
pub async fn list_statements(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let id = params.required_text(&PROVIDER_ID);
    params.finish()?;
    reply::takes_json(&request)?;
    let provider = blocking(&shared, move |app| stored(app, &id)).await?;
    let answer = StatementList { data: statement_rows(&provider), version: provider.version };
    reply::private(&answer)
}

/// A statement to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StatementBody)]
pub struct NewBody {
    /// The provider.
    provider: Uuid,
    /// The site; absent where it is about the whole provider.
    site: Option<Uuid>,
    /// What it says; `evidence` holds positions in the provider's list of evidence.
    statement: Statement,
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "read_at_source")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "")]
    #[serde(default)]
    reason: String,
}

/// Record a statement
///
/// It stands beside what others state, and no file withdraws it.
#[utoipa::path(
    tag = "evidence",
    operation_id = "create_statement",
    security(("bearer" = ["edit_listings"])),
    request_body(content = NewBody, description = "What is stated, and why it is recorded"),
    responses((status = 201, description = "Recorded", body = Recorded), TransitionErrors),
)]
#[post("/v1/admin/statements")]
pub async fn create_statement(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<NewBody>,
) -> Result<HttpResponse, Problem> {
    let NewBody { provider, site, statement, reason_code, reason: text } = body.0;
    let why = reason(&reason_code, &text)?;
    let new = NewStatement { provider, site, statement };
    let done = blocking(&shared, move |app| app.add_statement(&by.actor, &why, new)).await?;
    Ok(reply::created(reply::private(&done)?, None))
}

/// How a statement was verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerifyBody)]
pub struct VerifyBody {
    /// How.
    method: VerificationMethod,
    /// The last day on which it counts; by default as its evidence says.
    until: Option<NaiveDate>,
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "routine_check")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "")]
    #[serde(default)]
    reason: String,
}

/// Verify a statement
///
/// Keeps who verified it, how and until when. The public sees the day and nothing else of it.
#[utoipa::path(
    tag = "evidence",
    operation_id = "verify_statement",
    security(("bearer" = ["verify_evidence"])),
    params(("id" = String, Path, description = "The statement's id", example = "01976e3c-0000-7000-8000-000000000001.3")),
    request_body(content = VerifyBody, description = "How, until when, and why"),
    responses((status = 200, description = "Verified", body = Recorded), TransitionErrors),
)]
#[post("/v1/admin/statements/{id}/verify")]
pub async fn verify_statement(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<VerifyBody>,
) -> Result<HttpResponse, Problem> {
    let VerifyBody { method, until, reason_code, reason: text } = body.0;
    let why = reason(&reason_code, &text)?;
    let verify = Verify { method, until };
    let done =
        blocking(&shared, move |app| app.verify_statement(&by.actor, &why, &id, &verify)).await?;
    reply::private(&done)
}

/// Withdraw a statement
///
/// It is kept with the date and counts no longer.
#[utoipa::path(
    tag = "evidence",
    operation_id = "withdraw_statement",
    security(("bearer" = ["verify_evidence"])),
    params(("id" = String, Path, description = "The statement's id", example = "01976e3c-0000-7000-8000-000000000001.3")),
    request_body(content = Transition, description = "Why"),
    responses((status = 200, description = "Withdrawn", body = Recorded), TransitionErrors),
)]
#[post("/v1/admin/statements/{id}/withdraw")]
pub async fn withdraw_statement(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let why = body.0.why()?;
    let done = blocking(&shared, move |app| app.withdraw_statement(&by.actor, &why, &id)).await?;
    reply::private(&done)
}
