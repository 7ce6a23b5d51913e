//! Flags as the people who decide them see and move them.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{
    flags::{PAGE, RULE, STATE},
    search_params::CURSOR,
};
use super::{PROVIDER, uuid};
use crate::{
    app::{
        App,
        flags::{
            FlagError, FlagId,
            admin::{self, AdminFlag, AdminFlagsAnswer, AdminFlagsRequest},
            decide::{Step, decide},
            reply::link,
        },
        request::DEFAULT_LIMIT,
    },
    domain::flag::Notice,
    http::{
        Authorized, Plain, Typed,
        authorized::{DecideFlags, ViewAdmin},
        blocking,
        openapi::{AdminReadErrors, AdminWriteErrors, SignedInListErrors},
        params::{Params, documented_params},
        problem::{Kind, Problem},
        reply,
        shared::Shared,
    },
    store::{Actor, Reason},
};

documented_params! {
    /// The parameters of the queue of flags.
    AdminFlagsQuery, &[&STATE, &RULE, &PROVIDER, &PAGE, &CURSOR]
}

/// One flag.
#[derive(Serialize, ToSchema)]
pub struct AdminFlagAnswer {
    /// The flag.
    data: AdminFlag,
    /// The token of the provider's link (`/v1/replies/{token}`), where this step made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reply_token: Option<String>,
}

/// A step with its reason. Which of the optional members a step takes, its description says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagStep {
    /// Why, as a code of lower-case letters, digits and underscores.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[a-z][a-z0-9_]{0,59}$",
        example = "evidence_checked"
    )]
    reason_code: String,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Capture and page agree.")]
    reason: String,
    /// `notify`: how the notice was sent.
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "certified mail")]
    method: Option<String>,
    /// `notify`: the number or address that proves it.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "9407 3000 0000 0000 0000 00"
    )]
    reference: Option<String>,
    /// `notify`, `deliver`: the day on which the notice arrived.
    #[schema(nullable = false, example = "2026-11-20")]
    delivered_on: Option<NaiveDate>,
    /// `appeal`: the provider's letter. `uphold`, and `clear` with an open appeal: our answer.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 2000,
        example = "The page still says so on 20 November."
    )]
    text: Option<String>,
}

/// List flags of every state
///
/// What is due first comes first: appeals to answer, suspensions that end, flags that may be
/// published, evidence that expires.
#[utoipa::path(
    tag = "flags",
    operation_id = "list_admin_flags",
    security(("bearer" = ["view_admin"])),
    params(AdminFlagsQuery),
    responses((status = 200, description = "A page of flags", body = AdminFlagsAnswer), SignedInListErrors),
)]
#[get("/v1/admin/flags")]
pub async fn list_admin_flags(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let question = AdminFlagsRequest {
        states: params.codes(&STATE),
        rule: params.text(&RULE),
        provider: uuid(&mut params, &PROVIDER),
        limit: params.integer(&PAGE).unwrap_or(DEFAULT_LIMIT),
        cursor: params.text(&CURSOR),
    };
    params.finish()?;
    reply::takes_json(&request)?;
    let answer = blocking(&shared, move |app| admin::list(app, &question)).await?;
    reply::private(&answer)
}

/// Read one flag
///
/// With everything that is known about it: evidence, notice, replies, appeal, who decided what,
/// and every deadline.
#[utoipa::path(
    tag = "flags",
    operation_id = "get_admin_flag",
    security(("bearer" = ["view_admin"])),
    params(("id" = String, Path, description = "The flag's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11.12")),
    responses((status = 200, description = "The flag", body = AdminFlagAnswer), AdminReadErrors),
)]
#[get("/v1/admin/flags/{id}")]
pub async fn get_admin_flag(
    _by: Authorized<ViewAdmin>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let data = blocking(&shared, move |app| admin::one(app, id.parse()?)).await?;
    let answer = AdminFlagAnswer { data, reply_token: None };
    reply::private(&answer)
}

