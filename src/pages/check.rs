//! Checking a provider by name, web address or phone.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web};
use askama::Template;
use url::form_urlencoded;

use crate::{
    app::{
        App,
        check::{self, CheckMatch, CheckResult, MatchedOn},
        detail,
    },
    domain::SafetyStatus,
    http::shared::Shared,
};

use super::{
    card::{StatusView, town_of},
    evidence::{FoundView, OtherFlags, found, named},
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
    sources::UrlView,
};

/// The longest text that is looked up.
const MAX_TEXT: usize = 200;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    p: Page,
    typed: String,
    answer: Option<AnswerView>,
}

/// The answer, with the keys of its texts.
struct AnswerView {
    title: String,
    note: String,
    matches: Vec<MatchView>,
    /// True when someone may already be in treatment with a flagged provider.
    already: bool,
}

/// A provider that may be meant.
struct MatchView {
    name: String,
    status: StatusView,
    matched_on: &'static str,
    dosing: String,
    dosing_date: Option<String>,
    dosing_url: Option<UrlView>,
    sites: Vec<SiteLine>,
    choose_path: Option<String>,
    found: Vec<FoundView>,
    flags: OtherFlags,
    questions: Vec<String>,
}

/// A place of a provider.
struct SiteLine {
    slug: String,
    name: String,
    town: String,
    status: String,
    /// What was found there and nowhere else.
    found: Vec<FoundView>,
}

/// The page that checks a provider. `id` shows one of several candidates.
#[get("/check")]
pub async fn check_page(
    shared: web::Data<Shared>,
    request: HttpRequest,
    lang: Lang,
) -> HttpResponse {
    let app = &shared.app;
    let asked = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let value = pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        value.map(|v| v.trim().chars().take(MAX_TEXT).collect::<String>()).filter(|v| !v.is_empty())
    };
    let typed = asked("q");
    let path = typed.as_deref().map_or_else(|| "/check".to_owned(), |typed| to_path(typed, None));
    let mut page = Page::new(lang, lang.t("check-title"), &path, Section::Check, site(app));
    page.private = typed.is_some();
    let answer = typed.as_deref().map(|typed| answer(app, lang, typed, asked("id").as_deref()));
    let page = CheckPage { p: page, typed: typed.unwrap_or_default(), answer };
    html(StatusCode::OK, lang, &page)
}

fn to_path(typed: &str, id: Option<&str>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.append_pair("q", typed);
    if let Some(id) = id {
        out.append_pair("id", id);
    }
    format!("/check?{}", out.finish())
}

fn answer(app: &App, lang: Lang, typed: &str, chosen: Option<&str>) -> AnswerView {
    let answer = check::check(app, typed);
    let chosen = answer.matches.iter().find(|m| chosen == Some(m.id.to_string().as_str()));
    let (result, matches): (_, Vec<&CheckMatch>) = match chosen {
        Some(only) => (verdict(only.safety.status), vec![only]),
        None => (answer.result, answer.matches.iter().collect()),
    };
    let whole = matches.len() == 1 && result != CheckResult::Candidates;
    let key = match (result, matches.as_slice()) {
        (CheckResult::Candidates, [_]) => "candidate",
        _ => key(result),
    };
    AnswerView {
        title: format!("check-{key}"),
        note: format!("check-{key}-note"),
        already: matches.iter().any(|m| m.safety.status == SafetyStatus::Flagged),
        matches: matches
            .iter()
            .map(|found| MatchView::new(app, lang, typed, found, whole))
            .collect(),
    }
}

const fn verdict(status: SafetyStatus) -> CheckResult {
    match status {
        SafetyStatus::Flagged => CheckResult::Flagged,
        SafetyStatus::Caution => CheckResult::Caution,
        SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid => {
            CheckResult::Supervised
        }
        SafetyStatus::InsufficientInformation | SafetyStatus::OutOfScope => CheckResult::Unverified,
    }
}

const fn key(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Flagged => "flagged",
        CheckResult::Caution => "caution",
        CheckResult::Supervised => "supervised",
        CheckResult::Unverified => "unverified",
        CheckResult::Candidates => "candidates",
        CheckResult::NotFound => "not_found",
    }
}

impl MatchView {
    /// A match, with its findings and places where it is the only one.
    fn new(app: &App, lang: Lang, typed: &str, found_: &CheckMatch, whole: bool) -> Self {
        let source = found_.dosing.source.as_ref();
        let place = serde_json::to_value(found_.dosing.place).ok();
        let place = place.as_ref().and_then(|place| place.as_str()).unwrap_or("unknown");
        let mut view = Self {
            name: found_.name.clone(),
            status: StatusView::new(lang, &found_.safety),
            matched_on: match found_.matched_on {
                MatchedOn::Domain => "check-by-domain",
                MatchedOn::Phone => "check-by-phone",
                MatchedOn::Npi => "check-by-npi",
                MatchedOn::Name => "check-by-name",
            },
            dosing: lang.t(&format!("dosing-{place}")).into_owned(),
            dosing_date: source.and_then(|s| s.captured_on).map(|day| format::date(lang, day)),
            dosing_url: source.and_then(|s| s.url.as_deref()).and_then(UrlView::new),
            sites: Vec::new(),
            choose_path: (!whole).then(|| to_path(typed, Some(&found_.id.to_string()))),
            found: Vec::new(),
            flags: OtherFlags::default(),
            questions: Vec::new(),
        };
        if whole {
            view.add_detail(app, lang, found_);
        }
        view
    }

    fn add_detail(&mut self, app: &App, lang: Lang, found_: &CheckMatch) {
        let Ok(answer) = detail::provider(app, &found_.id.to_string(), None) else { return };
        let provider = &answer.data;
        let facts = named(lang, &provider.facts, &provider.evidence, &app.rulebook);
        self.found = found(lang, &provider.findings, &provider.item.flags, &facts, &app.rulebook);
        self.flags = OtherFlags::of(lang, &provider.item.flags);
        self.sites = provider
            .item
            .sites
            .iter()
            .map(|site| SiteLine {
                slug: site.slug.clone(),
                name: site.name.clone(),
                town: town_of(site),
                status: lang.t(&format!("status-name-{}", site.status)).into_owned(),
                found: self.found_at(app, lang, &site.slug),
            })
            .collect();
        let questions = provider.to_supervised.iter().filter_map(|step| step.question.as_ref());
        self.questions = questions.map(|q| q.text(lang.into()).to_owned()).collect();
    }

    /// What was found at one place and does not already count for the whole provider.
    fn found_at(&self, app: &App, lang: Lang, slug: &str) -> Vec<FoundView> {
        let Ok(answer) = detail::clinic(app, slug, None) else { return Vec::new() };
        let clinic = &answer.data;
        let facts = named(lang, &clinic.facts, &clinic.evidence, &app.rulebook);
        let mut here = found(lang, &clinic.findings, &clinic.flags, &facts, &app.rulebook);
        here.retain(|one| self.found.iter().all(|other| other.rule != one.rule));
        here
    }
}
