//! A line of the provider file: what one source states about one provider.

use serde::{Deserialize, Serialize};

use crate::domain::{
    Accepting, Indication, ListingState, OperatingStatus,
    offer::{
        Course, Coverage, Credential, Flag, Hours, Integration, Payment, Price, PriceGuarantee,
    },
    place::{Address, Position},
    provider::{Alias, Evidence, Prescriber, Statement},
};

/// One provider as its source states it; what is absent is unknown.
///
/// A line replaces everything that its `source_key` stated before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The provider's key in the source, unique within the file.
    #[schema(example = "P001", min_length = 1, max_length = 100)]
    pub source_key: String,
    /// Display name.
    #[schema(example = "Example Ketamine Clinic", min_length = 1, max_length = 200)]
    pub name: String,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Web address, `http` or `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://clinic.example/")]
    pub website: Option<String>,
    /// Phone in the United States, however it is written; kept in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "+13015550142")]
    pub phone: Option<String>,
    /// National provider identifier of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "1234567893")]
    pub npi: Option<String>,
    /// Made up, for demonstrations; never mixed with real providers.
    #[serde(default)]
    pub fictional: bool,
    /// Prescribers; shown to administrators only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prescribers: Vec<Prescriber>,
    /// True when there are no other prescribers.
    #[serde(default)]
    pub prescribers_complete: bool,
    /// Description in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the listing is in its editorial life; it counts in an initial import alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_state: Option<ListingState>,
    /// Physical places; a provider may have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteLine>,
    /// Statements about the provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Statement>,
    /// Prices that hold for each site that has none of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Ways to pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// What payers do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// A promise about prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_guarantee: Option<PriceGuarantee>,
    /// Flags; only for fictional providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// What backs the statements, which name it by its position in this list, from 0.
    pub evidence: Vec<Evidence>,
}

impl Line {
    /// A line that holds nothing but these items, so that what a person records is checked as
    /// what a file states.
    #[must_use]
    pub fn of_items(fictional: bool, evidence: Vec<Evidence>, facts: Vec<Statement>) -> Self {
        Self {
            source_key: "recorded".to_owned(),
            name: "recorded".to_owned(),
            aliases: Vec::new(),
            website: None,
            phone: None,
            npi: None,
            fictional,
            prescribers: Vec::new(),
            prescribers_complete: false,
            description: None,
            listing_state: None,
            sites: Vec::new(),
            facts,
            prices: Vec::new(),
            payments: Vec::new(),
            coverage: Vec::new(),
            price_guarantee: None,
            flags: Vec::new(),
            evidence,
        }
    }
}

/// One physical place of a provider as its source states it; what is absent is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteLine {
    /// The site's key in the source, unique within its provider.
    #[schema(example = "P001-1", min_length = 1, max_length = 100)]
    pub source_key: String,
    /// The site's own name; absent = the provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Address::is_empty")]
    pub address: Address,
    /// Where it is; absent = the centroid of its ZIP code or city is used, and said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Phone in the United States, however it is written; kept in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "+13015550142")]
    pub phone: Option<String>,
    /// Opening hours; absent = not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// Whether the site is working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating_status: Option<OperatingStatus>,
    /// Whether new patients are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepting_patients: Option<Accepting>,
    /// Days until a first appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 3650)]
    pub wait_days: Option<u16>,
    /// Whether a referral is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_required: Option<bool>,
    /// Languages spoken, BCP 47.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["en", "es"]))]
    pub languages: Vec<String>,
    /// Accessibility codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["wheelchair"]))]
    pub accessibility: Vec<String>,
    /// What is treated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indications: Vec<Indication>,
    /// Youngest age treated, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 120)]
    pub minimum_age: Option<u8>,
    /// Oldest age treated, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 120)]
    pub maximum_age: Option<u8>,
    /// Whether the treatment is offered before others were tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<bool>,
    /// Integration therapy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<Integration>,
    /// Whether there is follow-up after the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<bool>,
    /// The course of treatment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
    /// Statements about this site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Statement>,
    /// Prices of this site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Credentials of this site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<Credential>,
}
