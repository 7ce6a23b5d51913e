//! Reporting a mistake: a form that works without a script, and the page to come back to.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post, web,
};
use askama::Template;

use crate::{
    app::{
        App,
        detail::{self, Missing},
        reports::{self, ReportError, ReportInput, ReportStatus, TEXT_BYTES},
    },
    domain::report::ReportTopic,
    http::{blocking, problem::Problem, shared::Shared},
};

use super::{
    errors, format,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    p: Page,
    slug: String,
    name: String,
    topics: Vec<Topic>,
    text: String,
    contact: String,
    /// True where the operator can keep a contact sealed.
    takes_contact: bool,
    /// What keeps the report from being taken.
    error: Option<String>,
}

/// A choice of the form.
struct Topic {
    value: &'static str,
    text: String,
    chosen: bool,
}

/// What a visitor filled in. Not for logs, so it has no debug form.
#[derive(Default)]
struct Filled {
    topic: Option<ReportTopic>,
    text: String,
    contact: String,
}

impl Filled {
    fn read(fields: &[(String, String)]) -> Self {
        let mut filled = Self::default();
        for (name, value) in fields {
            let value = value.trim();
            match name.as_str() {
                "topic" => filled.topic = value.parse().ok(),
                // Browsers send line breaks as two characters.
                "text" => filled.text = value.replace("\r\n", "\n"),
                "contact" => value.clone_into(&mut filled.contact),
                _ => {}
            }
        }
        filled
    }

    /// What the form itself can tell is wrong, as a key.
    fn fault(&self) -> Option<&'static str> {
        if self.topic.is_none() {
            Some("report-error-topic")
        } else if self.text.is_empty() {
            Some("report-error-empty")
        } else if self.text.len() > TEXT_BYTES {
            Some("report-error-long")
        } else {
            None
        }
    }
}

/// The form for one clinic.
#[get("/clinics/{slug}/report")]
pub async fn report_form(
    shared: web::Data<Shared>,
    slug: web::Path<String>,
    lang: Lang,
) -> HttpResponse {
    match clinic_name(&shared.app, &slug) {
        Ok(name) => form(&shared.app, lang, &slug, name, Filled::default(), None),
        Err(why) => errors::missing(&shared.app, lang, &why),
    }
}

/// Takes a report, and leads to the page that says how it stands.
#[post("/clinics/{slug}/report")]
pub async fn take_report(
    request: HttpRequest,
    shared: web::Data<Shared>,
    slug: web::Path<String>,
    lang: Lang,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let app = &shared.app;
    let name = match clinic_name(app, &slug) {
        Ok(name) => name,
        Err(why) => return Ok(errors::missing(app, lang, &why)),
    };
    let filled = Filled::read(&fields);
    let Some(topic) = filled.topic.filter(|_| filled.fault().is_none()) else {
        let fault = filled.fault();
        return Ok(form(app, lang, &slug, name, filled, fault));
    };
    if let Some(peer) = request.peer_addr() {
        app.report_quota.take(peer.ip(), app.clock.now())?;
    }
    let input = ReportInput {
        listing: slug.clone(),
        topic,
        text: filled.text.clone(),
        contact: Some(filled.contact.clone()).filter(|contact| !contact.is_empty()),
    };
    let taken = blocking(&shared, move |app| {
        Ok::<_, ReportError>(match reports::submit(app, &input) {
            Ok(submitted) => Ok(submitted.token),
            Err(ReportError::Input { pointer, .. }) => Err(pointer),
            Err(other) => return Err(other),
        })
    })
    .await?;
    Ok(match taken {
        Ok(token) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{}/reports/{token}", lang.prefix())))
            .finish(),
        Err("/contact") => form(app, lang, &slug, name, filled, Some("report-error-contact")),
        Err(_) => form(app, lang, &slug, name, filled, Some("report-error-personal")),
    })
}

fn clinic_name(app: &App, slug: &str) -> Result<String, Missing> {
    detail::clinic(app, slug, None).map(|answer| answer.data.item.name)
}

fn form(
    app: &App,
    lang: Lang,
    slug: &str,
    name: String,
    filled: Filled,
    fault: Option<&'static str>,
) -> HttpResponse {
    let path = format!("/clinics/{slug}/report");
    let title = lang.t("report-title");
    let page = ReportPage {
        p: Page { private: true, ..Page::new(lang, title, &path, Section::None, site(app)) },
        slug: slug.to_owned(),
        name,
        topics: ReportTopic::ALL
            .iter()
            .map(|topic| Topic {
                value: topic.as_str(),
                text: lang.t(&format!("topic-{topic}")).into_owned(),
                chosen: filled.topic == Some(*topic),
            })
            .collect(),
        text: filled.text,
        contact: filled.contact,
        takes_contact: app.contact_key.get().is_some(),
        error: fault.map(|key| lang.t(key).into_owned()),
    };
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    html(status, lang, &page)
}

#[derive(Template)]
#[template(path = "report-status.html")]
struct StatusPage {
    p: Page,
    topic: String,
    reported: String,
    state: String,
    outcome: Option<String>,
    answer: Option<String>,
    contact_kept: bool,
}

/// How a report stands.
#[get("/reports/{token}")]
pub async fn report_status(
    shared: web::Data<Shared>,
    token: web::Path<String>,
    lang: Lang,
) -> Result<HttpResponse, Problem> {
    let wanted = token.clone();
    let found = blocking(&shared, move |app| match reports::status(app, &wanted) {
        Ok(status) => Ok(Some(status)),
        Err(ReportError::Unknown) => Ok(None),
        Err(other) => Err(other),
    })
    .await?;
    let app = &shared.app;
    let Some(status) = found else { return Ok(errors::not_found(lang, site(app))) };
    Ok(html(StatusCode::OK, lang, &StatusPage::new(app, lang, &token, status)))
}

impl StatusPage {
    fn new(app: &App, lang: Lang, token: &str, status: ReportStatus) -> Self {
        let path = format!("/reports/{token}");
        let title = lang.t("report-status-title");
        let state = match status.closed_on {
            Some(day) => lang.t1("report-closed", &format::date(lang, day)),
            None => lang.t(&format!("report-state-{}", status.state)),
        };
        Self {
            p: Page { private: true, ..Page::new(lang, title, &path, Section::None, site(app)) },
            topic: lang.t(&format!("topic-{}", status.topic)).into_owned(),
            reported: format::date(lang, status.reported_on),
            state: state.into_owned(),
            outcome: status.outcome.map(|code| lang.t(&format!("outcome-of-{code}")).into_owned()),
            answer: status.answer,
            contact_kept: status.contact_kept,
        }
    }
}
