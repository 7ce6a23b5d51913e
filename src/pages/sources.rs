//! The rulebook's citations as pages show them.

use crate::rules::Rulebook;

use super::format;

/// A cited source.
#[derive(Debug, Clone)]
pub struct SourceView {
    /// Its key in the rulebook.
    pub key: String,
    /// What it says, in short; English.
    pub text: String,
    /// Which document it is; may be empty.
    pub name: String,
    /// Where it can be read.
    pub urls: Vec<UrlView>,
    /// The key of the message that says how far it was checked.
    pub checked: &'static str,
}

/// An address with its host as its name.
#[derive(Debug, Clone)]
pub struct UrlView {
    /// The address.
    pub href: String,
    /// Its host.
    pub host: String,
}

impl UrlView {
    /// A link to an address of the web; none for any other scheme.
    #[must_use]
    pub fn new(url: &str) -> Option<Self> {
        let href = format::web_link(url)?.to_owned();
        Some(Self { host: format::host(url), href })
    }
}

/// The citations with these keys that the rulebook has.
#[must_use]
pub fn of<'k>(rulebook: &Rulebook, keys: impl Iterator<Item = &'k str>) -> Vec<SourceView> {
    let view = |key: &'k str| {
        let citation = rulebook.citations().get(key)?;
        let checked = &citation.checked;
        Some(SourceView {
            key: key.to_owned(),
            text: citation.text.clone(),
            name: citation.source.trim_matches([' ', ',', ';', '(', ')']).to_owned(),
            urls: citation.urls.iter().filter_map(|url| UrlView::new(url)).collect(),
            checked: match (checked.contains("primary"), checked.contains("secondary")) {
                (true, true) => "checked-both",
                (true, false) => "checked-primary",
                (false, true) => "checked-secondary",
                (false, false) => "checked-none",
            },
        })
    };
    keys.filter_map(view).collect()
}