/// Move a flag
///
/// `notify` (method, reference, delivered_on) records the written notice and gives the token of
/// the provider's link; `deliver` (delivered_on) records its delivery, from which ten business
/// days run; `publish` shows the flag, by a second person, after those days or at once for an
/// official act; `dismiss` decides against it before display; `appeal` (text) records an appeal
/// that came by letter; `uphold` (text) answers it and keeps the flag, and `clear` (text) ends
/// the flag, both by a person who has not decided before; `suspend` takes it from view, one time
/// and for at most five business days, and `resume` ends that early; `link` replaces the
/// provider's link.
#[utoipa::path(
    tag = "flags",
    operation_id = "move_flag",
    security(("bearer" = ["decide_flags"])),
    params(
        ("id" = String, Path, description = "The flag's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11.12"),
        ("verb" = String, Path, description = "The step: notify, deliver, publish, dismiss, appeal, uphold, clear, suspend, resume or link", example = "notify"),
    ),
    request_body(content = FlagStep, description = "The reason, and what the step needs"),
    responses((status = 200, description = "It was done", body = AdminFlagAnswer), AdminWriteErrors),
)]
#[post("/v1/admin/flags/{id}/{verb}")]
pub async fn move_flag(
    by: Authorized<DecideFlags>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<FlagStep>,
) -> Result<HttpResponse, Problem> {
    let (id, verb) = path.into_inner();
    let (reason, step) = body.0.step(&verb)?;
    let answer =
        blocking(&shared, move |app| take(app, &by.actor, &reason, id.parse()?, &step)).await?;
    reply::private(&answer)
}

fn take(
    app: &App,
    actor: &Actor,
    reason: &Reason,
    id: FlagId,
    step: &Step,
) -> Result<AdminFlagAnswer, FlagError> {
    decide(app, (actor, reason), id, step, app.deciders())?;
    let makes_link = matches!(step, Step::Notify(_) | Step::RenewLink);
    let reply_token = if makes_link { Some(link(app, id)?) } else { None };
    Ok(AdminFlagAnswer { data: admin::one(app, id)?, reply_token })
}

impl FlagStep {
    /// The step of this name; what it needs must be there, and nothing else.
    fn step(self, verb: &str) -> Result<(Reason, Step), Problem> {
        let Self { reason_code, reason, method, reference, delivered_on, text } = self;
        let reason = super::reason(&reason_code, &reason)?;
        let mut given: Vec<&'static str> = [
            ("/method", method.is_some()),
            ("/reference", reference.is_some()),
            ("/delivered_on", delivered_on.is_some()),
            ("/text", text.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect();
        let mut takes = |names: &[&str]| given.retain(|name| !names.contains(name));
        let step = match verb {
            "notify" => {
                takes(&["/method", "/reference", "/delivered_on"]);
                Step::Notify(Notice {
                    method: needed("/method", method, 100)?,
                    reference: needed("/reference", reference, 200)?,
                    delivered_on,
                })
            }
            "deliver" => {
                takes(&["/delivered_on"]);
                Step::Deliver(delivered_on.ok_or_else(|| missing("/delivered_on"))?)
            }
            "publish" => Step::Publish,
            "dismiss" => Step::Dismiss,
            "appeal" => {
                takes(&["/text"]);
                Step::Appeal(needed("/text", text, 2_000)?)
            }
            "uphold" => {
                takes(&["/text"]);
                Step::Uphold(needed("/text", text, 2_000)?)
            }
            "clear" => {
                takes(&["/text"]);
                Step::Clear(text.map(|text| needed("/text", Some(text), 2_000)).transpose()?)
            }
            "suspend" => Step::Suspend,
            "resume" => Step::Resume,
            "link" => Step::RenewLink,
            _ => return Err(Problem::new(Kind::NotFound, "A flag has no step of this name.")),
        };
        match given.first() {
            Some(name) => Err(super::wrong(name, "not-taken", "this step does not take it")),
            None => Ok((reason, step)),
        }
    }
}

fn needed(name: &'static str, value: Option<String>, most: usize) -> Result<String, Problem> {
    let value = value.ok_or_else(|| missing(name))?;
    super::text(name, &value, most)
}

fn missing(name: &str) -> Problem {
    super::wrong(name, "missing", "this step needs it")
}
