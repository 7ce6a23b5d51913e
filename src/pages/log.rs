//! The public log: its latest checkpoint, and how anyone checks that we rewrite nothing.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::http::shared::Shared;

use super::{
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    p: Page,
    origin: String,
    vkey: String,
    halted: bool,
    head: Option<Head>,
}

/// The newest checkpoint.
struct Head {
    size: String,
    signed: String,
    note: String,
}

/// What the log is, from memory.
#[get("/log")]
pub async fn log_page(shared: web::Data<Shared>, lang: Lang) -> HttpResponse {
    let app = &shared.app;
    let summary = app.log_summary();
    let page = LogPage {
        p: Page::new(lang, lang.t("log-title"), "/log", Section::About, site(app)),
        origin: summary.origin,
        vkey: summary.vkey,
        halted: summary.halted,
        head: summary.checkpoint.map(|head| {
            let day = format::date(lang, head.signed_at.date_naive());
            let time = format::time(lang, head.signed_at.time());
            Head {
                size: format::number(head.size),
                signed: lang.args("log-signed", &[("date", &day), ("time", &time)]).into_owned(),
                note: head.note,
            }
        }),
    };
    html(StatusCode::OK, lang, &page)
}
