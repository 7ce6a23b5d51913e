//! What makes a listing wait for a person: an address that nothing but the provider confirms,
//! and what it shares with another listing.
//!
//! A hold is computed, never stored: it is there as long as its cause. A person lets a shared
//! value go with a reason; whoever shares it later holds the listing again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    address,
    register::{Register, Row},
};
use crate::{
    app::keys::website_key,
    catalog::fold_name,
    domain::{
        ListingState,
        editorial::HoldKind,
        place::Address,
        provider::{Provider, Site},
    },
};

/// What a listing may share: the kind and the value that is compared.
pub(super) type Key = (HoldKind, String);

/// Something that makes a listing wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// What it is.
    pub kind: HoldKind,
    /// The shared value, or the id of the site whose address is not confirmed. A release names
    /// the hold by kind and key.
    #[schema(example = "+12025550142")]
    pub key: String,
    /// The other listings that have it.
    pub with: Vec<Sharer>,
    /// True once a person has let it go for all of those listings.
    pub released: bool,
    /// The same in words.
    #[schema(example = "the phone +12025550142 is also that of Other Clinic")]
    pub explanation: String,
}

/// Another listing that has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sharer {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Other Clinic")]
    pub name: String,
    /// Where it is in its editorial life.
    pub listing_state: ListingState,
}

impl Hold {
    /// True while it keeps the listing from being published.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.released
    }
}

/// Everything that holds a listing or was let go, by kind and key.
pub(super) fn of(provider: &Provider, register: &Register) -> Vec<Hold> {
    let standing = provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
    let addresses = standing.filter(|site| !address::is_confirmed(provider, site)).map(unconfirmed);
    let row = Row::of(provider);
    let shared = row.keys.iter().filter_map(|key| shared(&row, key, register));
    let mut holds: Vec<Hold> = addresses.chain(shared).collect();
    // One person who is the same by identifier and by name is told once.
    let told: Vec<Vec<Uuid>> = holds
        .iter()
        .filter(|hold| hold.kind == HoldKind::Prescriber && is_npi(&hold.key))
        .map(|hold| hold.with.iter().map(|with| with.id).collect())
        .collect();
    holds.retain(|hold| {
        hold.kind != HoldKind::Prescriber
            || is_npi(&hold.key)
            || !told.iter().any(|ids| hold.with.iter().all(|with| ids.contains(&with.id)))
    });
    holds
}

/// True where something holds a listing of the register.
pub(super) fn is_held(row: &Row, register: &Register) -> bool {
    !row.addresses_confirmed
        || row.keys.iter().filter_map(|key| shared(row, key, register)).any(|hold| hold.is_open())
}

fn unconfirmed(site: &Site) -> Hold {
    Hold {
        kind: HoldKind::Address,
        key: site.id.to_string(),
        with: Vec::new(),
        released: false,
        explanation: format!(
            "nothing but the provider says that the site {} is at its address",
            site.source_key
        ),
    }
}

fn shared(row: &Row, key: &Key, register: &Register) -> Option<Hold> {
    let (kind, value) = key;
    let with: Vec<Sharer> = register
        .sharing(key)
        .filter(|other| other.id != row.id)
        .filter(|other| *kind != HoldKind::Prescriber || may_be_one(row, other, value))
        .map(|other| Sharer { id: other.id, name: other.name.clone(), listing_state: other.state })
        .collect();
    if with.is_empty() {
        return None;
    }
    let released = row.releases.iter().any(|release| {
        release.kind == *kind
            && release.key == *value
            && with.iter().all(|other| release.with.contains(&other.id))
    });
    let names: Vec<&str> = with.iter().map(|other| other.name.as_str()).collect();
    let what = match kind {
        HoldKind::Address | HoldKind::Suite => "the address",
        HoldKind::Phone => "the phone",
        HoldKind::Domain => "the web address",
        HoldKind::Npi => "the identifier",
        HoldKind::Prescriber => "the prescriber",
    };
    let explanation = format!("{what} {value} is also that of {}", names.join(", "));
    Some(Hold { kind: *kind, key: value.clone(), with, released, explanation })
}

