//! "Check a provider": a name, web address, phone or NPI in, a plain answer out.
//!
//! A verdict is given only on an exact key that one provider has. Everything else is a list of
//! candidates, or "not found", which never reads as safe.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    App,
    answer::{ClinicLinks, DetailMeta, Dosing, FlagView, Safety},
    keys::{CheckKey, is_shared},
    picture::{self, ProviderPicture},
};
use crate::{
    catalog::{Catalog, KeyKind, NameQuery, fold_name},
    domain::SafetyStatus,
};

/// The most candidates of an answer.
const MAX_CANDIDATES: usize = 10;

/// The most names that are compared with what was typed.
const MAX_LOOKED_AT: usize = 200;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// A safety concern was found and published.
    Flagged,
    /// There are points to ask about.
    Caution,
    /// Doses are attended by a clinician.
    Supervised,
    /// Known here, and key safety facts could not be verified.
    Unverified,
    /// Several providers may be meant.
    Candidates,
    /// Not known here, which says nothing about the provider.
    NotFound,
}

/// By what a provider was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchedOn {
    /// Its web address.
    Domain,
    /// Its phone, or that of one of its sites.
    Phone,
    /// Its national provider identifier.
    Npi,
    /// Its name or another name of it.
    Name,
}

/// One provider that may be meant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckMatch {
    /// Always `provider`.
    #[schema(example = "provider")]
    pub kind: &'static str,
    /// Where doses are taken, flag or no flag.
    pub dosing: Dosing,
    /// The provider's id.
    pub id: Uuid,
    /// The provider's name in addresses.
    pub slug: String,
    /// The provider's name.
    pub name: String,
    /// True for made-up providers of a demonstration.
    pub fictional: bool,
    /// By what it was recognised.
    pub matched_on: MatchedOn,
    /// Its safety status.
    pub safety: Safety,
    /// Its published flags.
    pub flags: Vec<FlagView>,
    /// Where to read on.
    pub links: ClinicLinks,
}

/// The answer to a check.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckAnswer {
    /// What it came to.
    pub result: CheckResult,
    /// The provider, or the candidates.
    pub matches: Vec<CheckMatch>,
    /// What the result means, and what it does not mean.
    pub note: String,
    /// What the answer rests on.
    pub meta: DetailMeta,
}

/// Checks what a person typed.
#[must_use]
pub fn check(app: &App, typed: &str) -> CheckAnswer {
    let catalog = app.catalog.load();
    let keys = CheckKey::readings(typed);
    let mut found: Vec<Hit> = keys.iter().flat_map(|key| exact(&catalog, key)).collect();
    found.sort_by_key(|(id, _)| *id);
    found.dedup_by_key(|(id, _)| *id);
    let certain = found.len() == 1;
    if found.is_empty() {
        found = keys.iter().flat_map(|key| candidates(&catalog, key, typed)).collect();
    }
    let matches: Vec<CheckMatch> = found
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter_map(|(id, on)| {
            Some(CheckMatch::new(&picture::load(app, &catalog, id, catalog.as_of())?, on))
        })
        .collect();
    let result = match matches.as_slice() {
        [] => CheckResult::NotFound,
        [only] if certain => verdict(only.safety.status),
        _ => CheckResult::Candidates,
    };
    CheckAnswer {
        result,
        matches,
        note: note(result).to_owned(),
        meta: app.meta(&catalog, catalog.as_of()),
    }
}

/// A provider that may be meant, and by what it was recognised.
type Hit = (Uuid, MatchedOn);

/// The providers that have exactly this key.
fn exact(catalog: &Catalog, key: &CheckKey) -> Vec<Hit> {
    let (kind, key, matched_on) = match key {
        CheckKey::Website(key) => (KeyKind::Domain, key, MatchedOn::Domain),
        CheckKey::Phone(key) => (KeyKind::Phone, key, MatchedOn::Phone),
        CheckKey::Npi(key) => (KeyKind::Npi, key, MatchedOn::Npi),
        CheckKey::Name(key) => (KeyKind::Name, key, MatchedOn::Name),
    };
    let found = catalog.providers_by_key(kind, key);
    found.into_iter().map(|provider| (provider.id(), matched_on)).collect()
}

/// Providers with a name like the one that was typed, the likest first.
fn candidates(catalog: &Catalog, key: &CheckKey, typed: &str) -> Vec<Hit> {
    let words = match key {
        CheckKey::Phone(_) | CheckKey::Npi(_) => return Vec::new(),
        // What stands before the dot there names the host, not who writes on it.
        CheckKey::Website(key) if is_shared(key) => return Vec::new(),
        // Of a web address that nobody has, the label before the dot may be a name.
        CheckKey::Website(key) => key.split('.').next().unwrap_or_default(),
        CheckKey::Name(_) => typed,
    };
    let Some(names) = NameQuery::new(words) else { return Vec::new() };
    let page = catalog.providers(Some(&names), None, MAX_LOOKED_AT);
    let mut ranked: Vec<_> = page
        .providers
        .into_iter()
        .map(|provider| {
            let names = provider.other_names().chain([provider.name()]);
            let nearest = names.map(|name| distance(name, words)).min();
            (nearest, provider.name(), provider.id())
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(.., id)| (id, MatchedOn::Name)).collect()
}

/// How many letters two names differ in, once folded.
fn distance(name: &str, typed: &str) -> usize {
    strsim::levenshtein(&fold_name(name), &fold_name(typed))
}

const fn verdict(status: SafetyStatus) -> CheckResult {
    match status {
        SafetyStatus::Flagged => CheckResult::Flagged,
        SafetyStatus::Caution => CheckResult::Caution,
        SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid => {
            CheckResult::Supervised
        }
        SafetyStatus::InsufficientInformation | SafetyStatus::OutOfScope => CheckResult::Unverified,
    }
}

const fn note(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Flagged => {
            "We found a safety concern and published it with its evidence and the provider's \
             reply. If you are in treatment there, do not stop suddenly: talk to your clinician."
        }
        CheckResult::Caution => "There are points to ask about before you begin.",
        CheckResult::Supervised => {
            "What was verified is dated. Ask again when you call: practices change."
        }
        CheckResult::Unverified => {
            "We know of this provider and could not verify key safety facts. That is no sign \
             that it is well run, nor that it is not."
        }
        CheckResult::Candidates => {
            "Several providers may be meant. Choose one, or give its web address or phone."
        }
        CheckResult::NotFound => {
            "We know nothing about this provider. That does not mean that its care is \
             supervised: ask who is in the room while the medicine works."
        }
    }
}

impl CheckMatch {
    fn new(picture: &ProviderPicture<'_>, matched_on: MatchedOn) -> Self {
        let item = picture.item();
        Self {
            kind: "provider",
            dosing: item.dosing,
            id: item.id,
            slug: item.slug,
            name: item.name,
            fictional: item.fictional,
            matched_on,
            safety: item.safety,
            flags: item.flags,
            links: item.links,
        }
    }
}
