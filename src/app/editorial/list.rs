//! Listings as administrators see them: all of them in a list, and one with everything.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    EditError, Hold,
    door::listing,
    holds,
    register::{Register, Row},
};
use crate::{
    app::{App, answer::PageLinks},
    catalog::fold_name,
    domain::{ListingState, UsState, editorial::Verb, provider::Provider},
};

/// Which listings are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListingsRequest {
    /// In these states; empty = in any.
    pub state: Vec<ListingState>,
    /// Words of a name, or an id, slug or source key.
    pub q: Option<String>,
    /// Those that something holds, or those that nothing holds.
    pub held: Option<bool>,
    /// Those whose source key begins so.
    pub source: Option<String>,
    /// How many on the page.
    #[serde(skip)]
    pub limit: u16,
    /// Where the page before ended.
    #[serde(skip)]
    pub cursor: Option<String>,
}

/// A page of listings.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingsAnswer {
    /// The listings, by name.
    pub data: Vec<ListingItem>,
    /// How many there are.
    pub meta: ListingsMeta,
    /// This page and the next.
    pub links: PageLinks,
}

/// How many listings there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingsMeta {
    /// How many match, on all pages.
    #[schema(example = 12)]
    pub total: u64,
    /// How many a page holds at most.
    #[schema(example = 20)]
    pub limit: u16,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A listing in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingItem {
    /// The listing's id: that of its provider.
    pub id: Uuid,
    /// The provider's name in addresses.
    #[schema(example = "example-ketamine-clinic-bethesda-md")]
    pub slug: String,
    /// Display name.
    #[schema(example = "Example Ketamine Clinic")]
    pub name: String,
    /// The key in its source.
    #[schema(example = "P001")]
    pub source_key: String,
    /// Where it is in its editorial life.
    pub listing_state: ListingState,
    /// Its version.
    #[schema(example = 4)]
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// True where something keeps it from being published.
    pub held: bool,
    /// Its sites that stand.
    pub sites: Vec<ListingSite>,
}

/// A site of a listing in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingSite {
    /// The clinic's id.
    pub id: Uuid,
    /// The clinic's name in addresses.
    #[schema(example = "example-ketamine-clinic-bethesda-md")]
    pub slug: String,
    /// The site's own name.
    pub name: Option<String>,
    /// City.
    #[schema(example = "Bethesda")]
    pub city: Option<String>,
    /// State.
    pub state: Option<UsState>,
}

impl ListingItem {
    fn of(row: &Row, register: &Register) -> Self {
        let sites = row.sites.iter().map(|site| ListingSite {
            id: site.id,
            slug: site.slug.clone(),
            name: site.name.clone(),
            city: site.city.clone(),
            state: site.state,
        });
        Self {
            id: row.id,
            slug: row.slug.clone(),
            name: row.name.clone(),
            source_key: row.source_key.clone(),
            listing_state: row.state,
            version: row.version,
            updated_at: row.updated_at,
            held: holds::is_held(row, register),
            sites: sites.collect(),
        }
    }
}

/// Lists listings of every state, by name.
///
/// # Errors
/// A cursor that was refused, or a store that fails.
pub fn list(
    app: &App,
    request: &ListingsRequest,
    this: String,
    next_prefix: &str,
) -> Result<ListingsAnswer, EditError> {
    let now = app.clock.now();
    let canonical = serde_json::to_vec(request).unwrap_or_default();
    let after = match &request.cursor {
        Some(cursor) => Some(app.cursors.open::<(String, Uuid)>(&canonical, cursor, now)?),
        None => None,
    };
    let mut register = app.editorial.register();
    app.store.read(|reader| register.follow(reader))?;
    let register = &*register;
    let mut found: Vec<&Row> =
        register.rows().filter(|row| matches(row, request, register)).collect();
    found.sort_unstable_by_key(|row| (row.folded.as_str(), row.id));
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let from = after.map_or(0, |(name, id)| {
        found.partition_point(|row| (row.folded.as_str(), row.id) <= (name.as_str(), id))
    });
    let limit = usize::from(request.limit);
    let page: Vec<&Row> = found.iter().skip(from).take(limit).copied().collect();
    let more = found.len() > from.saturating_add(limit);
    let last = page.last().filter(|_| more).map(|row| (row.folded.clone(), row.id));
    let next_cursor = last.and_then(|last| app.cursors.seal(&canonical, &last, now));
    let next = next_cursor.as_ref().map(|cursor| format!("{next_prefix}{cursor}"));
    Ok(ListingsAnswer {
        data: page.into_iter().map(|row| ListingItem::of(row, register)).collect(),
        meta: ListingsMeta { total, limit: request.limit, next_cursor },
        links: PageLinks { this, next },
    })
}

fn matches(row: &Row, request: &ListingsRequest, register: &Register) -> bool {
    let ListingsRequest { state, q, held, source, limit: _, cursor: _ } = request;
    (state.is_empty() || state.contains(&row.state))
        && source.as_ref().is_none_or(|source| row.source_key.starts_with(source.as_str()))
        && q.as_ref().is_none_or(|text| is_called(row, text))
        && held.is_none_or(|held| holds::is_held(row, register) == held)
}

/// True where every word begins a word of one of its names, or the text is one of its keys.
fn is_called(row: &Row, text: &str) -> bool {
    let id = Uuid::try_parse(text).ok();
    let sites = || row.sites.iter();
    if row.source_key == text
        || row.slug == text
        || id == Some(row.id)
        || sites().any(|site| site.slug == text || id == Some(site.id))
    {
        return true;
    }
    let wanted = fold_name(text);
    let has = |name: &String, word: &str| name.split(' ').any(|own| own.starts_with(word));
    !wanted.is_empty() && row.names.iter().any(|name| wanted.split(' ').all(|word| has(name, word)))
}

/// One listing with everything that administrators see.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingAnswer {
    /// The listing, with prescribers, what was withdrawn and who put it there. Its `version` in
    /// quotes is its `ETag`. Items name evidence by its position in `evidence`, from 0.
    pub data: Provider,
    /// What holds it, and what was let go.
    pub holds: Vec<Hold>,
    /// What can be done with it next.
    pub possible: Vec<Verb>,
}

/// The listing with this id, or with a site of this id.
///
/// # Errors
/// No such listing.
pub fn read(app: &App, id: Uuid) -> Result<ListingAnswer, EditError> {
    let mut register = app.editorial.register();
    let data = app.store.read(|reader| {
        register.follow(reader)?;
        listing(reader, id)
    })?;
    let holds = holds::of(&data, &register);
    let possible = Verb::possible(data.listing_state).collect();
    Ok(ListingAnswer { data, holds, possible })
}