/// True unless two prescribers of one name have different identifiers.
fn may_be_one(row: &Row, other: &Row, value: &str) -> bool {
    if is_npi(value) {
        return true;
    }
    let npis = |row: &Row| -> Vec<Option<String>> {
        let named = row.prescribers.iter().filter(|(name, _)| name == value);
        named.map(|(_, npi)| npi.clone()).collect()
    };
    let others = npis(other);
    npis(row).iter().any(|one| {
        others.iter().any(|another| one.is_none() || another.is_none() || one == another)
    })
}

fn is_npi(value: &str) -> bool {
    value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Everything that a listing may share with another.
pub(super) fn keys_of(provider: &Provider) -> Vec<Key> {
    let profile = &provider.profile;
    let sites = || provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
    let phones = profile.phone.iter().chain(sites().filter_map(|site| site.profile.phone.as_ref()));
    let people = profile.prescribers.iter().flat_map(|person| {
        [person.npi.clone(), Some(fold_name(&person.name))].into_iter().flatten()
    });
    let mut keys: Vec<Key> = phones
        .map(|phone| (HoldKind::Phone, phone.clone()))
        .chain(profile.website.as_deref().and_then(website_key).map(|key| (HoldKind::Domain, key)))
        .chain(profile.npi.iter().map(|npi| (HoldKind::Npi, npi.clone())))
        .chain(people.map(|key| (HoldKind::Prescriber, key)))
        .chain(
            sites()
                .filter_map(|site| suite_key(&site.profile.address))
                .map(|key| (HoldKind::Suite, key)),
        )
        .filter(|(_, key)| !key.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Words of street addresses that are written in several ways.
const SAME_WORDS: &[(&str, &str)] = &[
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("building", "bldg"),
    ("center", "ctr"),
    ("circle", "cir"),
    ("court", "ct"),
    ("drive", "dr"),
    ("east", "e"),
    ("floor", "fl"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("north", "n"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("road", "rd"),
    ("route", "rte"),
    ("south", "s"),
    ("square", "sq"),
    ("street", "st"),
    ("west", "w"),
];

/// Words that only say that a number follows.
const SILENT_WORDS: &[&str] = &["suite", "ste", "unit", "room", "rm", "no", "number", "apt"];

/// The street address with its suite, as such addresses are compared; `None` without a street.
fn suite_key(address: &Address) -> Option<String> {
    let street = address.line1.as_deref()?;
    let suite = address.line2.as_deref().unwrap_or_default();
    let words = fold_name(&format!("{street} {suite}"));
    let line: Vec<&str> = words
        .split(' ')
        .filter(|word| !SILENT_WORDS.contains(word))
        .map(|word| SAME_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, s)| *s))
        .collect();
    let place = address.postal_code.clone().or_else(|| address.city.as_deref().map(fold_name))?;
    let state = address.state.map_or("", |state| state.as_str());
    Some(format!("{}, {place} {state}", line.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line1: &str, line2: Option<&str>) -> Option<String> {
        suite_key(&Address {
            line1: Some(line1.to_owned()),
            line2: line2.map(str::to_owned),
            city: Some("Bethesda".to_owned()),
            postal_code: Some("20814".to_owned()),
            ..Address::default()
        })
    }

    #[test]
    fn one_suite_is_one_however_it_is_written() {
        let written = [
            key("4520 East-West Highway", Some("Suite 300")),
            key("4520 E West Hwy, Ste 300", None),
            key("4520 east west hwy", Some("#300")),
        ];
        assert!(written.iter().all(|key| key.is_some() && *key == written[0]), "{written:?}");
        assert_ne!(key("4520 East West Highway", Some("Suite 301")), written[0]);
        assert_ne!(key("4520 East West Highway", None), written[0]);
        assert_eq!(suite_key(&Address::default()), None);
    }
}
