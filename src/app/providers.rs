//! Providers in a list, those without any address too.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    App,
    answer::{DetailMeta, PageLinks, ProviderItem},
    cursor::CursorError,
    keys::{phone_key, website_key},
    picture,
};
use crate::catalog::{KeyKind, NameQuery, ProviderKey, ProviderPage};

/// Which providers are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProvidersRequest {
    /// A name, typos forgiven.
    pub q: Option<String>,
    /// A web address.
    pub domain: Option<String>,
    /// A phone.
    pub phone: Option<String>,
    /// A national provider identifier.
    pub npi: Option<String>,
    /// How many on the page.
    #[serde(skip)]
    pub limit: u16,
    /// Where the page before ended.
    #[serde(skip)]
    pub cursor: Option<String>,
}

/// A page of providers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvidersAnswer {
    /// The providers, by name.
    pub data: Vec<ProviderItem>,
    /// What the answer rests on.
    pub meta: ProvidersMeta,
    /// This page and the next.
    pub links: PageLinks,
}

/// What a list of providers rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvidersMeta {
    /// How many providers match, on all pages.
    pub total: u64,
    /// How many a page holds at most.
    pub limit: u16,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
    /// Revision, date and operator.
    #[serde(flatten)]
    pub detail: DetailMeta,
}

/// Lists providers.
///
/// # Errors
/// A cursor that was refused.
pub fn providers(
    app: &App,
    request: &ProvidersRequest,
    this: String,
    next_prefix: &str,
) -> Result<ProvidersAnswer, CursorError> {
    let catalog = app.catalog.load();
    let now = app.clock.now();
    let canonical = serde_json::to_vec(request).unwrap_or_default();
    let limit = usize::from(request.limit);
    let after = match &request.cursor {
        Some(cursor) => Some(app.cursors.open::<ProviderKey>(&canonical, cursor, now)?),
        None => None,
    };
    let names = request.q.as_deref().map(NameQuery::new);
    let page = match (names, exact_keys(request).as_slice()) {
        // A text without a letter or digit is a name that nobody has.
        (Some(None), _) => ProviderPage { providers: Vec::new(), total: 0, next: None },
        (names, []) => catalog.providers(names.flatten().as_ref(), after.as_ref(), limit),
        (names, keys) => {
            let all = catalog.provider_count();
            let named = names.flatten().map(|names| catalog.providers(Some(&names), None, all));
            let mut all = keys.iter().map(|(kind, key)| catalog.providers_by_key(*kind, key));
            let mut found = all.next().unwrap_or_default();
            for other in all.chain(named.map(|page| page.providers)) {
                found.retain(|one| other.iter().any(|another| another.id() == one.id()));
            }
            // Who asks by an exact key gets what there is on one page.
            let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
            ProviderPage { providers: found, total, next: None }
        }
    };
    let next_cursor = page.next.as_ref().and_then(|key| app.cursors.seal(&canonical, key, now));
    let data = page
        .providers
        .iter()
        .filter_map(|provider| picture::load(app, &catalog, provider.id(), catalog.as_of()))
        .map(|picture| picture.item())
        .collect();
    let next = next_cursor.as_ref().map(|cursor| format!("{next_prefix}{cursor}"));
    Ok(ProvidersAnswer {
        data,
        meta: ProvidersMeta {
            total: page.total,
            limit: request.limit,
            next_cursor,
            detail: app.meta(&catalog, catalog.as_of()),
        },
        links: PageLinks { this, next },
    })
}

/// The exact keys that are asked for, in the form in which the catalog keeps them. A text that
/// cannot be such a key is a key that nobody has.
fn exact_keys(request: &ProvidersRequest) -> Vec<(KeyKind, String)> {
    [
        request
            .domain
            .as_ref()
            .map(|text| (KeyKind::Domain, website_key(text).unwrap_or_default())),
        request.phone.as_ref().map(|text| (KeyKind::Phone, phone_key(text).unwrap_or_default())),
        request.npi.as_ref().map(|text| (KeyKind::Npi, text.clone())),
    ]
    .into_iter()
    .flatten()
    .collect()
}
