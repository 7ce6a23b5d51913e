//! What a provider offers and at what price, as its sources state it.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{
    CoverageStance, CredentialCode, CredentialStatus, Day, FlagState, GuaranteeType, PaymentCode,
    PriceBasis, PriceKind, Product, Route,
};

/// A stated price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What the amount buys.
    pub kind: PriceKind,
    /// The route it is for; absent = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// The product it is for; absent = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// US cents; the lower end of a range.
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub amount_cents: i64,
    /// US cents; the upper end of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub amount_max_cents: Option<i64>,
    /// What one unit is.
    pub basis: PriceBasis,
    /// How many sessions a series holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub sessions_included: Option<u8>,
    /// First day on which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// The day on which the source was read; by default the newest capture of the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    /// Who gets it, in the source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// Positions in the provider's evidence list.
    #[serde(default)]
    pub evidence: Vec<u32>,
}

/// An accreditation or certificate, as evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Which one.
    pub code: CredentialCode,
    /// The issuer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_no: Option<String>,
    /// Where it stands; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CredentialStatus>,
    /// Whether its scope covers sedation; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_covers_sedation: Option<bool>,
    /// Whether it names this address; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_match: Option<bool>,
    /// First day of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<NaiveDate>,
    /// Last day of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
    /// Positions in the provider's evidence list.
    #[serde(default)]
    pub evidence: Vec<u32>,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Which one.
    pub code: PaymentCode,
    /// Terms, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// What one payer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The payer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// The product it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// What the payer does.
    pub stance: CoverageStance,
    /// Whether the payer must agree first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_auth: Option<bool>,
    /// The day for which it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<NaiveDate>,
}

/// A promise about prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceGuarantee {
    /// What is promised.
    #[serde(rename = "type")]
    pub kind: GuaranteeType,
    /// The discount in basis points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000)]
    pub discount_bp: Option<u16>,
    /// The claim in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// Conditions in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
}

/// The course of treatment that a site describes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Fewest sessions of the first course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 60)]
    pub induction_sessions_min: Option<u8>,
    /// Most sessions of the first course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 60)]
    pub induction_sessions_max: Option<u8>,
    /// Fewest weeks of the first course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 52)]
    pub induction_weeks_min: Option<u8>,
    /// Most weeks of the first course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 52)]
    pub induction_weeks_max: Option<u8>,
    /// Length of a session in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub session_minutes: Option<u16>,
    /// Days between later sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub maintenance_interval_days: Option<u16>,
}

/// Integration therapy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Whether it is offered; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<bool>,
    /// Whether the session price holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub included_in_price: Option<bool>,
    /// Whether a patient must take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandatory: Option<bool>,
}

/// Opening hours on some days of the week, in the site's own time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days.
    pub days: Vec<Day>,
    /// `HH:MM`.
    #[serde(with = "hh_mm")]
    #[schema(value_type = String, format = "hh-mm", example = "09:00")]
    pub opens: NaiveTime,
    /// `HH:MM`; at or before `opens` it is on the next day.
    #[serde(with = "hh_mm")]
    #[schema(value_type = String, format = "hh-mm", example = "17:00")]
    pub closes: NaiveTime,
}

/// A flag as a file states it; the store keeps more of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// The rule's id.
    pub rule: String,
    /// Where it stands.
    pub state: FlagState,
    /// The day on which the provider was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<NaiveDate>,
    /// The day on which it became public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_on: Option<NaiveDate>,
    /// The day on which it was cleared, dismissed or expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
    /// The provider's reply, unedited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
}

/// Times of day without seconds.
mod hh_mm {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer};

    const FORMAT: &str = "%H:%M";

    pub fn serialize<S: Serializer>(time: &NaiveTime, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&time.format(FORMAT))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveTime, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        NaiveTime::parse_from_str(&text, FORMAT).map_err(|e| {
            serde::de::Error::custom(format!("`{text}` is no time ({e}); write HH:MM"))
        })
    }
}
