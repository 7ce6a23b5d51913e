//! Documents that come with a form: what keeps them from being taken, in the words of the page.

use crate::{
    app::evidence::files::FileKind,
    http::form::{FileFault, SentForm},
};

/// What is said where there are more documents than are taken at a time.
pub const TOO_MANY: &str = "document-error-many";

/// What is said where a link has brought as many documents as it may.
pub const FULL: &str = "document-error-full";

/// What keeps the files of a form from being taken, as the key of a message. All of them are looked
/// at before any is kept.
pub fn fault(sent: &SentForm) -> Option<&'static str> {
    match sent.fault {
        Some(FileFault::TooLarge) => Some("document-error-large"),
        Some(FileFault::TooMany) => Some(TOO_MANY),
        Some(FileFault::TooSlow) => Some("document-error-slow"),
        None => {
            let unknown = |bytes: &[u8]| FileKind::of(bytes).is_none();
            sent.files.iter().any(|bytes| unknown(bytes)).then_some("document-error-kind")
        }
    }
}
