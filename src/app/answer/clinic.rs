//! One clinic as a search shows it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        Accepting, CoverageStance, CredentialCode, CredentialTier, Indication, OperatingStatus,
        PaymentCode, Product, Route, SafetyStatus, Severity, Tier,
        course_cost::{CostState, CourseCost, SessionPrice},
        place::{Address, METRES_PER_MILE, Position},
    },
    rules::{Counts, Outcome},
};

/// A clinic in a list of search results: a site together with its provider's facts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClinicItem {
    /// The clinic's id.
    pub id: Uuid,
    /// The clinic's name in addresses.
    #[schema(example = "calliope-health-ketamine-bethesda-md")]
    pub slug: String,
    /// The clinic's name.
    pub name: String,
    /// The organisation behind it.
    pub provider: ProviderRef,
    /// True for made-up clinics of a demonstration.
    pub fictional: bool,
    /// Postal address, as far as it is known.
    pub address: Address,
    /// Phone in E.164, the site's or else the provider's; `null` = not known.
    #[schema(example = "+13018289513")]
    pub phone: Option<String>,
    /// Web address; `null` = not known.
    pub website: Option<String>,
    /// Where it is, and how exactly that is known; `null` = not known.
    pub position: Option<Position>,
    /// Distance from the place that was asked for; absent where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<Distance>,
    /// Whether the site is working; `null` = not known.
    pub operating_status: Option<OperatingStatus>,
    /// Routes that are given on site, as far as they are known.
    pub routes: Vec<Route>,
    /// True when there are no other routes.
    pub routes_complete: bool,
    /// What is treated; empty = not known.
    pub indications: Vec<Indication>,
    /// Whether new patients are taken; `null` = not known.
    pub accepting_patients: Option<Accepting>,
    /// Who and what is on the premises while patients are dosed.
    pub present: Present,
    /// What is watched during each session.
    pub monitored: Monitored,
    /// Languages spoken, BCP 47; empty = not known.
    pub languages: Vec<String>,
    /// Whether integration therapy is offered; `null` = not known.
    pub integration: Option<bool>,
    /// The price of one session on the cheapest route; `null` = not published.
    pub price: Option<SessionPrice>,
    /// What a whole first course costs on the cheapest route.
    pub course_cost: CourseCostSummary,
    /// Ways to pay; empty = not known.
    pub payments: Vec<PaymentCode>,
    /// What payers do; empty = not known.
    pub coverage: Vec<CoverageItem>,
    /// True only for a survey of this place by an accrediting body, valid today, whose
    /// scope is known to cover sedation.
    pub accredited: bool,
    /// Accreditations, programme certificates and pledges that are valid today.
    pub credentials: Vec<CredentialItem>,
    /// Safety status with its reasons.
    pub safety: Safety,
    /// The newest day on which anything about the clinic was observed; `null` = never.
    pub last_checked_on: Option<NaiveDate>,
    /// Where to read on.
    pub links: ClinicLinks,
}

/// The organisation behind a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderRef {
    /// The provider's id.
    pub id: Uuid,
    /// The provider's name in addresses.
    pub slug: String,
    /// The provider's name.
    pub name: String,
}

/// Who and what is on the premises while patients are dosed: the facts of the same names,
/// as far as they are verified. `null` = not verified, which is neither yes nor no.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Present {
    /// `site.clinician_present_during_dosing`: a clinician able to treat a medical emergency,
    /// from the first dose until discharge; `null` = not verified.
    #[schema(example = true)]
    pub clinician: Option<bool>,
    /// `site.acls_on_site`: somebody with current advanced life support training; `null` = not
    /// verified.
    pub acls: Option<bool>,
    /// `site.prescriber_availability`: where the responsible prescriber is, `on_site`,
    /// `immediately_available` or `remote_only`; `null` = not verified.
    #[schema(example = "on_site")]
    pub prescriber: Option<String>,
    /// `site.rescue_equipment`: oxygen, airway devices, suction, defibrillator and emergency
    /// drugs, ready to use; `null` = not verified.
    pub rescue_equipment: Option<bool>,
}

