//! What the public log says about a clinic, in words.

use actix_web::web::Data;
use uuid::Uuid;

use crate::{
    http::{blocking, shared::Shared},
    pages::{format, lang::Lang},
};

/// Entries that a page shows; the log has them all.
const MOST: u64 = 10;

/// A clinic's history.
pub(super) struct History {
    /// The newest changes, the newest first.
    pub lines: Vec<HistoryLine>,
    /// True where the database does not answer, so that nobody can say.
    pub unread: bool,
}

/// One change.
pub(super) struct HistoryLine {
    /// When it was made.
    pub day: String,
    /// What was done.
    pub text: String,
    /// Its number in the log.
    pub index: String,
}

impl History {
    /// Asks the log. Everything else on the page comes from memory, so the page is shown without
    /// its history where the database is gone.
    pub(super) async fn read(shared: &Data<Shared>, lang: Lang, provider: Uuid) -> Self {
        let Ok(changes) = blocking(shared, move |app| app.log_about(provider, MOST)).await else {
            return Self { lines: Vec::new(), unread: true };
        };
        let line = |change: crate::app::public_log::LoggedChange| HistoryLine {
            day: format::date(lang, change.at.date_naive()),
            text: lang.t(&format!("history-{}", change.action.as_str())).into_owned(),
            index: change.index.to_string(),
        };
        Self { lines: changes.into_iter().map(line).collect(), unread: false }
    }
}
