//! Pages for what is not there, each with a way on.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::app::detail::Missing;

use super::{
    lang::Lang,
    page::{Page, Section, Site, html},
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Page,
    title: String,
    text: String,
    href: Option<String>,
}

/// The page for an address that leads nowhere.
pub fn not_found(lang: Lang, site: Site) -> HttpResponse {
    missing(lang, site, &Missing::Unknown)
}

/// The page for a clinic that is not here, with why.
pub fn missing(lang: Lang, site: Site, why: &Missing) -> HttpResponse {
    let (status, key, href) = match why {
        Missing::Unknown => (StatusCode::NOT_FOUND, "unknown", None),
        Missing::Delisted => (StatusCode::GONE, "delisted", None),
        // The survivor's id is as good an address as its name.
        Missing::Merged { into } => {
            (StatusCode::GONE, "merged", Some(format!("{}/clinics/{into}", lang.prefix())))
        }
    };
    let title = lang.t(&format!("error-{key}-title")).into_owned();
    let page = ErrorPage {
        p: Page { private: true, ..Page::new(lang, title.clone(), "/", Section::None, site) },
        title,
        text: lang.t(&format!("error-{key}")).into_owned(),
        href,
    };
    html(status, lang, &page)
}
