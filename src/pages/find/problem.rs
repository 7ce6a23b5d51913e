//! Why there is no list, and how to go on.

use actix_web::http::StatusCode;

use crate::{
    app::search::SearchError,
    pages::{lang::Lang, query::FindQuery},
};

/// Why there is no list, with ways on.
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) links: Vec<Link>,
}

pub(super) struct Link {
    pub(super) path: String,
    pub(super) text: String,
}

pub(super) fn too_precise(lang: Lang, lat: &str, lon: &str) -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        title: lang.t("too-precise-title").into_owned(),
        text: lang.t("too-precise").into_owned(),
        links: vec![Link {
            path: format!("/?lat={lat}&lon={lon}"),
            text: lang.t1("too-precise-link", &format!("{lat}, {lon}")).into_owned(),
        }],
    }
}

pub(super) fn problem(lang: Lang, query: &FindQuery, error: SearchError) -> Problem {
    match error {
        SearchError::AmbiguousPlace { text, candidates } => Problem {
            status: StatusCode::OK,
            title: lang.t("ambiguous-title").into_owned(),
            text: lang.t1("ambiguous", &text).into_owned(),
            links: candidates
                .into_iter()
                .map(|candidate| Link {
                    path: query.with(|changed| changed.q = candidate.label.clone()),
                    text: candidate.label,
                })
                .collect(),
        },
        SearchError::PlaceNotFound(text) => Problem {
            status: StatusCode::NOT_FOUND,
            title: lang.t("place-unknown-title").into_owned(),
            text: lang.t1("place-unknown", &text).into_owned(),
            links: Vec::new(),
        },
        // The rest concerns cursors and dates, which these pages do not use.
        _ => Problem {
            status: StatusCode::BAD_REQUEST,
            title: lang.t("search-failed-title").into_owned(),
            text: lang.t("search-failed").into_owned(),
            links: Vec::new(),
        },
    }
}
