//! One clinic or provider with everything that is known and unknown about it.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App,
    answer::{ClinicAnswer, ClinicDetail, ProviderAnswer},
    picture::{self, SitePicture},
};
use crate::{
    catalog::{Catalog, Fate},
    domain::{
        Route,
        course_cost::{CourseCost, CourseCostError},
    },
};

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Nothing is known by this id or name.
    #[error("nothing is known by this id or name")]
    Unknown,
    /// It was taken off the directory for good.
    #[error("this listing was taken off the directory")]
    Delisted,
    /// It became part of another listing.
    #[error("this listing became part of another")]
    Merged {
        /// The id of the survivor.
        into: Uuid,
    },
}

/// The clinic with this id or slug, as of a date.
///
/// # Errors
/// Unknown, delisted or merged.
pub fn clinic(app: &App, key: &str, as_of: Option<NaiveDate>) -> Result<ClinicAnswer, Missing> {
    let catalog = app.catalog.load();
    let as_of = as_of.unwrap_or_else(|| catalog.as_of());
    let data = clinic_of(app, &catalog, key, as_of)?;
    Ok(ClinicAnswer { data, meta: app.meta(&catalog, as_of) })
}

/// The clinic of one catalog with this id or slug.
pub(super) fn clinic_of(
    app: &App,
    catalog: &Catalog,
    key: &str,
    as_of: NaiveDate,
) -> Result<ClinicDetail, Missing> {
    with_clinic(app, catalog, key, as_of, |site| site.detail())
}

/// The provider with this id or slug, as of a date.
///
/// # Errors
/// Unknown, delisted or merged.
pub fn provider(app: &App, key: &str, as_of: Option<NaiveDate>) -> Result<ProviderAnswer, Missing> {
    let catalog = app.catalog.load();
    let as_of = as_of.unwrap_or_else(|| catalog.as_of());
    let provider = id(key)
        .and_then(|id| catalog.provider(id))
        .or_else(|| catalog.provider_by_slug(key))
        .ok_or_else(|| missing(catalog.provider_fate(key)))?;
    let picture = picture::load(app, &catalog, provider.id(), as_of).ok_or(Missing::Unknown)?;
    Ok(ProviderAnswer { data: picture.detail(), meta: app.meta(&catalog, as_of) })
}

/// What a course costs at a clinic, on a route (the cheapest where none is named) and for a
/// number of sessions (the clinic's own where none is named).
///
/// # Errors
/// No such clinic, or a route or number that cannot be answered for.
pub fn course_cost(
    app: &App,
    key: &str,
    route: Option<Route>,
    sessions: Option<u8>,
    as_of: Option<NaiveDate>,
) -> Result<Result<CourseCost, CourseCostError>, Missing> {
    let catalog = app.catalog.load();
    let as_of = as_of.unwrap_or_else(|| catalog.as_of());
    with_clinic(app, &catalog, key, as_of, |site| {
        let offer = site.offer();
        match route {
            Some(route) => offer.cost(route, sessions),
            None => offer.cheapest(sessions),
        }
    })
}

fn with_clinic<T>(
    app: &App,
    catalog: &Catalog,
    key: &str,
    as_of: NaiveDate,
    show: impl FnOnce(SitePicture<'_>) -> T,
) -> Result<T, Missing> {
    let listing = id(key)
        .and_then(|id| catalog.listing(id))
        .or_else(|| catalog.listing_by_slug(key))
        .ok_or_else(|| missing(catalog.listing_fate(key)))?;
    let picture = picture::load(app, catalog, listing.provider(), as_of).ok_or(Missing::Unknown)?;
    picture.site(listing.id()).map(show).ok_or(Missing::Unknown)
}

fn id(key: &str) -> Option<Uuid> {
    Uuid::try_parse(key).ok()
}

/// Why nothing public has this id or name in addresses.
const fn missing(fate: Option<Fate>) -> Missing {
    match fate {
        Some(Fate::Delisted) => Missing::Delisted,
        Some(Fate::Merged(into)) => Missing::Merged { into },
        None => Missing::Unknown,
    }
}
