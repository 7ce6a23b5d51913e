//! One clinic: everything known and unknown about it.

mod cost;
mod history;
mod view;

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::app::{App, answer::ClinicAnswer, detail};
use crate::http::shared::Shared;

use super::{
    card::Card,
    errors,
    evidence::{Evidence, FoundView, OtherFlags, found, named},
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
    sources::UrlView,
};

use cost::{Asked, Calculator, CostView, Way};
use history::History;
use view::{CredentialLine, Line, VisitGroup};

#[derive(Template)]
#[template(path = "clinic.html")]
struct ClinicPage {
    p: Page,
    path: String,
    c: Card,
    other_name: Option<String>,
    flagged: bool,
    indications: Vec<String>,
    wait: Option<String>,
    more: Vec<Line>,
    description: Option<String>,
    found: Vec<FoundView>,
    flags: OtherFlags,
    calc: Calculator,
    cost: CostView,
    ways: Vec<Way>,
    visit: Vec<VisitGroup>,
    questions: Vec<String>,
    website: Option<UrlView>,
    directions: Option<String>,
    hours: Vec<String>,
    open_now: Option<String>,
    pay: Vec<Line>,
    coverage: Vec<String>,
    guarantee: Option<String>,
    credentials: Vec<CredentialLine>,
    history: History,
    as_of: String,
}

/// A clinic's page.
#[get("/clinics/{slug}")]
pub async fn clinic_page(
    shared: web::Data<Shared>,
    slug: web::Path<String>,
    request: HttpRequest,
    lang: Lang,
) -> HttpResponse {
    let app = &shared.app;
    match detail::clinic(app, &slug, None) {
        Ok(answer) => {
            let asked = Asked::read(request.query_string());
            let history = History::read(&shared, lang, answer.data.item.provider.id).await;
            let page = ClinicPage::new(app, lang, &answer, &asked, history);
            html(StatusCode::OK, lang, &page)
        }
        Err(why) => errors::missing(app, lang, &why),
    }
}

impl ClinicPage {
    fn new(app: &App, lang: Lang, answer: &ClinicAnswer, asked: &Asked, history: History) -> Self {
        let clinic = &answer.data;
        let item = &clinic.item;
        let evidence = Evidence::new(lang, &clinic.evidence);
        let facts = named(lang, &clinic.facts, &clinic.evidence, &app.rulebook);
        let path = format!("/clinics/{}", item.slug);
        let date = format::date(lang, answer.meta.as_of);
        let revision = answer.meta.revision.to_string();
        Self {
            p: Page::new(
                lang,
                item.name.clone(),
                &format!("{path}{}", asked.to_query()),
                Section::Find,
                site(app),
            ),
            path,
            c: Card::new(lang, item, &app.rulebook),
            other_name: (item.provider.name != item.name).then(|| item.provider.name.clone()),
            flagged: item.safety.status == crate::domain::SafetyStatus::Flagged,
            indications: item
                .indications
                .iter()
                .map(|code| lang.t(&format!("indication-{code}")).into_owned())
                .collect(),
            wait: clinic.wait_days.map(|days| lang.count("clinic-wait", days.into()).into_owned()),
            more: view::more(lang, clinic),
            description: clinic.description.clone(),
            found: found(lang, &clinic.findings, &clinic.flags, &facts, &app.rulebook),
            flags: OtherFlags::of(lang, &clinic.flags),
            calc: Calculator::new(app, lang, clinic, asked),
            cost: CostView::new(app, lang, clinic, asked),
            ways: cost::ways(app, lang, clinic),
            visit: view::visit(lang, &facts),
            questions: view::questions(lang, clinic),
            website: item.website.as_deref().and_then(UrlView::new),
            directions: view::directions(item),
            hours: view::hours(lang, clinic),
            open_now: view::open_now(lang, clinic, app.clock.now()),
            pay: view::pay(lang, clinic),
            coverage: view::coverage(lang, &clinic.coverage_details),
            guarantee: view::guarantee(lang, clinic),
            credentials: view::credentials(lang, clinic, &evidence),
            history,
            as_of: lang.args("clinic-as-of", &[("date", &date), ("value", &revision)]).into_owned(),
        }
    }
}
