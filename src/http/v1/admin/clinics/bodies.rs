//! The bodies of changes. What is said of a listing is read as a row of a provider file is, so
//! that its mistakes are told in the same words; here it is only taken apart.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::editorial::Line,
    domain::{
        editorial::{HoldKind, SiteMove},
        offer::{Coverage, Credential, Payment, Price},
        provider::{Evidence, Statement},
    },
};

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// A code in snake_case.
    #[schema(example = "routine", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// In your own words.
    #[serde(default)]
    #[schema(example = "All facts have evidence.", max_length = 2000)]
    pub reason: String,
}

/// A new listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewListing {
    /// A code in snake_case.
    #[schema(example = "new_clinic", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "Named in a letter.", max_length = 2000)]
    pub reason: String,
    /// The listing, as a line of the provider file states it. It is a draft, whatever it says.
    #[schema(value_type = Line)]
    pub listing: Value,
}

/// A change of profiles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingPatch {
    /// A code in snake_case.
    #[schema(example = "correction", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "The clinic has a new phone.", max_length = 2000)]
    pub reason: String,
    /// A merge patch (RFC 7396) of the provider's profile: what is absent stays, null is taken
    /// back, anything else is set.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"website": null, "phone": "+12025550142"}))]
    pub profile: Map<String, Value>,
    /// A merge patch of each site's profile, by the site's id or source key. Null withdraws a
    /// site, a patch brings a withdrawn one back, a key that no site has adds one.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"P001-1": {"wait_days": 14}}))]
    pub sites: Map<String, Value>,
}

/// Items to be added and taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChanges {
    /// A code in snake_case.
    #[schema(example = "evidence_found", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "The state's register names the place.", max_length = 2000)]
    pub reason: String,
    /// New evidence. It comes behind the evidence that the listing has, and items name it by
    /// its position in the whole list, from 0.
    #[serde(default)]
    #[schema(value_type = Vec<Evidence>, required = false)]
    pub evidence: Vec<Value>,
    /// New statements about the provider.
    #[serde(default)]
    #[schema(value_type = Vec<Statement>, required = false)]
    pub facts: Vec<Value>,
    /// New prices that name no site.
    #[serde(default)]
    #[schema(value_type = Vec<Price>, required = false)]
    pub prices: Vec<Value>,
    /// New ways to pay.
    #[serde(default)]
    #[schema(value_type = Vec<Payment>, required = false)]
    pub payments: Vec<Value>,
    /// New statements of what payers do.
    #[serde(default)]
    #[schema(value_type = Vec<Coverage>, required = false)]
    pub coverage: Vec<Value>,
    /// New items of sites, by the site's id.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, SiteItems>, required = false)]
    pub sites: Map<String, Value>,
    /// The numbers (`n`) of items to be taken back.
    #[serde(default)]
    #[schema(required = false, example = json!([12]))]
    pub withdraw: Vec<u32>,
}

/// Items to be added to a site.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is read as a part of a row")]
pub struct SiteItems {
    /// New statements about the site.
    #[schema(required = false)]
    facts: Vec<Statement>,
    /// New prices of the site.
    #[schema(required = false)]
    prices: Vec<Price>,
    /// New credentials of the site.
    #[schema(required = false)]
    credentials: Vec<Credential>,
}

impl ItemChanges {
    /// The lists that say something.
    pub(super) fn added(&mut self) -> Map<String, Value> {
        let lists = [
            ("evidence", &mut self.evidence),
            ("facts", &mut self.facts),
            ("prices", &mut self.prices),
            ("payments", &mut self.payments),
            ("coverage", &mut self.coverage),
        ];
        let said = lists.into_iter().filter(|(_, items)| !items.is_empty());
        let mut added: Map<String, Value> = said
            .map(|(name, items)| (name.to_owned(), Value::Array(std::mem::take(items))))
            .collect();
        if !self.sites.is_empty() {
            added.insert("sites".into(), Value::Object(std::mem::take(&mut self.sites)));
        }
        added
    }
}

/// A hold to be let go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRelease {
    /// A code in snake_case.
    #[schema(example = "same_group", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[schema(example = "Two clinics of one group.", min_length = 1, max_length = 2000)]
    pub reason: String,
    /// What is shared.
    pub kind: HoldKind,
    /// The shared value, as the hold names it.
    #[schema(example = "+12025550142")]
    pub key: String,
}

/// An address to be confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressConfirmation {
    /// A code in snake_case.
    #[schema(example = "register", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "The state's register has the same suite.", max_length = 2000)]
    pub reason: String,
    /// The site's id.
    pub site: Uuid,
    /// The position in the listing's list of the evidence that confirms it, from 0. It must not
    /// be the provider's own word (E2, E3), a user's report (E6) or a phone call.
    #[schema(example = 2)]
    pub evidence: u32,
}

/// Where a duplicate goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingMerge {
    /// A code in snake_case.
    #[schema(example = "duplicate", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "Imported twice under two names.", max_length = 2000)]
    pub reason: String,
    /// The listing that stays: its id, or that of one of its sites.
    pub survivor: Uuid,
    /// Where each of the duplicate's sites goes.
    #[serde(default)]
    pub sites: Vec<SiteMove>,
}

/// Listings to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// A code in snake_case.
    #[schema(example = "import_reviewed", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    pub reason_code: String,
    /// Why, in your own words.
    #[serde(default)]
    #[schema(example = "The import of November.", max_length = 2000)]
    pub reason: String,
    /// The listings, 1 to 200.
    #[schema(min_items = 1, max_items = 200)]
    pub ids: Vec<Uuid>,
    /// The digest of what was shown; absent = show it, and write nothing.
    #[serde(default)]
    #[schema(
        nullable = false,
        example = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
    )]
    pub digest: Option<String>,
}
