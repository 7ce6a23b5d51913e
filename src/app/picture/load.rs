//! From the catalog's compressed bytes back to a picture.

use chrono::NaiveDate;
use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};
use uuid::Uuid;

use super::ProviderPicture;
use crate::{app::App, catalog::Catalog, domain::provider::Provider};

/// A document as most are: an invented provider of the shipped data. Documents share their names
/// and much of what they say, and beside this one they take half as much room as by themselves.
const USUAL: &[u8] = include_bytes!("usual.json");

/// Compresses a provider's document for the catalog.
pub(super) fn pack(document: &str) -> Vec<u8> {
    compress_prepend_size_with_dict(document.as_bytes(), USUAL)
}

/// The provider behind compressed bytes. `None` only for bytes that [`pack`] did not make.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Provider> {
    let document = decompress_size_prepended_with_dict(bytes, USUAL).ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_document_is_one_that_is_stored_today() {
        let usual = std::str::from_utf8(USUAL).unwrap().trim_end();
        let provider: Provider = serde_json::from_str(usual).unwrap();
        assert_eq!(serde_json::to_string(&provider).unwrap(), usual);
    }

    #[test]
    fn a_document_comes_back_as_it_went_in() {
        let usual = std::str::from_utf8(USUAL).unwrap().trim_end();
        let other =
            usual.replace("F001", "Another").replace("\"fictional\":true", "\"fictional\":false");
        for document in [usual, &other] {
            let packed = pack(document);
            assert!(packed.len() < document.len() / 5, "{}", packed.len());
            let provider = unpack(&packed).unwrap();
            assert_eq!(serde_json::to_string(&provider).unwrap(), document);
        }
        assert!(unpack(&[]).is_none());
        assert!(unpack(b"not packed at all").is_none());
    }
}
