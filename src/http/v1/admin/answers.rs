//! What clinics answered, for verifiers.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AFTER, PROVIDER, Part, Transition, id_in, uuid};
use crate::{
    app::invites::answers::{self, AnswerView},
    domain::invite::AnswerState,
    http::{
        Authorized, Plain, Typed,
        authorized::{VerifyEvidence, ViewAdmin},
        blocking,
        openapi::{AdminWriteErrors, SignedInListErrors},
        params::{Param, Params, documented_params},
        problem::{Kind, Problem},
        reply,
        shared::Shared,
        v1::{flags::PAGE, search_params::codes_of},
    },
};

static STATE: Param =
    Param::many("state", codes_of!(AnswerState), "pending", "Where the answer stands.");

documented_params! {
    /// The parameters of the list of answers.
    AnswersQuery, &[&STATE, &PROVIDER, &PAGE, &AFTER]
}

/// What clinics answered.
#[derive(Serialize, ToSchema)]
pub struct AnswersAnswer {
    /// The answers in the order in which they first came.
    data: Vec<AnswerView>,
}

/// What a clinic answered to one question.
#[derive(Serialize, ToSchema)]
pub struct OneAnswerAnswer {
    /// The answer.
    data: AnswerView,
}

/// List what clinics answered
///
/// In the order in which it came.
#[utoipa::path(
    tag = "invites",
    operation_id = "list_answers",
    security(("bearer" = ["view_admin"])),
    params(AnswersQuery),
    responses((status = 200, description = "Answers", body = AnswersAnswer), SignedInListErrors),
)]
#[get("/v1/admin/answers")]
pub async fn list_answers(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let states: Vec<AnswerState> = params.codes(&STATE);
    let provider = uuid(&mut params, &PROVIDER);
    let Part { after, limit } = Part::of(&mut params);
    params.finish()?;
    reply::takes_json(&request)?;
    let list = move |app: &crate::app::App| answers::list(app, &states, provider, after, limit);
    let data = blocking(&shared, list).await?;
    reply::private(&AnswersAnswer { data })
}

/// Accept or reject an answer
///
/// `accept` makes it a signed statement (E3) of the provider or clinic; `reject` does not take
/// it. Until then it counts for nothing.
#[utoipa::path(
    tag = "invites",
    operation_id = "decide_answer",
    security(("bearer" = ["verify_evidence"])),
    params(
        ("id" = String, Path, description = "The answer's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = String, Path, description = "The step: accept or reject", example = "accept"),
    ),
    request_body(content = Transition, description = "The reason"),
    responses((status = 200, description = "It was decided", body = OneAnswerAnswer), AdminWriteErrors),
)]
#[post("/v1/admin/answers/{id}/{verb}")]
pub async fn decide_answer(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let (key, verb) = path.into_inner();
    let accept = match verb.as_str() {
        "accept" => true,
        "reject" => false,
        _ => return Err(Problem::new(Kind::NotFound, "An answer has no step of this name.")),
    };
    let answer = id_in(&key)?;
    let reason = body.0.why()?;
    let decide =
        move |app: &crate::app::App| answers::verify(app, (&by.actor, &reason), answer, accept);
    let data = blocking(&shared, decide).await?;
    reply::private(&OneAnswerAnswer { data })
}
