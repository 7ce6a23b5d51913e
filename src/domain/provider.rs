//! The provider as the store keeps it: one aggregate with its sites, statements and evidence.
//!
//! Nothing in it is ever deleted. An item that its source no longer states is withdrawn with
//! the date; what is public reads only the items that stand ([`Kept::stands`]).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Accepting, AliasType, EvidenceKind, Indication, LicenceStatus, ListingState, OperatingStatus,
    PractitionerRole, Tier, UnknownReason, UsState, VerificationMethod,
    editorial::{self, ProviderEditorial, SiteEditorial},
    fact::FactValue,
    flag::Flag,
    offer::{Course, Coverage, Credential, Hours, Integration, Payment, Price, PriceGuarantee},
    place::{Address, Position},
};

/// Who put an item there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ItemOrigin)]
pub enum Origin {
    /// A provider file; the next file with the same `source_key` may withdraw it.
    File,
    /// A person; only a person withdraws it.
    Person,
    /// An official list; the next issue of the list may withdraw it.
    List,
}

/// An item with the bookkeeping that lets history be proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Kept<T> {
    /// The item's number within its provider; never used twice.
    pub n: u32,
    /// Who put it there.
    pub by: Origin,
    /// The day on which it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_on: Option<NaiveDate>,
    /// Who took it back; absent = a file. What a person took back no file restores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<Origin>,
    /// The item itself.
    pub item: T,
}

impl<T> Kept<T> {
    /// An item that stands.
    #[must_use]
    pub const fn new(n: u32, by: Origin, item: T) -> Self {
        Self { n, by, withdrawn_on: None, withdrawn_by: None, item }
    }

    /// Takes the item back.
    pub const fn withdraw(&mut self, by: Origin, on: NaiveDate) {
        self.withdrawn_on = Some(on);
        self.withdrawn_by = Some(by);
    }

    /// True where a person has taken the item back.
    #[must_use]
    pub fn withdrawn_by_person(&self) -> bool {
        !self.stands() && self.withdrawn_by == Some(Origin::Person)
    }

    /// True while nobody has taken the item back.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.withdrawn_on.is_none()
    }
}

/// The items of a list that stand.
pub fn standing<T>(items: &[Kept<T>]) -> impl Iterator<Item = &T> {
    items.iter().filter(|kept| kept.stands()).map(|kept| &kept.item)
}

/// One statement: somebody says, with evidence, that a fact has a value or is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The fact's name in the vocabulary.
    pub name: String,
    /// The value; `null` = unknown, with the reason.
    pub value: Option<FactValue>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnknownReason>,
    /// Positions in the provider's evidence list.
    #[serde(default)]
    pub evidence: Vec<u32>,
    /// The day that it speaks of; by default the newest capture of its evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    /// The last day on which it counts, in place of the fact's age limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// Who signed it (E3); for administrators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested_by: Option<String>,
}

/// That a person has verified a statement. The public sees the day, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The statement's number.
    pub n: u32,
    /// Who: a person's id.
    pub by: String,
    /// How.
    pub method: VerificationMethod,
    /// The day.
    pub on: NaiveDate,
    /// The last day on which the statement counts, in place of what it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// What backs a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its strength class.
    pub tier: Tier,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The day on which it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_on: Option<NaiveDate>,
    /// SHA-256 of the capture, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What it says, at most 1,024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// What a reader should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Another name of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The name.
    pub text: String,
    /// What kind of name it is.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AliasType>,
}

/// A licence of a prescriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// The state that issued it.
    pub state: UsState,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<LicenceStatus>,
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
}

/// A person who prescribes; shown to administrators only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prescriber {
    /// Full name.
    pub name: String,
    /// National provider identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<String>,
    /// Role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<PractitionerRole>,
    /// Licences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<Licence>,
}

/// What is said about a site apart from facts, prices and credentials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SiteProfile {
    /// The site's own name; absent = the provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: Address,
    /// Where it is, as its source says; absent = the gazetteer's centroid is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Phone in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Opening hours; empty = not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// Whether the site is working; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating_status: Option<OperatingStatus>,
    /// Whether new patients are taken; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepting_patients: Option<Accepting>,
    /// Days until a first appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_days: Option<u16>,
    /// Whether a referral is needed; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_required: Option<bool>,
    /// Languages spoken, BCP 47; empty = not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Accessibility codes; empty = not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<String>,
    /// What is treated; empty = not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indications: Vec<Indication>,
    /// Youngest age treated, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<u8>,
    /// Oldest age treated, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_age: Option<u8>,
    /// Whether the treatment is offered before others were tried; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<bool>,
    /// Integration therapy; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<Integration>,
    /// Whether there is follow-up after the course; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<bool>,
    /// The course of treatment; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
}

