//! What the catalog takes in for a clinic, and what it keeps of it.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{hours::WeeklyHours, packed::Packed};
use crate::domain::{
    Accepting, CredentialCode, CredentialTier, Indication, PaymentCode, Route, SafetyStatus,
    UsState, place::LatLon,
};

/// The one class that a published listing belongs to, in order of precedence: a listing is
/// in the first that holds. Views are sets of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListingClass {
    /// The site is closed for good; in no view.
    Closed,
    /// Known to give no doses on site; in no view.
    NoDosingOnSite,
    /// Neither ketamine nor esketamine is offered.
    OutOfScope,
    /// Flagged.
    Flagged,
    /// Key safety facts could not be verified.
    InsufficientInformation,
    /// Caution.
    Caution,
    /// Supervised, but not accredited.
    NotAccredited,
    /// Supervised and accredited.
    Accredited,
}

impl ListingClass {
    /// Every class, in order of precedence.
    pub const ALL: [Self; 8] = [
        Self::Closed,
        Self::NoDosingOnSite,
        Self::OutOfScope,
        Self::Flagged,
        Self::InsufficientInformation,
        Self::Caution,
        Self::NotAccredited,
        Self::Accredited,
    ];

    /// The class's place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::NoDosingOnSite => 1,
            Self::OutOfScope => 2,
            Self::Flagged => 3,
            Self::InsufficientInformation => 4,
            Self::Caution => 5,
            Self::NotAccredited => 6,
            Self::Accredited => 7,
        }
    }

    /// The name under which `meta.left_out` counts the class.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NoDosingOnSite => "no_dosing_on_site",
            Self::OutOfScope => "out_of_scope",
            Self::Flagged => "flagged",
            Self::InsufficientInformation => "insufficient_information",
            Self::Caution => "caution",
            Self::NotAccredited => "not_accredited",
            Self::Accredited => "accredited",
        }
    }
}

/// Members that are known, and whether they are all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenSet<T> {
    /// The members that are known.
    pub items: Vec<T>,
    /// True when there are no others; else a member that is not here is unknown.
    pub complete: bool,
}

/// A search item, serialised once, with the place where its distance belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplicedItem {
    /// The bytes of the item without its distance.
    pub bytes: Vec<u8>,
    /// How many bytes come before the distance, at most `bytes.len()`.
    pub splice_at: usize,
}

/// One published clinic as the catalog takes it in. A list that is `None` is unknown; a
/// stated list without a value says that the value does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingRecord {
    /// The site's id.
    pub id: Uuid,
    /// The provider's id.
    pub provider: Uuid,
    /// Name in addresses, unique among listings.
    pub slug: String,
    /// Display name; `sort=name` orders by its folded form.
    pub name: String,
    /// Other texts under which a name search finds it: the provider's name and aliases.
    pub other_names: Vec<String>,
    /// Where it is, in degrees; `None` keeps it out of every search by distance or box.
    pub point: Option<LatLon>,
    /// The state of its address.
    pub state: Option<UsState>,
    /// The class that decides in which views it is.
    pub class: ListingClass,
    /// Its safety status.
    pub status: SafetyStatus,
    /// Routes given on site.
    pub routes: OpenSet<Route>,
    /// What is treated.
    pub indications: Option<Vec<Indication>>,
    /// Ways to pay.
    pub payments: Option<Vec<PaymentCode>>,
    /// Languages, BCP 47; a search for `en` also finds `en-US`.
    pub languages: Option<Vec<String>>,
    /// Payers that cover it in network, out of network or case by case; case is folded here.
    pub payers: Option<Vec<String>>,
    /// Credentials that count today.
    pub credentials: Option<Vec<CredentialCode>>,
    /// Tiers of the credentials that count today.
    pub credential_tiers: Option<Vec<CredentialTier>>,
    /// Whether new patients are taken.
    pub accepting: Option<Accepting>,
    /// Whether integration therapy is offered.
    pub integration: Option<bool>,
    /// Whether there is follow-up.
    pub follow_up: Option<bool>,
    /// Lowest price of a session in US cents.
    pub session_min_cents: Option<u32>,
    /// Lowest complete course cost in US cents; "at least" and unpublished are `None`.
    pub course_min_cents: Option<u32>,
    /// `safety.verified_on`.
    pub verified_on: Option<NaiveDate>,
    /// `last_checked_on`; kept with the listing, in no index.
    pub last_checked_on: Option<NaiveDate>,
    /// Opening hours.
    pub hours: Option<WeeklyHours>,
    /// The days on which everything here is as it is on the day it was drawn for.
    pub steady: RangeInclusive<NaiveDate>,
    /// The search item.
    pub item: SplicedItem,
    /// The detail answer's bytes, compressed as the caller likes.
    pub detail: Vec<u8>,
}

/// What the catalog keeps of a clinic apart from its indexed values.
#[derive(Debug)]
pub struct Listing {
    id: Uuid,
    provider: Uuid,
    state: Option<UsState>,
    verified_on: Option<NaiveDate>,
    last_checked_on: Option<NaiveDate>,
    /// Slug, name, item before and after its distance, detail.
    parts: Packed,
}

impl Listing {
    /// Packs what is kept into one allocation.
    pub(super) fn new(record: &ListingRecord) -> Self {
        let item = &record.item;
        let (head, tail) =
            item.bytes.split_at_checked(item.splice_at).unwrap_or((item.bytes.as_slice(), &[]));
        let parts = [record.slug.as_bytes(), record.name.as_bytes(), head, tail, &record.detail];
        Self {
            id: record.id,
            provider: record.provider,
            state: record.state,
            verified_on: record.verified_on,
            last_checked_on: record.last_checked_on,
            parts: Packed::new(parts.into_iter()),
        }
    }

    /// The site's id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The provider's id.
    #[must_use]
    pub const fn provider(&self) -> Uuid {
        self.provider
    }

    /// The state of its address.
    #[must_use]
    pub const fn state(&self) -> Option<UsState> {
        self.state
    }

    /// `safety.verified_on`.
    #[must_use]
    pub const fn verified_on(&self) -> Option<NaiveDate> {
        self.verified_on
    }

    /// `last_checked_on`.
    #[must_use]
    pub const fn last_checked_on(&self) -> Option<NaiveDate> {
        self.last_checked_on
    }

    /// Name in addresses.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.parts.text(0)
    }

    /// Display name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts.text(1)
    }

    /// The search item's bytes before and after its distance.
    #[must_use]
    pub fn item(&self) -> (&[u8], &[u8]) {
        (self.parts.part(2), self.parts.part(3))
    }

    /// The detail's bytes, as they were handed in.
    #[must_use]
    pub fn detail(&self) -> &[u8] {
        self.parts.part(4)
    }

    /// Bytes that this listing takes, its own allocation included.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.parts.memory()
    }
}
