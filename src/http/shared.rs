//! What all workers share.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode, header::EntityTag},
};
use chrono::{Datelike as _, NaiveDate};

use super::{
    hashing::Hashing,
    limits::Limiter,
    metrics::Metrics,
    openapi,
    reply::{self, Media},
    routes::Routes,
    turn::Turns,
};
use crate::{
    app::{App, picture::RECORD_VERSION},
    config::LimitArgs,
};

/// How much a client may ask of the service, and how long.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a request may take from its head to its answer.
    pub request_time: Duration,
    /// How long a request's head may take to arrive.
    pub header_time: Duration,
    /// How long a client may take next to nothing of an answer that is ready for it.
    pub stall_time: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How many connections one worker holds; more wait.
    pub connections_per_worker: usize,
    /// How long requests that are being served may take once the service stops.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1_024,
            body_time: Duration::from_secs(8),
            request_time: Duration::from_secs(10),
            header_time: Duration::from_secs(5),
            stall_time: Duration::from_secs(10),
            keep_alive: Duration::from_secs(5),
            connections_per_worker: 10_000,
            shutdown_time: Duration::from_secs(8),
        }
    }
}

/// An error on its way to somebody who reads pages.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// The path that was asked for; it decides the language and is never logged.
    pub path: &'a str,
    /// The status of the answer.
    pub status: StatusCode,
    /// How long to wait before asking again, in seconds.
    pub retry_after_s: Option<u16>,
    /// The id under which the service logged the request.
    pub request_id: Option<&'a str>,
}

/// Shows an error as a page.
pub type ErrorPage = fn(&App, &Failure<'_>) -> HttpResponse;

/// The state behind every request.
#[derive(Debug)]
pub struct Shared {
    /// Everything that answers.
    pub app: Arc<App>,
    /// The limits of a request.
    pub limits: Limits,
    /// Every route.
    pub routes: Routes,
    /// Counters and durations.
    pub metrics: Metrics,
    /// Turns at having listings evaluated for another date.
    pub other_dates: Turns,
    /// Whose turn it is to have a password hashed.
    pub hashing: Hashing,
    /// Counts what clients ask.
    pub limiter: Limiter,
    /// Shows errors to people; without it everybody gets problem documents.
    pub error_page: Option<ErrorPage>,
}

impl Shared {
    /// The state of a service; `more` are routes that the document leaves out.
    #[must_use]
    pub fn new(app: Arc<App>, limits: Limits, more: &[(&str, &[Method])]) -> Self {
        let routes = Routes::new(&openapi::document(), more);
        let metrics = Metrics::new(&routes);
        let limiter = Limiter::new(&LimitArgs::default(), routes.all());
        Self {
            app,
            limits,
            routes,
            metrics,
            other_dates: Turns::default(),
            hashing: Hashing::default(),
            limiter,
            error_page: None,
        }
    }

    /// The same, with other rate limits than those that ship.
    #[must_use]
    pub fn with_rate_limits(self, settings: &LimitArgs) -> Self {
        let limiter = Limiter::new(settings, self.routes.all());
        Self { limiter, ..self }
    }

    /// The same, with errors as pages for those who ask for pages.
    #[must_use]
    pub fn with_error_page(self, show: ErrorPage) -> Self {
        Self { error_page: Some(show), ..self }
    }

    /// The tag of an answer from the catalog: the revision of what the public sees, the rules and
    /// the form that it is drawn by, the dates, the media type and the question. The journal's
    /// number is not in it, since it tells of writes that nobody may know of.
    #[must_use]
    pub fn answer_tag(
        &self,
        as_of: Option<NaiveDate>,
        media: Media,
        question: &[&[u8]],
    ) -> EntityTag {
        let catalog = self.app.catalog.load();
        let revision = catalog.public_revision().to_le_bytes();
        let today = catalog.as_of();
        let as_of = as_of.unwrap_or(today).num_days_from_ce().to_le_bytes();
        // What has expired today has expired for whoever asks about an earlier date.
        let today = today.num_days_from_ce().to_le_bytes();
        let mut parts: Vec<&[u8]> = vec![
            &revision,
            self.app.rulebook.hash().as_bytes(),
            &[RECORD_VERSION],
            &today,
            &as_of,
            media.essence().as_bytes(),
        ];
        parts.extend_from_slice(question);
        reply::entity_tag(&parts)
    }
}
