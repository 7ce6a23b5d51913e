//! What a provider does by its link: reply, say that someone else is meant, appeal. No account.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    FlagError, FlagId,
    admin::evidence,
    decide::{appeal, suspend},
    documents, flag_of, provider_in, replace,
};
use crate::{
    app::{
        App,
        answer::{FlagEvidence, ProviderRef},
        links::{LinkError, Purpose},
    },
    domain::{
        FlagState,
        flag::{Appeal, Claim, Flag, Notice, REPLY_CHARS, Suspension},
        provider::Provider,
    },
    rules::Citation,
    store::{Action, Actor, ActorKind, Reason},
};

/// How long a link serves: longer than notice, publication and appeal take together.
const LASTS: TimeDelta = TimeDelta::days(365);

/// What a reply link names.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Named {
    /// The provider.
    pub provider: Uuid,
    /// The flag's number within it.
    pub flag: u32,
    link: u32,
}

impl Named {
    /// The flag's id in the API.
    pub const fn id(self) -> FlagId {
        FlagId { provider: self.provider, n: self.flag }
    }
}

/// The token of the link that a provider answers by.
///
/// # Errors
/// [`FlagError::Unknown`]; [`FlagError::Refused`] before the provider is told.
pub fn link(app: &App, id: FlagId) -> Result<String, FlagError> {
    let provider = app.store.read(|reader| reader.provider(id.provider))?;
    let provider = provider.ok_or(FlagError::Unknown)?;
    let flag = &flag_of(&provider, id.n)?.item;
    if flag.notified_on.is_none() {
        return Err(FlagError::refused("the provider was not told; `notify` makes the link"));
    }
    let named = Named { provider: id.provider, flag: id.n, link: flag.link };
    app.links
        .seal(Purpose::Reply, &named, app.clock.now(), LASTS)
        .ok_or_else(|| FlagError::refused("the link could not be made"))
}

/// What a provider is told by its link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplyView {
    /// Who is meant.
    pub provider: ProviderRef,
    /// The rule.
    #[schema(example = "KTS-001")]
    pub rule: String,
    /// The rule's version; `null` = not recorded.
    pub rule_version: Option<u32>,
    /// The rule in one line.
    pub title: String,
    /// What the finding says.
    pub message: String,
    /// The same in plain words.
    pub plain: String,
    /// Why the rule exists.
    pub rationale: String,
    /// The sources that the rule rests on.
    pub citations: Vec<Citation>,
    /// What clears the finding.
    pub clears_when: String,
    /// The facts that the finding rests on, with copies of the evidence.
    pub evidence: Vec<FlagEvidence>,
    /// Where it stands today.
    pub state: FlagState,
    /// The day on which the notice was recorded; `null` = not recorded.
    pub notified_on: Option<NaiveDate>,
    /// The notice; `null` = not recorded.
    pub notice: Option<Notice>,
    /// The last day to answer before it can be shown; `null` = the days do not run.
    pub respond_by: Option<NaiveDate>,
    /// The day on which it became public; `null` = it is not.
    pub published_on: Option<NaiveDate>,
    /// The last day for an appeal; `null` = there is no such day.
    pub appeal_by: Option<NaiveDate>,
    /// The last day for our answer to an appeal; `null` = none is open.
    pub answer_by: Option<NaiveDate>,
    /// The last day on which the evidence counts; `null` = not recorded.
    pub expires_on: Option<NaiveDate>,
    /// The day on which it ended; `null` = it has not.
    pub closed_on: Option<NaiveDate>,
    /// The reply that is shown beside it; `null` = none.
    pub reply: Option<String>,
    /// The claim that someone else is meant; `null` = none.
    pub identity_claim: Option<Claim>,
    /// SHA-256 of the documents that came by this link; a claim names those that back it.
    pub documents: Vec<String>,
    /// The suspension of display; `null` = none.
    pub suspension: Option<Suspension>,
    /// The appeal and our answer; `null` = none.
    pub appeal: Option<Appeal>,
    /// What can be sent now.
    pub may: Vec<Kind>,
    /// What happens next, in words.
    pub next: String,
}

/// What a provider sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplyKind)]
pub enum Kind {
    /// A reply, shown unedited beside the finding; a later one takes its place.
    Reply,
    /// Someone else is meant: the finding is taken from view at once, one time.
    IdentityError,
    /// An appeal, decided by a person who has not decided before.
    Appeal,
}

