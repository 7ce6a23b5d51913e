//! Everything that is public about one clinic or provider.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ClinicItem, Crisis, FlagView, Safety};
use crate::{
    config::Operator,
    domain::{
        CredentialCode, CredentialStatus, CredentialTier, EvidenceKind, PriceBasis, PriceKind,
        Product, Route, SafetyStatus, Tier, UnknownReason, UsState,
        course_cost::CourseCost,
        fact::FactValue,
        offer::{Course, Coverage, Hours, Integration, Payment, PriceGuarantee},
        provider::Alias,
    },
    rules::wire::{FindingAnswer, StepAnswer},
};

/// Everything known and unknown about one clinic.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClinicAnswer {
    /// The clinic.
    pub data: ClinicDetail,
    /// What the answer rests on.
    pub meta: DetailMeta,
}

/// What an answer about one thing rests on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetailMeta {
    /// The revision of what the public sees: how many entries the public log had. It moves with
    /// public changes alone.
    pub revision: u64,
    /// The civil date (UTC) for which the answer holds.
    pub as_of: NaiveDate,
    /// True when everything in this database is made up.
    pub fictional: bool,
    /// Whom to call in a crisis.
    pub crisis: Crisis,
    /// Who runs this directory.
    #[schema(value_type = Operator)]
    pub operator: Arc<Operator>,
}

/// One clinic: what search shows, and the rest.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClinicDetail {
    /// What search shows.
    #[serde(flatten)]
    pub item: ClinicItem,
    /// Other names of the provider.
    pub aliases: Vec<Alias>,
    /// Description in our words; `null` = none.
    pub description: Option<String>,
    /// Opening hours; empty = not known.
    pub hours: Vec<Hours>,
    /// IANA time zone of the site; `null` = not known.
    pub time_zone: Option<String>,
    /// Days until a first appointment; `null` = not known.
    pub wait_days: Option<u16>,
    /// Whether a referral is needed; `null` = not known.
    pub referral_required: Option<bool>,
    /// Accessibility; empty = not known.
    pub accessibility: Vec<String>,
    /// Youngest age treated, years; `null` = not known.
    pub minimum_age: Option<u8>,
    /// Oldest age treated, years; `null` = not known.
    pub maximum_age: Option<u8>,
    /// Whether it is offered before other treatments were tried; `null` = not known.
    pub first_line: Option<bool>,
    /// Integration therapy; `null` = not known.
    pub integration_detail: Option<Integration>,
    /// Whether there is follow-up after the course; `null` = not known.
    pub follow_up: Option<bool>,
    /// The course of treatment; `null` = not known.
    pub course: Option<Course>,
    /// Every fact of the vocabulary, known or not.
    pub facts: Vec<FactView>,
    /// Stated prices, the site's and the provider's.
    pub prices: Vec<PriceView>,
    /// What a first course costs, itemised, on the cheapest route.
    pub course_cost_detail: CourseCost,
    /// Ways to pay with their terms.
    pub payment_details: Vec<Payment>,
    /// What payers do, with dates.
    pub coverage_details: Vec<Coverage>,
    /// A promise about prices; `null` = none known.
    pub price_guarantee: Option<PriceGuarantee>,
    /// Every credential that was stated, valid or not.
    pub credential_details: Vec<CredentialView>,
    /// What the rules found, and what they could not decide.
    pub findings: Vec<FindingAnswer>,
    /// Published flags.
    pub flags: Vec<FlagView>,
    /// What still stands between this clinic and a supervised label, as questions to ask.
    pub to_supervised: Vec<StepAnswer>,
    /// What the statements rest on.
    pub evidence: Vec<EvidenceView>,
}

/// One fact of the vocabulary.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FactView {
    /// The fact's name in the vocabulary.
    #[schema(example = "site.monitor_spo2")]
    pub name: String,
    /// The fact in a few words.
    #[schema(example = "Oxygen level monitored")]
    pub label: String,
    /// The value; `null` = not known.
    pub value: Option<FactValue>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnknownReason>,
    /// The strength of the evidence that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The day that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    /// The last day on which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// The day on which a person last verified it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<NaiveDate>,
    /// The evidence, by its number in `evidence`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<u32>,
    /// True where the provider disputes the value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disputed: bool,
    /// Statements whose evidence is too weak to count: claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claimed>,
}

/// A statement whose evidence is too weak for its fact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Claimed {
    /// What is claimed.
    pub value: FactValue,
    /// The strength of its evidence.
    pub tier: Option<Tier>,
    /// The day that it speaks of.
    pub observed_on: Option<NaiveDate>,
    /// The evidence, by its number in `evidence`.
    pub evidence: Vec<u32>,
}

