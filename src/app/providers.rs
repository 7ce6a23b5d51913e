//! Providers in a list, those without any address too.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    App,
    answer::{DetailMeta, PageLinks, ProviderItem},
    cursor::CursorError,
    keys::{CheckKey, website_key},
    picture,
};
use crate::catalog::ExactKey;

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
    pub total: usize,
    /// How many a page holds at most.
    pub limit: u16,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
    /// Revision, date and operator.
    #[serde(flatten)]
    pub detail: DetailMeta,
}

/// The most providers that a search by name finds.
const MAX_NAMED: usize = 200;

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
        Some(cursor) => Some(app.cursors.open::<(String, Uuid)>(&canonical, cursor, now)?),
        None => None,
    };

    let mut chosen: Option<Vec<Uuid>> = None;
    let mut narrow = |found: Vec<Uuid>| {
        chosen = Some(match chosen.take() {
            Some(before) => before.into_iter().filter(|id| found.contains(id)).collect(),
            None => found,
        });
    };
    if let Some(q) = &request.q {
        narrow(catalog.providers_named_like(q, MAX_NAMED));
    }
    if let Some(domain) = &request.domain {
        let key = website_key(domain).unwrap_or_default();
        narrow(catalog.providers_with(ExactKey::Website, &key));
    }
    if let Some(phone) = &request.phone {
        let key = match CheckKey::read(phone) {
            CheckKey::Phone(key) => key,
            _ => String::new(),
        };
        narrow(catalog.providers_with(ExactKey::Phone, &key));
    }
    if let Some(npi) = &request.npi {
        narrow(catalog.providers_with(ExactKey::Npi, npi));
    }

    let (total, page) = match chosen {
        None => (catalog.provider_count(), catalog.providers_page(after.as_ref(), limit + 1)),
        Some(ids) => {
            let total = ids.len();
            let mut named: Vec<(String, Uuid)> = ids
                .into_iter()
                .filter_map(|id| {
                    Some((crate::catalog::fold_name(catalog.provider(id)?.name()), id))
                })
                .collect();
            named.sort_unstable();
            named.retain(|entry| after.as_ref().is_none_or(|after| entry > after));
            named.truncate(limit + 1);
            (total, named)
        }
    };
    let last = (page.len() > limit).then(|| page.get(limit.checked_sub(1)?)).flatten();
    let next_cursor = last.and_then(|last| app.cursors.seal(&canonical, last, now));
    let data = page
        .iter()
        .take(limit)
        .filter_map(|(_, id)| picture::load(app, &catalog, *id, catalog.as_of()))
        .map(|picture| picture.item())
        .collect();
    let next = next_cursor.as_ref().map(|cursor| format!("{next_prefix}{cursor}"));
    Ok(ProvidersAnswer {
        data,
        meta: ProvidersMeta {
            total,
            limit: request.limit,
            next_cursor,
            detail: app.meta(&catalog, catalog.as_of()),
        },
        links: PageLinks { this, next },
    })
}
