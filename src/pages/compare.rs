//! Up to five clinics in one table, in the same units.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web};
use askama::Template;
use url::form_urlencoded;

use crate::app::{
    App,
    compare::{self, MAX},
    detail,
};
use crate::http::shared::Shared;

use super::{
    card::Card,
    evidence::value_text,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

/// Facts of the vocabulary that the table sets side by side, beside prices and payment.
const FACTS: &[&str] = &[
    "site.clinician_present_during_dosing",
    "site.prescriber_availability",
    "site.acls_on_site",
    "site.monitor_bp",
    "site.monitor_hr",
    "site.monitor_spo2",
    "site.rescue_equipment",
    "site.post_dose_observation_min",
    "site.driving_policy",
    "takehome.offered",
];

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    p: Page,
    note: Option<String>,
    columns: Vec<Card>,
    rows: Vec<Row>,
}

/// One point of every clinic; an empty cell is not verified.
struct Row {
    label: String,
    cells: Vec<String>,
    differs: bool,
}

impl Row {
    fn new(label: impl Into<String>, cells: Vec<String>) -> Self {
        let differs = cells.windows(2).any(|pair| pair.first() != pair.last());
        Self { label: label.into(), cells, differs }
    }
}

/// The comparison: `?clinic=SLUG` for each.
#[get("/compare")]
pub async fn compare_page(
    shared: web::Data<Shared>,
    request: HttpRequest,
    lang: Lang,
) -> HttpResponse {
    let app = &shared.app;
    let mut slugs: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
        if name == "clinic" && !value.is_empty() && !slugs.iter().any(|slug| *slug == value) {
            slugs.push(value.into_owned());
        }
    }
    let mut note = None;
    if slugs.len() > MAX {
        slugs.truncate(MAX);
        note = Some("compare-too-many");
    }
    let asked = slugs.len();
    slugs.retain(|slug| detail::clinic(app, slug, None).is_ok());
    if slugs.len() < asked {
        note = Some("compare-missing");
    }
    let (columns, rows) = match compare::compare(app, &slugs) {
        Ok(answer) => table(app, lang, &answer),
        Err(_) => (Vec::new(), Vec::new()),
    };
    let page = ComparePage {
        p: Page {
            private: !slugs.is_empty(),
            ..Page::new(lang, lang.t("compare-title"), &path(&slugs), Section::Find, site(app))
        },
        note: note.map(|key| lang.t(key).into_owned()),
        columns,
        rows,
    };
    html(StatusCode::OK, lang, &page)
}

fn path(slugs: &[String]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for slug in slugs {
        out.append_pair("clinic", slug);
    }
    let query = out.finish();
    if query.is_empty() { "/compare".to_owned() } else { format!("/compare?{query}") }
}

fn table(app: &App, lang: Lang, answer: &compare::CompareAnswer) -> (Vec<Card>, Vec<Row>) {
    let columns: Vec<Card> =
        answer.data.iter().map(|clinic| Card::new(lang, &clinic.item, &app.rulebook)).collect();
    let cells = |cell: &dyn Fn(&Card) -> String| columns.iter().map(cell).collect::<Vec<_>>();
    let not_published = lang.t("not-published");
    let or_not_published =
        |text: Option<&String>| text.map_or(not_published.as_ref(), |t| t).to_owned();
    let mut rows = vec![
        Row::new(
            lang.t("card-course"),
            cells(&|c| match &c.course.amount {
                Some(amount) => format!("{amount} · {}", c.course.note),
                None => not_published.to_string(),
            }),
        ),
        Row::new(lang.t("card-session"), cells(&|c| or_not_published(c.session.as_ref()))),
        Row::new(lang.t("card-payments"), cells(&|c| c.payments.join(", "))),
        Row::new(lang.t("pay-insurers"), cells(&|c| c.coverage.join(", "))),
        Row::new(lang.t("card-routes"), cells(&|c| c.routes.join(", "))),
    ];
    for name in FACTS {
        let Some(spec) = app.rulebook.vocabulary().named(name) else { continue };
        let cell = |clinic: &crate::app::answer::ClinicDetail| {
            let fact = clinic.facts.iter().find(|fact| fact.name == *name)?;
            let value = fact.value.as_ref()?;
            Some(value_text(lang, name, value, &app.rulebook))
        };
        let cells = answer.data.iter().map(|clinic| cell(clinic).unwrap_or_default()).collect();
        rows.push(Row::new(spec.label.text(lang.into()), cells));
    }
    rows.extend([
        Row::new(
            lang.t("card-accredited"),
            cells(&|c| match c.accredited.as_slice() {
                [] => lang.t("card-accredited-none").into_owned(),
                some => some.join(", "),
            }),
        ),
        Row::new(lang.t("compare-certificates"), cells(&|c| c.certificates.join(", "))),
        Row::new(lang.t("card-accepting"), cells(&|c| c.accepting.clone().unwrap_or_default())),
        Row::new(lang.t("clinic-languages"), cells(&|c| c.languages.join(", "))),
        Row::new(lang.t("compare-phone"), cells(&|c| c.phone_shown())),
        Row::new(lang.t("compare-verified"), cells(&|c| c.verified_on.clone().unwrap_or_default())),
    ]);
    (columns, rows)
}