/// A stated price.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PriceView {
    /// True where it is stated for this site, false where for all sites of the provider.
    pub of_site: bool,
    /// What the amount buys.
    pub kind: PriceKind,
    /// The route; `null` = any.
    pub route: Option<Route>,
    /// The product; `null` = any.
    pub product: Option<Product>,
    /// US cents, the lower end.
    pub amount_cents: i64,
    /// US cents, the upper end of a range.
    pub amount_max_cents: Option<i64>,
    /// What one unit is.
    pub basis: PriceBasis,
    /// Sessions in a series; `null` = not said.
    pub sessions_included: Option<u8>,
    /// Who gets it.
    pub conditions: Option<String>,
    /// The day on which it was seen.
    pub observed_on: Option<NaiveDate>,
    /// Last day of the price; `null` = not said.
    pub valid_to: Option<NaiveDate>,
    /// The evidence, by its number in `evidence`.
    pub evidence: Vec<u32>,
}

/// A credential that was stated.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialView {
    /// Which one.
    pub code: CredentialCode,
    /// What it is worth.
    pub tier: CredentialTier,
    /// The issuer's number; `null` = not known.
    pub certificate_no: Option<String>,
    /// Where it stands; `null` = not known.
    pub status: Option<CredentialStatus>,
    /// Whether its scope covers sedation; `null` = not known.
    pub scope_covers_sedation: Option<bool>,
    /// Whether it names this address; `null` = not known.
    pub site_match: Option<bool>,
    /// First day; `null` = not known.
    pub effective_on: Option<NaiveDate>,
    /// Last day; `null` = not known.
    pub expires_on: Option<NaiveDate>,
    /// True when it is valid on the answer's date, with evidence that counts.
    pub valid: bool,
    /// The evidence, by its number in `evidence`.
    pub evidence: Vec<u32>,
}

/// A piece of evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceView {
    /// Its number, by which statements name it.
    pub n: u32,
    /// Its strength class.
    pub tier: Tier,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it was seen.
    pub url: Option<String>,
    /// The day on which it was seen.
    pub captured_on: Option<NaiveDate>,
    /// SHA-256 of the capture.
    pub sha256: Option<String>,
    /// What it says.
    pub excerpt: Option<String>,
    /// What a reader should know about it.
    pub note: Option<String>,
}

/// A provider in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderItem {
    /// The provider's id.
    pub id: Uuid,
    /// The provider's name in addresses.
    pub slug: String,
    /// The provider's name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<Alias>,
    /// True for made-up providers of a demonstration.
    pub fictional: bool,
    /// Web address; `null` = not known.
    pub website: Option<String>,
    /// Phone in E.164; `null` = not known.
    pub phone: Option<String>,
    /// Where doses are taken.
    pub dosing: Dosing,
    /// The worst status of its sites, or its own where it has none.
    pub safety: Safety,
    /// Its places.
    pub sites: Vec<SiteRef>,
    /// Published flags.
    pub flags: Vec<FlagView>,
    /// Where to read on.
    pub links: super::ClinicLinks,
}

/// A place of a provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteRef {
    /// The clinic's id.
    pub id: Uuid,
    /// The clinic's name in addresses.
    pub slug: String,
    /// The clinic's name.
    pub name: String,
    /// City; `null` = not known.
    pub city: Option<String>,
    /// State; `null` = not known.
    pub state: Option<UsState>,
    /// The site's own status.
    pub status: SafetyStatus,
}

/// Where doses are taken, with who says so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Dosing {
    /// Where.
    #[serde(rename = "where")]
    pub place: DosingPlace,
    /// Who says so; `null` = nobody.
    pub source: Option<DosingSource>,
}

/// Where doses are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DosingPlace {
    /// At the clinic.
    OnSite,
    /// At the patient's home.
    AtHome,
    /// Both.
    Both,
    /// Not known.
    Unknown,
}

/// Who says where doses are taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DosingSource {
    /// Where it was seen; `null` = not on the web.
    pub url: Option<String>,
    /// The day on which it was seen.
    pub captured_on: Option<NaiveDate>,
}

/// Everything known and unknown about one provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderAnswer {
    /// The provider.
    pub data: ProviderDetail,
    /// What the answer rests on.
    pub meta: DetailMeta,
}

/// One provider: what a list shows, and the rest.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderDetail {
    /// What a list shows.
    #[serde(flatten)]
    pub item: ProviderItem,
    /// Description in our words; `null` = none.
    pub description: Option<String>,
    /// The provider's own facts, known or not.
    pub facts: Vec<FactView>,
    /// Prices that name no site.
    pub prices: Vec<PriceView>,
    /// Ways to pay with their terms.
    pub payments: Vec<Payment>,
    /// What payers do.
    pub coverage: Vec<Coverage>,
    /// A promise about prices; `null` = none known.
    pub price_guarantee: Option<PriceGuarantee>,
    /// What the rules found about the provider's own facts, and what they could not decide.
    pub findings: Vec<FindingAnswer>,
    /// What still stands between this provider and a supervised label.
    pub to_supervised: Vec<StepAnswer>,
    /// What the statements rest on.
    pub evidence: Vec<EvidenceView>,
}
