//! Why trust this: how listings are checked, what our words mean, and every rule.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::{
    domain::{SafetyStatus, Severity, Tier},
    http::shared::Shared,
    rules::{IfUndetermined, LegalStatus, Rule},
};

use super::{
    errors, format,
    lang::Lang,
    page::{Page, Section, html},
    reasoned::reasoned,
    site,
    sources::{self, SourceView},
};

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    p: Page,
    tiers: Vec<Named>,
    statuses: Vec<Named>,
    now: String,
}

/// A word with what it means.
struct Named {
    name: String,
    text: String,
}

/// How listings are checked.
#[get("/about")]
pub async fn about_page(shared: web::Data<Shared>, lang: Lang) -> HttpResponse {
    let app = &shared.app;
    let catalog = app.catalog.load();
    let date = format::date(lang, catalog.as_of());
    let statuses = [
        SafetyStatus::SupervisedInPerson,
        SafetyStatus::SupervisedHybrid,
        SafetyStatus::Caution,
        SafetyStatus::Flagged,
        SafetyStatus::InsufficientInformation,
    ];
    let page = AboutPage {
        p: Page::new(lang, lang.t("about-title"), "/about", Section::About, site(app)),
        tiers: Tier::ALL
            .iter()
            .map(|tier| Named {
                name: tier.as_str().to_owned(),
                text: lang.t(&format!("tier-{tier}")).into_owned(),
            })
            .collect(),
        statuses: statuses
            .iter()
            .map(|status| Named {
                name: lang.args(&format!("status-{status}"), &[("date", &date)]).into_owned(),
                text: lang.t(&format!("status-means-{status}")).into_owned(),
            })
            .collect(),
        now: lang
            .args(
                "about-now",
                &[
                    ("date", &date),
                    ("value", &catalog.public_revision().to_string()),
                    ("rules", &app.rulebook.rules().len().to_string()),
                    ("version", &app.rulebook.version().to_string()),
                ],
            )
            .into_owned(),
    };
    html(StatusCode::OK, lang, &page)
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    p: Page,
    groups: Vec<RuleGroup>,
    book: String,
}

/// The rules of one severity.
struct RuleGroup {
    title: String,
    note: String,
    rules: Vec<RuleLine>,
}

struct RuleLine {
    id: String,
    text: String,
}

/// Every rule in plain words.
#[get("/rules")]
pub async fn rules_page(shared: web::Data<Shared>, lang: Lang) -> HttpResponse {
    let app = &shared.app;
    let of = |severity: Severity| {
        let rules = app.rulebook.rules().iter().filter(move |rule| rule.severity == severity);
        rules.map(|rule| RuleLine {
            id: rule.id.clone(),
            text: rule.plain.text(lang.into()).to_owned(),
        })
    };
    let values = [
        ("value", app.rulebook.version().to_string()),
        ("hash", app.rulebook.hash().chars().take(16).collect()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = RulesPage {
        p: Page::new(lang, lang.t("rules-title"), "/rules", Section::About, site(app)),
        groups: Severity::ALL
            .iter()
            .map(|severity| RuleGroup {
                title: format!("rules-{severity}"),
                note: format!("rules-{severity}-note"),
                rules: of(*severity).collect(),
            })
            .collect(),
        book: lang.args("rules-book", &values).into_owned(),
    };
    html(StatusCode::OK, lang, &page)
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    p: Page,
    id: String,
    text: String,
    severity: String,
    undetermined: &'static str,
    place: String,
    kind: String,
    version: u32,
    facts: Vec<FactLine>,
    guard: String,
    condition: String,
    reasoned_in: &'static str,
    rationale: String,
    clears_when: String,
    sources: Vec<SourceView>,
}

struct FactLine {
    label: String,
    question: String,
}

/// One rule with its sources.
#[get("/rules/{id}")]
pub async fn rule_page(
    shared: web::Data<Shared>,
    id: web::Path<String>,
    lang: Lang,
) -> HttpResponse {
    let app = &shared.app;
    let Some((_, rule)) = app.rulebook.rule(&id) else {
        return errors::not_found(lang, site(app));
    };
    let vocabulary = app.rulebook.vocabulary();
    let state = rule.jurisdiction.strip_prefix("US-");
    let (why, clears, reasoned_in) = reasoned(lang, rule);
    let page = RulePage {
        p: Page::new(
            lang,
            lang.t1("rule-link", &rule.id),
            &format!("/rules/{}", rule.id),
            Section::About,
            site(app),
        ),
        text: rule.plain.text(lang.into()).to_owned(),
        severity: format!("severity-{}", rule.severity),
        undetermined: match rule.if_undetermined {
            IfUndetermined::Blocks => "rule-blocks",
            IfUndetermined::BlocksOnFacts => "rule-blocks-on-facts",
            IfUndetermined::Discloses => "rule-discloses",
        },
        place: match state {
            Some(code) => lang.t(&format!("state-{code}")).into_owned(),
            None => lang.t("rule-us").into_owned(),
        },
        kind: kind(lang, rule),
        version: rule.version,
        facts: rule
            .reads
            .iter()
            .filter_map(|fact| vocabulary.get(*fact))
            .map(|fact| FactLine {
                label: fact.label.text(lang.into()).to_owned(),
                question: fact.question.text(lang.into()).to_owned(),
            })
            .collect(),
        guard: rule.applies_to.source().to_owned(),
        condition: rule.condition.source().to_owned(),
        reasoned_in: reasoned_in.tag(),
        rationale: why.to_owned(),
        clears_when: clears.to_owned(),
        sources: sources::of(&app.rulebook, rule.citations.iter().map(String::as_str)),
        id: rule.id.clone(),
    };
    html(StatusCode::OK, lang, &page)
}

/// Ours or a law's; of a law its dates and how long our check of it counts.
fn kind(lang: Lang, rule: &Rule) -> String {
    let Some(law) = rule.law else { return lang.t("rule-policy").into_owned() };
    if law.status == LegalStatus::Proposed {
        return lang.t("rule-law-proposed").into_owned();
    }
    let dated = |key: &str, day| lang.t1(key, &format::date(lang, day)).into_owned();
    let mut parts = vec![lang.t("rule-law").into_owned()];
    parts.extend(law.effective_from.map(|day| dated("rule-law-from", day)));
    parts.extend(law.effective_to.map(|day| dated("rule-law-to", day)));
    parts.push(match law.confirmed_through {
        Some(day) => dated("rule-law-confirmed", day),
        None => lang.t("rule-law-unconfirmed").into_owned(),
    });
    parts.join(", ")
}