/// One physical place of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Site {
    /// The clinic's id in the API.
    pub id: Uuid,
    /// The key in the source, unique within the provider.
    pub source_key: String,
    /// Name in addresses; never changes once published.
    pub slug: String,
    /// The day on which its source stopped naming it, or a person took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_on: Option<NaiveDate>,
    /// What people have decided about it.
    #[serde(default, skip_serializing_if = "editorial::is_default")]
    pub editorial: SiteEditorial,
    /// Everything that is neither fact nor price nor credential.
    pub profile: SiteProfile,
    /// Statements about this site.
    #[serde(default)]
    pub facts: Vec<Kept<Statement>>,
    /// Prices of this site.
    #[serde(default)]
    pub prices: Vec<Kept<Price>>,
    /// Credentials of this site.
    #[serde(default)]
    pub credentials: Vec<Kept<Credential>>,
}

/// What is said about a provider apart from its items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProviderProfile {
    /// Display name.
    pub name: String,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Phone in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// National provider identifier of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<String>,
    /// Description in our words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Prescribers; for administrators only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prescribers: Vec<Prescriber>,
    /// True when there are no other prescribers.
    #[serde(default)]
    pub prescribers_complete: bool,
    /// A promise about prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_guarantee: Option<PriceGuarantee>,
}

/// An organisation that gives or prescribes ketamine, with all that is stated about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Provider {
    /// The provider's id in the API.
    pub id: Uuid,
    /// The key in the source.
    pub source_key: String,
    /// Name in addresses; never changes once published.
    pub slug: String,
    /// Made up, for demonstrations.
    pub fictional: bool,
    /// Where the listing is in its editorial life.
    pub listing_state: ListingState,
    /// The provider that this one became part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was first recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The number that the next item gets.
    pub next_n: u32,
    /// What people have decided about it.
    #[serde(default, skip_serializing_if = "editorial::is_default")]
    pub editorial: ProviderEditorial,
    /// Everything that is neither item nor site.
    pub profile: ProviderProfile,
    /// Statements about the provider.
    #[serde(default)]
    pub facts: Vec<Kept<Statement>>,
    /// Prices that name no site.
    #[serde(default)]
    pub prices: Vec<Kept<Price>>,
    /// Ways to pay.
    #[serde(default)]
    pub payments: Vec<Kept<Payment>>,
    /// What payers do.
    #[serde(default)]
    pub coverage: Vec<Kept<Coverage>>,
    /// Flags.
    #[serde(default)]
    pub flags: Vec<Kept<Flag>>,
    /// Evidence; statements name it by position in this list, which only grows.
    #[serde(default)]
    pub evidence: Vec<Kept<Evidence>>,
    /// Sites.
    #[serde(default)]
    pub sites: Vec<Site>,
    /// What people have verified, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifications: Vec<Verification>,
}

impl Provider {
    /// The strongest tier among pieces of evidence, by the rulebook's order E1, E4, E3, E2,
    /// then E5 and E6; none where the list is empty or names nothing.
    #[must_use]
    pub fn strongest_tier(&self, evidence: &[u32]) -> Option<Tier> {
        self.cited(evidence).map(|e| e.tier).min_by_key(|tier| tier.rank())
    }

    /// The pieces of evidence that a statement names.
    pub fn cited<'a>(&'a self, evidence: &'a [u32]) -> impl Iterator<Item = &'a Evidence> {
        evidence
            .iter()
            .filter_map(|at| self.evidence.get(usize::try_from(*at).ok()?))
            .map(|kept| &kept.item)
    }

    /// The newest verification of a statement.
    #[must_use]
    pub fn verified(&self, n: u32) -> Option<&Verification> {
        self.verifications.iter().rev().find(|done| done.n == n)
    }

    /// The newest capture among pieces of evidence: the day that a statement speaks of
    /// where it names none.
    #[must_use]
    pub fn newest_capture(&self, evidence: &[u32]) -> Option<NaiveDate> {
        self.cited(evidence).filter_map(|e| e.captured_on).max()
    }
}

impl Tier {
    /// 0 is the strongest. Source: the rulebook's order E1, E4, E3, E2; E5 and E6 behind.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::E1 => 0,
            Self::E4 => 1,
            Self::E3 => 2,
            Self::E2 => 3,
            Self::E5 => 4,
            Self::E6 => 5,
        }
    }
}
