//! A flag: a critical finding as a matter with a life of its own.
//!
//! What is stored is what people and the clock did; deadlines are computed from it. Source of
//! the steps and of every number of days: the rulebook, "Due process".

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{FlagState, offer, workdays};

/// Business days between a delivered notice and the first day of display.
pub const NOTICE_DAYS: u8 = 10;
/// Days after publication within which the provider may appeal.
pub const APPEAL_DAYS: u64 = 30;
/// Business days in which an appeal is answered.
pub const ANSWER_DAYS: u8 = 15;
/// Business days for which display may be suspended, once.
pub const SUSPENSION_DAYS: u8 = 5;
/// Days for which a flag may rest on a capture of a website.
pub const CAPTURE_DAYS: u64 = 180;
/// The longest reply, in characters.
pub const REPLY_CHARS: usize = 2_000;

/// A flag as the store keeps it. Only rule and state are always there: a made-up provider's
/// file says no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FlagCase)]
pub struct Flag {
    /// The rule's id.
    pub rule: String,
    /// The rule's version at the time of the proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_version: Option<u32>,
    /// Where it stands, as was last recorded; see [`Flag::state_on`].
    pub state: FlagState,
    /// Whom it is about: ids of sites, and the provider's own; empty = everyone of the provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Uuid>,
    /// The statements that the finding rests on, by their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<u32>,
    /// SHA-256 over those statements with their evidence, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
    /// It rests on an official act, which may be shown at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub official_act: bool,
    /// The day on which the engine proposed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_on: Option<NaiveDate>,
    /// The day on which the provider was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<NaiveDate>,
    /// How it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The day of the provider's first reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<NaiveDate>,
    /// The provider's reply, unedited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// SHA-256 of the documents that came by the provider's link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// The provider says that someone else is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_claim: Option<Claim>,
    /// The day on which it became public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_on: Option<NaiveDate>,
    /// The last day on which its evidence counts, as of the day of publication or of the last
    /// look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
    /// The provider's appeal; there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<Appeal>,
    /// The one time that display was suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// The day on which it was cleared, dismissed or expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
    /// Who decided what; for administrators only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// Grows when the provider's link is made anew, so that older ones end.
    #[serde(default)]
    pub link: u32,
}

/// A written notice to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// How it was sent.
    #[schema(example = "certified mail", min_length = 1, max_length = 100)]
    pub method: String,
    /// The number or address that proves it.
    #[schema(example = "9407 3000 0000 0000 0000 00", min_length = 1, max_length = 200)]
    pub reference: String,
    /// The day on which it was delivered; null = not recorded yet. The days run from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_on: Option<NaiveDate>,
}

/// Something that the provider says, with the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Claim {
    /// The day.
    pub on: NaiveDate,
    /// In its own words.
    pub text: String,
    /// SHA-256 of the documents that back it; files of `/v1/admin/evidence/files`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub documents: Vec<String>,
}

/// An appeal and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Appeal {
    /// The day on which it came in.
    pub on: NaiveDate,
    /// Why, in the provider's own words.
    pub text: String,
    /// The day of the decision; absent = none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<NaiveDate>,
    /// The answer to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A time without display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Suspension {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
}

/// A person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// The person's id.
    pub by: String,
    /// What was decided.
    #[schema(example = "notify")]
    pub what: String,
    /// The day.
    pub on: NaiveDate,
}

impl From<offer::Flag> for Flag {
    fn from(line: offer::Flag) -> Self {
        let mut flag = Self::proposed(line.rule);
        flag.state = line.state;
        flag.notified_on = line.notified_on;
        flag.published_on = line.published_on;
        flag.closed_on = line.closed_on;
        flag.reply = line.reply;
        flag
    }
}

impl From<&Flag> for offer::Flag {
    fn from(flag: &Flag) -> Self {
        Self {
            rule: flag.rule.clone(),
            state: flag.state,
            notified_on: flag.notified_on,
            published_on: flag.published_on,
            closed_on: flag.closed_on,
            reply: flag.reply.clone(),
        }
    }
}

impl Flag {
    /// A flag about which nobody has decided.
    #[must_use]
    pub const fn proposed(rule: String) -> Self {
        Self {
            rule,
            rule_version: None,
            state: FlagState::Proposed,
            about: Vec::new(),
            rests_on: Vec::new(),
            evidence_sha256: None,
            official_act: false,
            proposed_on: None,
            notified_on: None,
            notice: None,
            answered_on: None,
            reply: None,
            documents: Vec::new(),
            identity_claim: None,
            published_on: None,
            expires_on: None,
            appeal: None,
            suspension: None,
            closed_on: None,
            decisions: Vec::new(),
            link: 0,
        }
    }

    /// Where it stands on a day: evidence expires and suspensions end by the clock alone.
    #[must_use]
    pub fn state_on(&self, day: NaiveDate) -> FlagState {
        let mut state = self.state;
        if state == FlagState::DisplaySuspended
            && self.suspension.as_ref().is_some_and(|time| day > time.until)
        {
            state = self.displayed();
        }
        let shown = matches!(state, FlagState::Published | FlagState::Appealed);
        if shown && self.expires_on.is_some_and(|last| day > last) {
            return FlagState::Expired;
        }
        state
    }

    /// The state of a flag that is on display: with an open appeal, or without.
    #[must_use]
    pub fn displayed(&self) -> FlagState {
        match &self.appeal {
            Some(appeal) if appeal.decided_on.is_none() => FlagState::Appealed,
            _ => FlagState::Published,
        }
    }

    /// True while something can still become of it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, FlagState::Cleared | FlagState::Dismissed | FlagState::Expired)
    }

    /// True once anyone may know of it: it is, or once was, on display.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        match self.state {
            FlagState::Published | FlagState::Appealed | FlagState::DisplaySuspended => true,
            FlagState::Cleared | FlagState::Expired => self.published_on.is_some(),
            FlagState::Proposed
            | FlagState::Notified
            | FlagState::Answered
            | FlagState::Dismissed => false,
        }
    }

    /// True where it speaks of this site, or of the provider by its id.
    #[must_use]
    pub fn is_about(&self, subject: Uuid) -> bool {
        self.about.is_empty() || self.about.contains(&subject)
    }

    /// The provider's last day to answer before the flag may be shown; none while no delivery
    /// is recorded.
    #[must_use]
    pub fn respond_by(&self) -> Option<NaiveDate> {
        let delivered = self.notice.as_ref()?.delivered_on?;
        Some(workdays::after(delivered, NOTICE_DAYS))
    }

    /// The last day on which the provider may appeal; none before publication.
    #[must_use]
    pub fn appeal_by(&self) -> Option<NaiveDate> {
        self.published_on?.checked_add_days(Days::new(APPEAL_DAYS))
    }

    /// The last day for the answer to an open appeal.
    #[must_use]
    pub fn answer_by(&self) -> Option<NaiveDate> {
        let appeal = self.appeal.as_ref().filter(|appeal| appeal.decided_on.is_none())?;
        Some(workdays::after(appeal.on, ANSWER_DAYS))
    }

    /// True where this person has decided about it before.
    #[must_use]
    pub fn decided_by(&self, person: &str) -> bool {
        self.decisions.iter().any(|decision| decision.by == person)
    }
}