/// What a provider sends by its link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplyBody)]
pub struct Reply {
    /// What it is.
    pub kind: Kind,
    /// In the provider's own words; 1 to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000, example = "We changed this in October.")]
    pub text: String,
    /// SHA-256 of documents that were sent by this link and back the claim that someone else is
    /// meant.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub documents: Vec<String>,
}

/// Shows what a link is about.
///
/// # Errors
/// [`FlagError::Link`], [`FlagError::Unknown`], or a store that fails.
pub fn view(app: &App, token: &str) -> Result<ReplyView, FlagError> {
    let named = opened(app, token)?;
    let provider = app.store.read(|reader| reader.provider(named.provider))?;
    let provider = provider.ok_or(FlagError::Unknown)?;
    let flag = current(&provider, named)?;
    Ok(ReplyView::new(app, &provider, flag))
}

/// Takes what a provider sends. `deciders` is how many people may decide flags.
///
/// # Errors
/// As [`view`]; [`FlagError::Input`] for a text that cannot be taken; [`FlagError::Refused`]
/// where it is too late for it; [`FlagError::TooFewDeciders`] for an appeal.
pub fn send(
    app: &App,
    token: &str,
    reply: &Reply,
    deciders: usize,
) -> Result<ReplyView, FlagError> {
    let named = opened(app, token)?;
    let text = checked(&reply.text)?;
    let actor = Actor::new(ActorKind::Provider, named.id().to_string());
    let code = match reply.kind {
        Kind::Reply => "reply",
        Kind::IdentityError => "identity_error_claimed",
        Kind::Appeal => "appealed",
    };
    app.write(&actor, &Reason::new(code, ""), |tx| {
        let mut provider = provider_in(tx, named.provider)?;
        let mut flag = current(&provider, named)?.clone();
        let today = tx.at().date_naive();
        flag.state = flag.state_on(today);
        let may = may(&flag, today);
        if !may.contains(&reply.kind) {
            return Err(FlagError::refused("this cannot be sent any more, or not yet"));
        }
        backed(reply, &flag)?;
        match reply.kind {
            Kind::Reply => {
                flag.reply = Some(text.clone());
                flag.answered_on.get_or_insert(today);
                if flag.state == FlagState::Notified {
                    flag.state = FlagState::Answered;
                }
            }
            Kind::IdentityError => {
                let (text, documents) = (text.clone(), reply.documents.clone());
                flag.identity_claim = Some(Claim { on: today, text, documents });
                let shown = matches!(flag.state, FlagState::Published | FlagState::Appealed);
                if shown && flag.suspension.is_none() {
                    suspend(&mut flag, today)?;
                }
            }
            Kind::Appeal => appeal(&mut flag, &text, today, deciders)?,
        }
        replace(tx, &mut provider, named.flag, flag);
        Ok(tx.put_provider(Action::Answer, &provider)?)
    })?;
    view(app, token)
}

/// Documents back a claim alone, and each must have come by the link.
fn backed(reply: &Reply, flag: &Flag) -> Result<(), FlagError> {
    let input =
        |detail: &str| FlagError::Input { pointer: "/documents", detail: detail.to_owned() };
    if reply.kind != Kind::IdentityError && !reply.documents.is_empty() {
        return Err(input("documents back the claim that someone else is meant, and nothing else"));
    }
    let came = |sha256: &String| flag.documents.contains(sha256);
    if reply.documents.len() > documents::MOST || !reply.documents.iter().all(came) {
        return Err(input("no document with this SHA-256 was sent by this link"));
    }
    Ok(())
}

/// What a link names, as long as the link serves.
pub(super) fn opened(app: &App, token: &str) -> Result<Named, FlagError> {
    Ok(app.links.open(Purpose::Reply, token, app.clock.now())?)
}

/// The flag that a link names, unless a newer link has taken its place.
pub(super) fn current(provider: &Provider, named: Named) -> Result<&Flag, FlagError> {
    let flag = &flag_of(provider, named.flag)?.item;
    if flag.link == named.link { Ok(flag) } else { Err(LinkError::Replaced.into()) }
}

