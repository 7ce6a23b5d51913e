//! The list of all public flags, from the catalog alone.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::{
        App,
        answer::{DetailMeta, FlagView, PageLinks, ProviderRef},
        cursor::CursorError,
    },
    domain::FlagState,
};

/// Which flags are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FlagsRequest {
    /// Of one rule.
    pub rule: Option<String>,
    /// In one of these states; empty = in any.
    pub states: Vec<FlagState>,
    /// Of one jurisdiction.
    pub jurisdiction: Option<String>,
    /// Published on this day or later.
    pub published_since: Option<NaiveDate>,
    /// How many on the page.
    #[serde(skip)]
    pub limit: u16,
    /// Where the page before ended.
    #[serde(skip)]
    pub cursor: Option<String>,
}

/// A public flag with whom it is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlagItem {
    /// The provider.
    pub provider: ProviderRef,
    /// The flag.
    #[serde(flatten)]
    pub flag: FlagView,
}

/// A page of public flags.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagsAnswer {
    /// The flags, the newest first.
    pub data: Vec<FlagItem>,
    /// What the answer rests on.
    pub meta: FlagsMeta,
    /// This page and the next.
    pub links: PageLinks,
}

/// What a list of flags rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagsMeta {
    /// How many flags match, on all pages.
    pub total: u64,
    /// How many a page holds at most.
    pub limit: u16,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
    /// What a flag means, and what it does not mean.
    pub note: &'static str,
    /// Revision, date and operator.
    #[serde(flatten)]
    pub detail: DetailMeta,
}

/// What is said beside every list of flags.
pub const NOTE: &str = "A flag says, with evidence and date, that ketamine was given or \
     prescribed without the supervision that a rule of this directory asks for. Much of what is \
     flagged may be permitted under current law. Do not stop treatment suddenly; talk to your \
     clinician. In a crisis call or text 988.";

/// The place of a flag in the list: newest publication first, ties by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    published_on: std::cmp::Reverse<Option<NaiveDate>>,
    id: String,
}

impl Key {
    fn of(flag: &FlagView) -> Self {
        Self { published_on: std::cmp::Reverse(flag.published_on), id: flag.id.clone() }
    }
}

/// Lists the public flags.
///
/// # Errors
/// A cursor that was refused.
pub fn flags(
    app: &App,
    request: &FlagsRequest,
    this: String,
    next_prefix: &str,
) -> Result<FlagsAnswer, CursorError> {
    let catalog = app.catalog.load();
    let now = app.clock.now();
    let canonical = serde_json::to_vec(request).unwrap_or_default();
    let after = match &request.cursor {
        Some(cursor) => Some(app.cursors.open::<Key>(&canonical, cursor, now)?),
        None => None,
    };
    let mut found: Vec<(Key, Uuid, FlagView)> = Vec::new();
    for provider in catalog.with_item() {
        // These bytes were written when the catalog took the provider in.
        let flags: Vec<FlagView> = serde_json::from_slice(provider.item()).unwrap_or_default();
        let wanted = flags.into_iter().filter(|flag| request.wants(flag));
        found.extend(wanted.map(|flag| (Key::of(&flag), provider.id(), flag)));
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    found.retain(|(key, ..)| after.as_ref().is_none_or(|after| key > after));
    found.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let limit = usize::from(request.limit);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|(key, ..)| key);
    let next_cursor = last.and_then(|key| app.cursors.seal(&canonical, key, now));
    let data = found
        .into_iter()
        .filter_map(|(_, id, flag)| {
            let provider = catalog.provider(id)?;
            let (slug, name) = (provider.slug().to_owned(), provider.name().to_owned());
            Some(FlagItem { provider: ProviderRef { id, slug, name }, flag })
        })
        .collect();
    let next = next_cursor.as_ref().map(|cursor| format!("{next_prefix}{cursor}"));
    Ok(FlagsAnswer {
        data,
        meta: FlagsMeta {
            total,
            limit: request.limit,
            next_cursor,
            note: NOTE,
            detail: app.meta(&catalog, catalog.as_of()),
        },
        links: PageLinks { this, next },
    })
}

impl FlagsRequest {
    fn wants(&self, flag: &FlagView) -> bool {
        self.rule.as_ref().is_none_or(|rule| *rule == flag.rule)
            && (self.states.is_empty() || self.states.contains(&flag.state))
            && self.jurisdiction.as_ref().is_none_or(|wanted| *wanted == flag.jurisdiction)
            && self.published_since.is_none_or(|day| flag.published_on >= Some(day))
    }
}
