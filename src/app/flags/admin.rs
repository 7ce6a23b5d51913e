//! Flags as the people who decide them see them: everything, with deadlines and what is left
//! to do.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    FlagError, FlagId,
    engine::{Look, statements_of},
    flag_of,
};
use crate::{
    app::{
        App,
        answer::{FlagEvidence, FlagSource, ProviderRef},
        cursor::CursorError,
    },
    domain::{
        FlagState, ListingState,
        flag::{Appeal, Claim, Decision, Flag, Notice, Suspension},
        provider::{Kept, Provider},
    },
    rules::Lang,
    store,
};

/// A flag with everything that is known about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminFlag {
    /// The flag's id.
    #[schema(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11.12")]
    pub id: String,
    /// The provider.
    pub provider: ProviderRef,
    /// Where the listing is in its editorial life.
    pub listing_state: ListingState,
    /// The rule.
    #[schema(example = "KTS-001")]
    pub rule: String,
    /// The rule's version; `null` = not recorded.
    pub rule_version: Option<u32>,
    /// What the finding says, in plain words.
    pub message: String,
    /// What clears the finding.
    pub clears_when: String,
    /// Where it stands today.
    pub state: FlagState,
    /// The clinics that it is about; empty = all of the provider's, or the provider itself.
    pub clinics: Vec<Uuid>,
    /// True where it rests on an official act and may be shown at once.
    pub official_act: bool,
    /// What it rests on.
    pub evidence: Vec<FlagEvidence>,
    /// SHA-256 over that; `null` = not recorded.
    pub evidence_sha256: Option<String>,
    /// True while the finding holds on today's evidence.
    pub holds: bool,
    /// The day of the proposal; `null` = not recorded.
    pub proposed_on: Option<NaiveDate>,
    /// The day on which the provider was told; `null` = it was not.
    pub notified_on: Option<NaiveDate>,
    /// How it was told; `null` = not recorded.
    pub notice: Option<Notice>,
    /// The provider's last day to answer before display; `null` = the days do not run.
    pub respond_by: Option<NaiveDate>,
    /// The first day on which it may be published; `null` = not yet known.
    pub publish_from: Option<NaiveDate>,
    /// The day of the first reply; `null` = none.
    pub answered_on: Option<NaiveDate>,
    /// The provider's reply, unedited; `null` = none.
    pub reply: Option<String>,
    /// The provider says that someone else is meant; `null` = it does not.
    pub identity_claim: Option<Claim>,
    /// SHA-256 of the documents that came by its link; files of `/v1/admin/evidence/files`.
    pub documents: Vec<String>,
    /// The day on which it became public; `null` = it never was.
    pub published_on: Option<NaiveDate>,
    /// The last day on which its evidence counts; `null` = not recorded.
    pub expires_on: Option<NaiveDate>,
    /// The last day for an appeal; `null` before publication.
    pub appeal_by: Option<NaiveDate>,
    /// The appeal; `null` = none.
    pub appeal: Option<Appeal>,
    /// The last day for the answer to it; `null` = none is open.
    pub answer_by: Option<NaiveDate>,
    /// The one suspension of display; `null` = none.
    pub suspension: Option<Suspension>,
    /// The day on which it ended; `null` = it has not.
    pub closed_on: Option<NaiveDate>,
    /// Who decided what.
    pub decisions: Vec<Decision>,
    /// The day by which somebody must act next; `null` = nothing is due by a day.
    pub due_on: Option<NaiveDate>,
}

/// Which flags are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AdminFlagsRequest {
    /// In one of these states; empty = in any.
    pub states: Vec<FlagState>,
    /// Of one rule.
    pub rule: Option<String>,
    /// Of one provider.
    pub provider: Option<Uuid>,
    /// How many on the page.
    #[serde(skip)]
    pub limit: u16,
    /// Where the page before ended.
    #[serde(skip)]
    pub cursor: Option<String>,
}

/// A page of flags for those who decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminFlagsAnswer {
    /// The flags: what is due first comes first, then the oldest.
    pub data: Vec<AdminFlag>,
    /// How many there are.
    pub meta: AdminFlagsMeta,
}

/// What a page of flags rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminFlagsMeta {
    /// How many flags match, on all pages.
    pub total: u64,
    /// The civil date (UTC) on which deadlines were computed.
    pub as_of: NaiveDate,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A cursor that was refused.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The place of a flag in the queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    /// What has no day comes last.
    due_on: (bool, Option<NaiveDate>),
    proposed_on: Option<NaiveDate>,
    provider: Uuid,
    n: u32,
}

/// Providers that are read at once.
const BATCH: usize = 1_000;