/// A text as it may be shown: some letters, no control characters but line breaks.
fn checked(text: &str) -> Result<String, FlagError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let input = |detail: &str| FlagError::Input { pointer: "/text", detail: detail.to_owned() };
    if text.is_empty() {
        return Err(input("say something"));
    }
    if text.chars().count() > REPLY_CHARS {
        return Err(input("at most 2,000 characters"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(input("control characters cannot be shown"));
    }
    Ok(text.to_owned())
}

/// What can be sent now.
pub(super) fn may(flag: &Flag, today: NaiveDate) -> Vec<Kind> {
    let state = flag.state_on(today);
    let shown =
        matches!(state, FlagState::Published | FlagState::Appealed | FlagState::DisplaySuspended);
    let told = shown || matches!(state, FlagState::Notified | FlagState::Answered);
    let in_time = flag.appeal_by().is_some_and(|last| today <= last);
    [
        (told, Kind::Reply),
        (told && flag.identity_claim.is_none(), Kind::IdentityError),
        (shown && flag.appeal.is_none() && in_time, Kind::Appeal),
    ]
    .into_iter()
    .filter_map(|(may, kind)| may.then_some(kind))
    .collect()
}

impl ReplyView {
    fn new(app: &App, provider: &Provider, flag: &Flag) -> Self {
        let today = app.clock.today();
        let rule = app.rulebook.rule(&flag.rule).map(|(_, rule)| rule);
        let said = |text: fn(&crate::rules::Rule) -> &str| rule.map_or("", text).to_owned();
        let cited = rule.into_iter().flat_map(|rule| &rule.citations);
        Self {
            provider: ProviderRef {
                id: provider.id,
                slug: provider.slug.clone(),
                name: provider.profile.name.clone(),
            },
            rule: flag.rule.clone(),
            rule_version: flag.rule_version,
            title: said(|rule| &rule.title),
            message: said(|rule| &rule.message),
            plain: said(|rule| &rule.plain.en),
            rationale: said(|rule| &rule.rationale),
            clears_when: said(|rule| &rule.clears_when),
            citations: cited.filter_map(|key| app.rulebook.citations().get(key).cloned()).collect(),
            evidence: evidence(app, provider, &flag.rests_on),
            state: flag.state_on(today),
            notified_on: flag.notified_on,
            notice: flag.notice.clone(),
            respond_by: flag.respond_by(),
            published_on: flag.published_on,
            appeal_by: flag.appeal_by(),
            answer_by: flag.answer_by(),
            expires_on: flag.expires_on,
            closed_on: flag.closed_on,
            reply: flag.reply.clone(),
            identity_claim: flag.identity_claim.clone(),
            documents: flag.documents.clone(),
            suspension: flag.suspension.clone(),
            appeal: flag.appeal.clone(),
            may: may(flag, today),
            next: next(flag, today),
        }
    }
}

/// What happens next.
fn next(flag: &Flag, today: NaiveDate) -> String {
    match flag.state_on(today) {
        FlagState::Notified | FlagState::Answered => match flag.respond_by() {
            _ if flag.official_act => "This rests on an official act and may be shown at once. \
                 Your reply is shown beside it, and you may appeal."
                .to_owned(),
            Some(last) => format!(
                "Until {last} nothing is shown. After that a second person decides whether the \
                 finding is published, with your reply beside it."
            ),
            None => "Nothing is shown before the delivery of our notice is recorded and ten \
                     business days have passed."
                .to_owned(),
        },
        FlagState::Published => match flag.appeal_by() {
            Some(last) if flag.appeal.is_none() && today <= last => format!(
                "The finding is shown with your reply. Until {last} you may appeal; a person who \
                 has not decided before answers within 15 business days."
            ),
            _ => "The finding is shown with your reply. New evidence is looked at within 5 \
                  business days."
                .to_owned(),
        },
        FlagState::Appealed => {
            let by = flag.answer_by().map(|day| day.to_string()).unwrap_or_default();
            format!("The finding is shown as under appeal. You get an answer by {by}.")
        }
        FlagState::DisplaySuspended => {
            let until = flag.suspension.as_ref().map(|time| time.until.to_string());
            format!(
                "The finding is not shown until {} while we look into whom the evidence is about.",
                until.unwrap_or_default()
            )
        }
        FlagState::Cleared => "The finding was cleared.".to_owned(),
        FlagState::Dismissed => "We decided not to publish the finding.".to_owned(),
        FlagState::Expired => "The evidence has expired, and the finding is history.".to_owned(),
        FlagState::Proposed => "Nobody has decided about this finding.".to_owned(),
    }
}
