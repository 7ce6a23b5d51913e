//! The editorial life of a listing: which state follows which, and what people have decided
//! about it that no file undoes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ListingState, place::Address, provider::Origin};

/// A step of a listing from one state to another.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Hand a draft in.
    Submit,
    /// Begin to look at what was handed in.
    Take,
    /// Make it public.
    Publish,
    /// Send it back to be mended.
    Return,
    /// Take it off the public pages for a time.
    Suspend,
    /// Look again at what was suspended.
    Resume,
    /// Take it off for good.
    Delist,
    /// Make it part of another listing.
    Merge,
    /// Undo that.
    Unmerge,
}

impl Verb {
    /// Every step.
    pub const ALL: [Self; 9] = [
        Self::Submit,
        Self::Take,
        Self::Publish,
        Self::Return,
        Self::Suspend,
        Self::Resume,
        Self::Delist,
        Self::Merge,
        Self::Unmerge,
    ];

    /// The word in addresses and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Take => "take",
            Self::Publish => "publish",
            Self::Return => "return",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Delist => "delist",
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == text)
    }

    /// Where the step leads from a state; `None` where it is not possible. A merge that is
    /// undone leads back to where it came from, or to review where that is not known.
    #[must_use]
    pub const fn from(self, state: ListingState) -> Option<ListingState> {
        use ListingState::{Delisted, Draft, InReview, Merged, Published, Submitted, Suspended};
        match (self, state) {
            (Self::Submit, Draft) => Some(Submitted),
            (Self::Take, Submitted) | (Self::Resume, Suspended) | (Self::Unmerge, Merged) => {
                Some(InReview)
            }
            (Self::Publish, InReview) => Some(Published),
            (Self::Return, InReview) => Some(Draft),
            (Self::Suspend, Published) => Some(Suspended),
            (Self::Delist, Draft | Submitted | InReview | Published | Suspended | Merged) => {
                Some(Delisted)
            }
            (Self::Merge, Draft | Submitted | InReview | Published | Suspended) => Some(Merged),
            _ => None,
        }
    }

    /// The steps that are possible from a state.
    pub fn possible(state: ListingState) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |verb| verb.from(state).is_some())
    }
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What makes a listing wait for a person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Nothing but the provider says that the site is at its address.
    Address,
    /// Another listing has the same phone.
    Phone,
    /// Another listing has the same web address.
    Domain,
    /// Another listing has the same national provider identifier.
    Npi,
    /// Another listing names the same prescriber.
    Prescriber,
    /// Another listing is at the same street address and suite.
    Suite,
}

impl HoldKind {
    /// The wire value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Domain => "domain",
            Self::Npi => "npi",
            Self::Prescriber => "prescriber",
            Self::Suite => "suite",
        }
    }
}

/// A hold that a person has looked at and let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// What was shared.
    pub kind: HoldKind,
    /// The shared value.
    pub key: String,
    /// The listings that shared it then. One that comes later holds the listing again.
    pub with: Vec<Uuid>,
    /// The day of the release.
    pub on: NaiveDate,
}

/// Where a site of a merged listing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteMove {
    /// The site of the merged listing.
    pub from: Uuid,
    /// The site of the survivor that it is; `null` = none, so that the old address is gone.
    pub to: Option<Uuid>,
}

/// What undoes a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Merger {
    /// The state before the merge.
    pub state: ListingState,
    /// The listing's version that the merge made: a later one has changed in between.
    pub version: i64,
    /// Where the sites went.
    pub sites: Vec<SiteMove>,
}

/// What people have decided about a provider, beside its profile and items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProviderEditorial {
    /// The fields of the profile that a person has set; no file changes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Holds that were let go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releases: Vec<Release>,
    /// What undoes its merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merger: Option<Merger>,
}

/// What people have decided about a site, beside its profile and items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SiteEditorial {
    /// Who named the site first; absent = a file. A person's site stays when files are silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Origin>,
    /// Who withdrew the site; absent = a file. What a person withdrew no file brings back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<Origin>,
    /// The fields of the profile that a person has set; no file changes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// What confirms its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_confirmed: Option<AddressConfirmed>,
}

/// A verifier has seen evidence, not the provider's own, that the site is at its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressConfirmed {
    /// The position of the evidence in the provider's list.
    pub evidence: u32,
    /// The day on which it was confirmed.
    pub on: NaiveDate,
    /// The address that was confirmed: once the site's is another, this says nothing.
    pub address: Address,
}

/// True where a value is its default, so that it need not be written down.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