/// What is watched during each session: the facts `site.monitor_bp`, `site.monitor_hr` and
/// `site.monitor_spo2`, as far as they are verified. `null` = not verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Monitored {
    /// Blood pressure before, during and after; `null` = not verified.
    #[schema(example = true)]
    pub blood_pressure: Option<bool>,
    /// Heart rate; `null` = not verified.
    pub heart_rate: Option<bool>,
    /// Oxygen saturation; `null` = not verified.
    pub oxygen: Option<bool>,
}

/// A great-circle distance.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct Distance {
    /// Metres.
    #[schema(example = 4021.7)]
    pub m: f64,
    /// Miles.
    #[schema(example = 2.499)]
    pub mi: f64,
}

impl Distance {
    /// A distance in metres, rounded as answers round it: to a decimetre and a thousandth mile.
    #[must_use]
    pub fn of(m: f64) -> Self {
        let mi = m / METRES_PER_MILE;
        Self { m: (m * 10.0).round() / 10.0, mi: (mi * 1_000.0).round() / 1_000.0 }
    }
}

/// What a whole first course costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourseCostSummary {
    /// How much is known.
    pub state: CostState,
    /// US cents, the lower end; `null` = not published.
    #[schema(example = 285000)]
    pub min_cents: Option<i64>,
    /// US cents, the upper end; `null` = not published.
    #[schema(example = 285000)]
    pub max_cents: Option<i64>,
    /// The route that it is for; `null` = not published.
    pub route: Option<Route>,
    /// Sessions counted; `null` = not published.
    #[schema(example = 6)]
    pub sessions: Option<u8>,
    /// True where the clinic does not say how many sessions a course has.
    pub sessions_assumed: bool,
}

/// What one payer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoverageItem {
    /// The payer's name; `null` = not named.
    pub payer: Option<String>,
    /// The product it is about; `null` = not said.
    pub product: Option<Product>,
    /// What the payer does.
    pub stance: CoverageStance,
}

/// A credential that is valid today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CredentialItem {
    /// Which one.
    pub code: CredentialCode,
    /// What it is worth; only tier A can make a clinic accredited.
    pub tier: CredentialTier,
    /// Its last day; `null` = not known.
    pub expires_on: Option<NaiveDate>,
}

/// The safety status of a clinic, with what decided it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Safety {
    /// The status.
    pub status: SafetyStatus,
    /// The status in the rulebook's words.
    #[schema(example = "We could not verify key safety facts")]
    pub text: String,
    /// True where facts are missing for a supervised label and every one of them was never
    /// asked: the directory has not looked yet, which says nothing about the clinic.
    pub never_asked: bool,
    /// The oldest observation among the facts that decided a supervised label; else `null`.
    pub verified_on: Option<NaiveDate>,
    /// Who says so: the evidence tiers of the facts that were read, strongest first.
    pub evidence_tiers: Vec<Tier>,
    /// How many rules ended how.
    pub counts: Counts,
    /// At most five reasons, worst first.
    pub reasons: Vec<Reason>,
    /// How many reasons were left out.
    pub reasons_more: u32,
}

/// One reason for a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The rule.
    #[schema(example = "KTS-033")]
    pub rule: String,
    /// `triggered` or `undetermined`.
    pub outcome: Outcome,
    /// How serious the rule is.
    pub severity: Severity,
    /// The facts that an undetermined rule waits for, by their names in the vocabulary. Empty
    /// for a triggered rule, and where only the law behind it is not confirmed for the date.
    #[schema(example = json!(["site.clinician_present_during_dosing"]))]
    pub missing: Vec<String>,
    /// In plain words.
    pub text: String,
}

/// Where to read on about a clinic.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClinicLinks {
    /// The clinic itself.
    #[serde(rename = "self")]
    pub this: String,
}

impl From<&CourseCost> for CourseCostSummary {
    fn from(cost: &CourseCost) -> Self {
        let known = cost.state != CostState::Unpublished;
        Self {
            state: cost.state,
            min_cents: cost.min_cents,
            max_cents: cost.max_cents,
            route: cost.route,
            sessions: known.then_some(cost.sessions),
            sessions_assumed: cost.sessions_assumed,
        }
    }
}
