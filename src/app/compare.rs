//! Up to five clinics side by side, from one catalog.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    App,
    answer::{ClinicDetail, DetailMeta},
    detail::Missing,
};

/// The fewest clinics to compare.
pub const MIN: usize = 2;

/// The most clinics to compare.
pub const MAX: usize = 5;

/// Clinics side by side, in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompareAnswer {
    /// The clinics.
    pub data: Vec<ClinicDetail>,
    /// What the answer rests on.
    pub meta: DetailMeta,
}

/// Sets clinics side by side.
///
/// # Errors
/// The first key that names no clinic, with why.
pub fn compare<'k>(app: &App, keys: &'k [String]) -> Result<CompareAnswer, (&'k str, Missing)> {
    let catalog = app.catalog.load();
    let as_of = catalog.as_of();
    let data = keys
        .iter()
        .map(|key| {
            super::detail::clinic_of(app, &catalog, key, as_of).map_err(|why| (key.as_str(), why))
        })
        .collect::<Result<_, _>>()?;
    Ok(CompareAnswer { data, meta: app.meta(&catalog, as_of) })
}
