//! From the catalog's compressed bytes back to a picture.

use chrono::NaiveDate;
use uuid::Uuid;

use super::ProviderPicture;
use crate::{app::App, catalog::Catalog, domain::provider::Provider};

/// Compresses a provider's document for the catalog.
pub(super) fn pack(document: &str) -> Vec<u8> {
    lz4_flex::compress_prepend_size(document.as_bytes())
}

/// The provider behind compressed bytes. `None` only for bytes that [`pack`] did not make.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Provider> {
    let document = lz4_flex::decompress_size_prepended(bytes).ok()?;
    // A text that is known to be UTF-8 is parsed faster than bytes that are not.
    serde_json::from_str(std::str::from_utf8(&document).ok()?).ok()
}

/// The picture of a provider of the catalog, for a date. `None` where the catalog has none.
#[must_use]
pub fn load<'a>(
    app: &'a App,
    catalog: &Catalog,
    id: Uuid,
    as_of: NaiveDate,
) -> Option<ProviderPicture<'a>> {
    let provider = unpack(catalog.provider(id)?.detail())?;
    Some(ProviderPicture::new(app.easel(as_of), provider))
}