/// Lists flags of every state, from the store.
///
/// # Errors
/// A refused cursor; a store that fails.
pub fn list(app: &App, request: &AdminFlagsRequest) -> Result<AdminFlagsAnswer, ListError> {
    let now = app.clock.now();
    let today = app.clock.today();
    let canonical = serde_json::to_vec(request).unwrap_or_default();
    let after = match &request.cursor {
        Some(cursor) => Some(app.cursors.open::<Key>(&canonical, cursor, now)?),
        None => None,
    };
    let mut found: Vec<Key> = Vec::new();
    let flagged: Vec<Uuid> = match request.provider {
        Some(id) => vec![id],
        None => app.seen().flagged.iter().copied().collect(),
    };
    for ids in flagged.chunks(BATCH) {
        for document in app.store.read(|reader| reader.documents(ids))? {
            let provider = document.provider()?;
            let kept = provider.flags.iter().filter(|kept| kept.stands());
            let wanted = kept.filter(|kept| request.wants(&kept.item, today));
            found.extend(wanted.map(|kept| Key::of(provider.id, kept, today)));
        }
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    found.retain(|key| after.as_ref().is_none_or(|after| key > after));
    found.sort_unstable();
    let limit = usize::from(request.limit);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next_cursor = last.and_then(|key| app.cursors.seal(&canonical, key, now));
    let mut data = Vec::with_capacity(found.len());
    for key in found {
        match one(app, FlagId { provider: key.provider, n: key.n }) {
            Ok(flag) => data.push(flag),
            Err(FlagError::Store(error)) => return Err(error.into()),
            // It was replaced in between.
            Err(_) => {}
        }
    }
    Ok(AdminFlagsAnswer { data, meta: AdminFlagsMeta { total, as_of: today, next_cursor } })
}

/// One flag.
///
/// # Errors
/// [`FlagError::Unknown`], or a store that fails.
pub fn one(app: &App, id: FlagId) -> Result<AdminFlag, FlagError> {
    let provider = app
        .store
        .read(|reader| reader.provider(id.provider))
        .map_err(FlagError::Store)?
        .ok_or(FlagError::Unknown)?;
    let kept = flag_of(&provider, id.n)?;
    Ok(AdminFlag::new(app, &provider, kept))
}

impl AdminFlagsRequest {
    fn wants(&self, flag: &Flag, today: NaiveDate) -> bool {
        (self.states.is_empty() || self.states.contains(&flag.state_on(today)))
            && self.rule.as_ref().is_none_or(|rule| *rule == flag.rule)
    }
}

impl Key {
    fn of(provider: Uuid, kept: &Kept<Flag>, today: NaiveDate) -> Self {
        let due_on = due_on(&kept.item, today);
        Self {
            due_on: (due_on.is_none(), due_on),
            proposed_on: kept.item.proposed_on,
            provider,
            n: kept.n,
        }
    }
}

/// The day by which somebody must act: an appeal to answer, a suspension to decide about, a
/// flag that may be published, evidence to renew.
fn due_on(flag: &Flag, today: NaiveDate) -> Option<NaiveDate> {
    match flag.state_on(today) {
        FlagState::Appealed => flag.answer_by(),
        FlagState::DisplaySuspended => flag.suspension.as_ref().map(|time| time.until),
        FlagState::Notified | FlagState::Answered => publish_from(flag),
        FlagState::Published => flag.expires_on,
        FlagState::Proposed => flag.proposed_on,
        FlagState::Cleared | FlagState::Dismissed | FlagState::Expired => None,
    }
}

/// The first day on which the flag may be published, as far as its notice says.
fn publish_from(flag: &Flag) -> Option<NaiveDate> {
    if flag.official_act && flag.notice.is_some() {
        return flag.notified_on;
    }
    flag.respond_by()?.succ_opt()
}

impl AdminFlag {
    fn new(app: &App, provider: &Provider, kept: &Kept<Flag>) -> Self {
        let flag = kept.item.clone();
        let today = app.clock.today();
        let rule = app.rulebook.rule(&flag.rule).map(|(_, rule)| rule);
        let ground = Look::new(&app.rulebook, provider, today).ground(&flag);
        let rests_on = match ground.as_ref() {
            Some(ground) if flag.rests_on.is_empty() => &ground.statements,
            _ => &flag.rests_on,
        };
        let state = flag.state_on(today);
        let open = matches!(state, FlagState::Notified | FlagState::Answered);
        Self {
            id: FlagId { provider: provider.id, n: kept.n }.to_string(),
            provider: ProviderRef {
                id: provider.id,
                slug: provider.slug.clone(),
                name: provider.profile.name.clone(),
            },
            listing_state: provider.listing_state,
            rule: flag.rule.clone(),
            rule_version: flag.rule_version,
            message: rule.map_or_else(String::new, |rule| rule.plain.en.clone()),
            clears_when: rule.map_or_else(String::new, |rule| rule.clears_when.clone()),
            state,
            clinics: flag.about.iter().copied().filter(|id| *id != provider.id).collect(),
            official_act: flag.official_act,
            evidence: evidence(app, provider, rests_on),
            holds: ground.is_some(),
            respond_by: flag.respond_by(),
            publish_from: publish_from(&flag).filter(|_| open),
            appeal_by: flag.appeal_by(),
            answer_by: flag.answer_by(),
            due_on: due_on(&flag, today),
            evidence_sha256: flag.evidence_sha256,
            proposed_on: flag.proposed_on,
            notified_on: flag.notified_on,
            notice: flag.notice,
            answered_on: flag.answered_on,
            reply: flag.reply,
            identity_claim: flag.identity_claim,
            documents: flag.documents,
            published_on: flag.published_on,
            expires_on: flag.expires_on,
            appeal: flag.appeal,
            suspension: flag.suspension,
            closed_on: flag.closed_on,
            decisions: flag.decisions,
        }
    }
}

/// Statements with their evidence, for the people concerned: nothing is withheld from them.
pub(super) fn evidence(app: &App, provider: &Provider, numbers: &[u32]) -> Vec<FlagEvidence> {
    statements_of(provider, numbers)
        .filter_map(|kept| {
            let item = &kept.item;
            let cited = &item.evidence;
            let spec = app.rulebook.vocabulary().named(&item.name)?;
            Some(FlagEvidence {
                fact: item.name.clone(),
                label: spec.label.text(Lang::En).to_owned(),
                value: item.value.clone()?,
                tier: provider.strongest_tier(cited),
                observed_on: item.observed_on.or_else(|| provider.newest_capture(cited)),
                sources: provider.cited(cited).map(FlagSource::from).collect(),
            })
        })
        .collect()
}
