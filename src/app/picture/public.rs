//! The public record of a provider: what anyone may see of it, in the words in which it is
//! served, without what follows from the rest.
//!
//! The public log holds this record, so that whoever replays the log can compare it with what is
//! served: each member has the name and the form that it has in the answers about the provider
//! and its clinics. It is made from the public view alone, so that a finding that nobody has
//! published leaves no trace in it.

use serde::Serialize;
use uuid::Uuid;

use super::{ProviderPicture, SitePicture, credentials, views::Parts};
use crate::{
    app::answer::{Claimed, CredentialView, EvidenceView, FactView, FlagView, PriceView},
    domain::{
        SafetyStatus, Tier, UnknownReason,
        fact::FactValue,
        offer::{Coverage, Payment, PriceGuarantee},
        place::Position,
        provider::{Alias, SiteProfile, standing},
    },
};

/// The form of the record; a change of it is a change of every record.
pub const RECORD_VERSION: u8 = 2;

/// What anyone may see of a provider.
#[derive(Debug, Serialize)]
struct ProviderRecord<'a> {
    id: Uuid,
    slug: &'a str,
    fictional: bool,
    name: &'a str,
    aliases: &'a [Alias],
    website: Option<&'a str>,
    phone: Option<&'a str>,
    description: Option<&'a str>,
    safety: StatusRecord,
    facts: Vec<FactRecord>,
    prices: Vec<PriceView>,
    payments: Vec<&'a Payment>,
    coverage: Vec<&'a Coverage>,
    price_guarantee: Option<&'a PriceGuarantee>,
    flags: Vec<FlagView>,
    evidence: Vec<EvidenceView>,
    clinics: Vec<ClinicRecord<'a>>,
}

/// What anyone may see of one of its sites, where the provider's record does not say it.
#[derive(Debug, Serialize)]
struct ClinicRecord<'a> {
    id: Uuid,
    slug: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(flatten)]
    profile: Stated<'a>,
    safety: StatusRecord,
    last_checked_on: Option<chrono::NaiveDate>,
    facts: Vec<FactRecord>,
    prices: Vec<PriceView>,
    credential_details: Vec<CredentialView>,
    evidence: Vec<EvidenceView>,
}

/// The parts of a site's profile that are shown as they are stated.
#[derive(Debug, Serialize)]
struct Stated<'a> {
    address: &'a crate::domain::place::Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    hours: &'a [crate::domain::offer::Hours],
    operating_status: Option<crate::domain::OperatingStatus>,
    accepting_patients: Option<crate::domain::Accepting>,
    wait_days: Option<u16>,
    referral_required: Option<bool>,
    languages: &'a [String],
    accessibility: &'a [String],
    indications: &'a [crate::domain::Indication],
    minimum_age: Option<u8>,
    maximum_age: Option<u8>,
    first_line: Option<bool>,
    integration_detail: Option<&'a crate::domain::offer::Integration>,
    follow_up: Option<bool>,
    course: Option<&'a crate::domain::offer::Course>,
}

impl<'a> Stated<'a> {
    fn of(profile: &'a SiteProfile) -> Self {
        Self {
            address: &profile.address,
            phone: profile.phone.as_deref(),
            hours: &profile.hours,
            operating_status: profile.operating_status,
            accepting_patients: profile.accepting_patients,
            wait_days: profile.wait_days,
            referral_required: profile.referral_required,
            languages: &profile.languages,
            accessibility: &profile.accessibility,
            indications: &profile.indications,
            minimum_age: profile.minimum_age,
            maximum_age: profile.maximum_age,
            first_line: profile.first_line,
            integration_detail: profile.integration.as_ref(),
            follow_up: profile.follow_up,
            course: profile.course.as_ref(),
        }
    }
}

/// The status that is shown.
#[derive(Debug, Serialize)]
struct StatusRecord {
    status: SafetyStatus,
}

/// A fact about which anything is said; one that is not here was never asked.
#[derive(Debug, Serialize)]
struct FactRecord {
    name: String,
    value: Option<FactValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<UnknownReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_on: Option<chrono::NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<chrono::NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_on: Option<chrono::NaiveDate>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disputed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims: Vec<Claimed>,
}

impl FactRecord {
    fn of(fact: FactView) -> Option<Self> {
        let silent = fact.value.is_none()
            && fact.reason == Some(UnknownReason::NeverAsked)
            && fact.claims.is_empty();
        (!silent).then_some(Self {
            name: fact.name,
            value: fact.value,
            reason: fact.reason,
            tier: fact.tier,
            observed_on: fact.observed_on,
            valid_until: fact.valid_until,
            verified_on: fact.verified_on,
            evidence: fact.evidence,
            disputed: fact.disputed,
            claims: fact.claims,
        })
    }
}

impl ProviderPicture<'_> {
    /// The public record: JSON without white space, its members in the order of their names.
    #[must_use]
    pub fn public_record(&self) -> String {
        let provider = &self.provider;
        let profile = &provider.profile;
        let parts = Parts::new(self, None, &self.subjects.own);
        let record = ProviderRecord {
            id: provider.id,
            slug: &provider.slug,
            fictional: provider.fictional,
            name: &profile.name,
            aliases: &profile.aliases,
            website: profile.website.as_deref(),
            phone: profile.phone.as_deref(),
            description: profile.description.as_deref(),
            safety: StatusRecord { status: self.deciding().status() },
            facts: parts.facts().into_iter().filter_map(FactRecord::of).collect(),
            prices: parts.prices(&provider.prices, false).collect(),
            payments: standing(&provider.payments).collect(),
            coverage: standing(&provider.coverage).collect(),
            price_guarantee: profile.price_guarantee.as_ref(),
            flags: self.flags(),
            evidence: parts.numbers.pieces(provider),
            clinics: self.sites().map(|site| site.public_record()).collect(),
        };
        // A map keeps its members in the order of their names; a record has no odd keys, which
        // alone could fail.
        serde_json::to_value(&record).unwrap_or_default().to_string()
    }
}

impl<'p> SitePicture<'p> {
    fn public_record(self) -> ClinicRecord<'p> {
        let last_checked_on = self.last_checked_on();
        let Self { whole, site, subject } = self;
        let parts = Parts::new(whole, Some(site), subject);
        ClinicRecord {
            id: site.id,
            slug: &site.slug,
            name: site.profile.name.as_deref().unwrap_or(&whole.provider.profile.name),
            position: site.profile.position,
            profile: Stated::of(&site.profile),
            safety: StatusRecord { status: subject.status() },
            last_checked_on,
            facts: parts.facts().into_iter().filter_map(FactRecord::of).collect(),
            prices: parts.prices(&site.prices, true).collect(),
            credential_details: credentials::views(
                site,
                &whole.provider,
                whole.easel.as_of,
                &parts.numbers,
            ),
            evidence: parts.numbers.pieces(&whole.provider),
        }
    }
}
