//! The rulebook as it is, and evaluations of given facts.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        body::JsonBytes,
        openapi::{EvaluationErrors, NamedErrors, PlainErrors},
        params::{Kind as ParamKind, Param, Params, documented_params},
        problem::{FieldError, Kind, Location, Problem},
        reply::{self, Caching, Media},
        shared::Shared,
        strict_json,
    },
    rules::{
        Citation, Rule, Rulebook, Which,
        wire::{
            EvaluationAnswer, EvaluationRequest, FactAnswer, RuleAnswer, RulebookRef,
            evaluate_request,
        },
    },
};

static ALL: Param = Param::one(
    "all",
    ParamKind::Flag,
    "true",
    "Whether `findings` holds every rule, or only triggered and undetermined ones.",
)
.or("false");

documented_params! {
    /// The parameters of an evaluation.
    EvaluationQuery, &[&ALL]
}

/// Every rule.
#[derive(Serialize, ToSchema)]
pub struct RulesAnswer {
    /// The rules, in the order of their ids.
    data: Vec<RuleAnswer>,
    /// Which rulebook it is.
    meta: RulebookMeta,
}

/// One rule with what it cites.
#[derive(Serialize, ToSchema)]
pub struct OneRuleAnswer {
    /// The rule.
    data: RuleAnswer,
    /// What it cites, by key.
    citations: BTreeMap<String, Citation>,
    /// Which rulebook it is.
    meta: RulebookMeta,
}

/// Every fact of the vocabulary.
#[derive(Serialize, ToSchema)]
pub struct FactsAnswer {
    /// The facts.
    data: Vec<FactAnswer>,
    /// Which rulebook it is.
    meta: RulebookMeta,
}

/// Which rulebook it is.
#[derive(Serialize, ToSchema)]
pub struct RulebookMeta {
    /// Its version and hash.
    rulebook: RulebookRef,
}

impl From<&Rulebook> for RulebookMeta {
    fn from(rulebook: &Rulebook) -> Self {
        Self { rulebook: rulebook.into() }
    }
}

/// List the rules
///
/// With conditions, sources, legal dates and what clears a finding.
#[utoipa::path(
    tag = "rules",
    operation_id = "list_rules",
    security(()),
    responses(
        (status = 200, description = "The rules", body = RulesAnswer),
        (status = 304, description = "The client has this answer already"),
        PlainErrors,
    ),
)]
#[get("/v1/rules")]
pub async fn list_rules(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let rulebook = &*shared.app.rulebook;
    of_rulebook(&request, rulebook, b"rules", || {
        let data = rulebook.rules().iter().map(|rule| RuleAnswer::new(rulebook, rule)).collect();
        reply::json(&RulesAnswer { data, meta: rulebook.into() })
    })
}

/// Read one rule
///
/// With the text of everything that it cites.
#[utoipa::path(
    tag = "rules",
    operation_id = "get_rule",
    security(()),
    params(("id" = String, Path, description = "The rule's id", example = "KTS-001")),
    responses(
        (status = 200, description = "The rule", body = OneRuleAnswer),
        (status = 304, description = "The client has this answer already"),
        NamedErrors,
    ),
)]
#[get("/v1/rules/{id}")]
pub async fn get_rule(
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let rulebook = &*shared.app.rulebook;
    let (_, rule) = rulebook.rule(&id).ok_or_else(|| {
        Problem::new(Kind::NotFound, "No rule has this id; GET /v1/rules lists them.")
    })?;
    of_rulebook(&request, rulebook, rule.id.as_bytes(), || {
        reply::json(&OneRuleAnswer {
            data: RuleAnswer::new(rulebook, rule),
            citations: cited(rulebook, rule),
            meta: rulebook.into(),
        })
    })
}

/// List the facts
///
/// The vocabulary: what each fact means, what values it takes, for how long a statement counts
/// and how strong its evidence must be.
#[utoipa::path(
    tag = "rules",
    operation_id = "list_facts",
    security(()),
    responses(
        (status = 200, description = "The facts", body = FactsAnswer),
        (status = 304, description = "The client has this answer already"),
        PlainErrors,
    ),
)]
#[get("/v1/facts")]
pub async fn list_facts(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let rulebook = &*shared.app.rulebook;
    of_rulebook(&request, rulebook, b"facts", || {
        let data = rulebook.vocabulary().facts().iter().map(FactAnswer::from).collect();
        reply::json(&FactsAnswer { data, meta: rulebook.into() })
    })
}

/// Evaluate given facts
///
/// What the engine makes of facts that are taken as resolved: no tier, no age, no conflict.
/// Nothing is stored.
#[utoipa::path(
    tag = "rules",
    operation_id = "create_evaluation",
    security(()),
    params(EvaluationQuery),
    request_body(content = EvaluationRequest, description = "The facts", example = json!({
        "as_of": "2026-11-21",
        "facts": {
            "telehealth.used": true,
            "offers.racemic_ketamine": null,
            "offers.routes_on_site": {"items": ["iv"], "complete": false},
        },
    })),
    responses(
        (status = 200, description = "The engine's own result", body = EvaluationAnswer),
        EvaluationErrors,
    ),
)]
#[post("/v1/evaluations")]
pub async fn create_evaluation(
    request: HttpRequest,
    shared: Data<Shared>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let which = if params.flag(&ALL) == Some(true) { Which::All } else { Which::Reported };
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let body = strict_json::read(&body.0)?;
    let app = &shared.app;
    let answer =
        evaluate_request(&app.rulebook, &body, app.clock.today(), which).map_err(invalid_facts)?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&answer)?))
}

fn invalid_facts(errors: Vec<crate::rules::wire::FieldError>) -> Problem {
    let errors: Vec<FieldError> = errors
        .into_iter()
        .map(|error| FieldError::new(Location::Pointer(error.pointer), "invalid", error.detail))
        .collect();
    let detail = errors
        .first()
        .map_or_else(String::new, |first| format!("{}: {}", first.place(), first.detail));
    Problem::new(Kind::InvalidFacts, detail).with_errors(errors)
}

/// An answer that depends on the rulebook alone.
fn of_rulebook(
    request: &HttpRequest,
    rulebook: &Rulebook,
    what: &[u8],
    body: impl FnOnce() -> Result<actix_web::web::Bytes, Problem>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(request, &[Media::Json])?;
    let tag = reply::entity_tag(&[rulebook.hash().as_bytes(), what]);
    reply::conditional(request, tag, media, Caching::Revalidate, body)
}

fn cited(rulebook: &Rulebook, rule: &Rule) -> BTreeMap<String, Citation> {
    rule.citations
        .iter()
        .filter_map(|key| Some((key.clone(), rulebook.citations().get(key)?.clone())))
        .collect()
}
