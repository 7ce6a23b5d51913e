//! Pages for what is not there or did not work, each with a way on.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use askama::Template;

use crate::{
    app::{
        App,
        detail::{self, Missing},
    },
    http::shared::Failure,
};

use super::{
    card::town_of,
    lang::Lang,
    page::{Page, Section, Site, html},
    site,
};

/// How many merges are followed to the listing that is left.
const MOST_MERGES: usize = 8;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Page,
    title: String,
    text: String,
    /// What a merged listing is part of now.
    survivors: Vec<Survivor>,
    /// The number of the request, to be named in a report.
    request_id: Option<String>,
}

/// A clinic that a listing is part of now.
struct Survivor {
    path: String,
    name: String,
    town: String,
}

impl ErrorPage {
    fn new(lang: Lang, site: Site, key: &str) -> Self {
        let title = lang.t(&format!("error-{key}-title")).into_owned();
        Self {
            p: Page { private: true, ..Page::new(lang, title.clone(), "/", Section::None, site) },
            title,
            text: lang.t(&format!("error-{key}")).into_owned(),
            survivors: Vec::new(),
            request_id: None,
        }
    }
}

/// The page for an address that leads nowhere.
pub fn not_found(lang: Lang, site: Site) -> HttpResponse {
    html(StatusCode::NOT_FOUND, lang, &ErrorPage::new(lang, site, "unknown"))
}

/// The answer for a clinic that is not here: where it went, or a page that says why.
pub fn missing(app: &App, lang: Lang, why: &Missing) -> HttpResponse {
    let (status, key) = match why {
        Missing::Unknown => (StatusCode::NOT_FOUND, "unknown"),
        Missing::Delisted => (StatusCode::GONE, "delisted"),
        Missing::Merged { .. } => (StatusCode::GONE, "merged"),
    };
    let survivors = survivors(app, lang, why);
    if let [only] = survivors.as_slice() {
        return HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, only.path.as_str()))
            .finish();
    }
    html(status, lang, &ErrorPage { survivors, ..ErrorPage::new(lang, site(app), key) })
}

/// The clinics of the provider that a listing became part of.
fn survivors(app: &App, lang: Lang, why: &Missing) -> Vec<Survivor> {
    let mut why = why.clone();
    for _ in 0..MOST_MERGES {
        let Missing::Merged { into } = why else { return Vec::new() };
        match detail::provider(app, &into.to_string(), None) {
            Ok(answer) => {
                let sites = answer.data.item.sites.into_iter();
                return sites
                    .map(|site| Survivor {
                        path: format!("{}/clinics/{}", lang.prefix(), site.slug),
                        town: town_of(&site),
                        name: site.name,
                    })
                    .collect();
            }
            Err(next) => why = next,
        }
    }
    Vec::new()
}

/// The page for an error that the server met, in the language of the address.
#[must_use]
pub fn error_page(app: &App, failure: &Failure<'_>) -> HttpResponse {
    let lang = Lang::of_path(failure.path);
    let key = match failure.status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "unknown",
        StatusCode::TOO_MANY_REQUESTS => "busy",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "down",
        status if status.is_server_error() => "failed",
        _ => "refused",
    };
    let mut page = ErrorPage::new(lang, site(app), key);
    if let Some(seconds) = failure.retry_after_s {
        page.text = format!("{} {}", page.text, lang.count("error-wait", seconds.into()));
    }
    if failure.status.is_server_error() {
        page.request_id = failure.request_id.map(str::to_owned);
    }
    let mut answer = html(failure.status, lang, &page);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = failure.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of every status that a visitor can meet are there, in both languages.
    #[test]
    fn every_kind_of_failure_has_its_words() {
        for lang in Lang::ALL {
            for key in ["unknown", "delisted", "merged", "refused", "busy", "down", "failed"] {
                assert!(lang.has(&format!("error-{key}")), "{lang:?} {key}");
                assert!(lang.has(&format!("error-{key}-title")), "{lang:?} {key}");
            }
        }
    }
}
