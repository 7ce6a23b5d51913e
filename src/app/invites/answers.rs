//! What a clinic answers, and the verifier who accepts it or does not.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    InviteError,
    form::{AnswerForm, asked, form},
    invited,
};
use crate::{
    app::{
        App,
        reports::{parsed, written},
    },
    domain::{
        EvidenceKind, Tier,
        fact::FactValue,
        invite::{Answer, AnswerState, Invite},
        provider::{Evidence, Kept, Origin, Provider, Statement},
    },
    store::{Action, Actor, ActorKind, Case, CaseFilter, CaseKind, Reason},
};

/// The longest name or role of who signs, in characters.
const SIGNER_CHARS: usize = 120;
/// The most documents that back one answer.
pub const ANSWER_DOCUMENTS: usize = 5;

/// The answers of a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersInput {
    /// Who signs them; shown to administrators only.
    pub attested_by: Signer,
    /// The answers, each fact at most once.
    #[schema(min_items = 1, max_items = 100)]
    pub answers: Vec<OneAnswer>,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Full name.
    #[schema(min_length = 1, max_length = 120, example = "Avery Example")]
    pub name: String,
    /// Role at the clinic.
    #[schema(min_length = 1, max_length = 120, example = "medical director")]
    pub role: String,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneAnswer {
    /// The fact's name.
    #[schema(max_length = 100, example = "site.monitor_spo2")]
    pub fact: String,
    /// Its value, as the question says.
    pub value: FactValue,
    /// SHA-256 of documents that were sent by this link and back the answer.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub documents: Vec<String>,
}

/// An answer as verifiers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswerView {
    /// Its id.
    pub id: Uuid,
    /// The invitation that it came by.
    pub invite: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The clinic; `null` = the provider itself.
    pub clinic: Option<Uuid>,
    /// The fact's name.
    #[schema(example = "site.monitor_spo2")]
    pub fact: String,
    /// The value that is attested.
    pub value: FactValue,
    /// SHA-256 of the documents that back it; files of `/v1/admin/evidence/files`.
    pub documents: Vec<String>,
    /// Who signs it.
    pub attested_by: String,
    /// The day.
    pub answered_on: NaiveDate,
    /// Where it stands.
    pub state: AnswerState,
    /// The day of the decision; `null` = none yet.
    pub decided_on: Option<NaiveDate>,
    /// Who decided, by id; `null` = nobody yet.
    pub decided_by: Option<String>,
}

/// Takes the answers that come by a link. They wait for a verifier; one that waits already for
/// the same fact is replaced.
///
/// # Errors
/// [`InviteError::Link`]; [`InviteError::Input`] for a fact that is not asked, a value that it
/// cannot have, or a signer without a name; a store that fails.
pub fn send(app: &App, token: &str, input: &AnswersInput) -> Result<AnswerForm, InviteError> {
    let attested_by = signer(&input.attested_by)?;
    if input.answers.is_empty() || input.answers.len() > 100 {
        return Err(InviteError::input("/answers", "send 1 to 100 answers"));
    }
    let named = app.store.read(|reader| invited(app, reader, token))?;
    let actor = Actor::new(ActorKind::Provider, format!("invite:{}", named.0));
    app.write(&actor, &Reason::new("answered", ""), |tx| {
        // Once more under the writer's lock: it may have been taken back meanwhile.
        let (invite_id, invite) = invited(app, &mut tx.read(), token)?;
        let of = invite.clinic.unwrap_or(invite.provider);
        for (at, answer) in input.answers.iter().enumerate() {
            check(app, input, at, &invite)?;
            let key = format!("{}:{of}:{}", CaseKind::Answer, answer.fact);
            let before = tx.read().open_case(&key)?;
            let stored = Answer {
                invite: invite_id,
                provider: invite.provider,
                clinic: invite.clinic,
                fact: answer.fact.clone(),
                value: answer.value.clone(),
                documents: answer.documents.clone(),
                attested_by: attested_by.clone(),
                answered_on: tx.at().date_naive(),
                state: AnswerState::Pending,
                decided_on: None,
                decided_by: None,
            };
            let action = if before.is_some() { Action::Change } else { Action::Create };
            let case = Case {
                id: before.as_ref().map_or_else(|| app.clock.new_id(), |case| case.id),
                kind: CaseKind::Answer,
                provider: invite.provider,
                open_key: Some(key),
                state: AnswerState::Pending.to_string(),
                closed_at: None,
                version: before.as_ref().map_or(1, |case| case.version.saturating_add(1)),
                document: written(&stored)?,
            };
            tx.put_case(action, &case)?;
        }
        Ok::<_, InviteError>(())
    })?;
    form(app, token)
}

fn signer(signer: &Signer) -> Result<String, InviteError> {
    let part = |text: &str, pointer: &str| {
        let text = text.trim();
        let good = !text.is_empty()
            && text.chars().count() <= SIGNER_CHARS
            && !text.chars().any(char::is_control);
        if good {
            Ok(text.to_owned())
        } else {
            Err(InviteError::input(pointer, "expected 1 to 120 characters in one line"))
        }
    };
    let name = part(&signer.name, "/attested_by/name")?;
    Ok(format!("{name}, {}", part(&signer.role, "/attested_by/role")?))
}

/// An answer must be one that is asked for, with a value that its fact takes, and come once.
fn check(app: &App, input: &AnswersInput, at: usize, invite: &Invite) -> Result<(), InviteError> {
    let Some(answer) = input.answers.get(at) else { return Ok(()) };
    let pointer = format!("/answers/{at}");
    let of_clinic = invite.clinic.is_some();
    let spec = app.rulebook.vocabulary().named(&answer.fact).filter(|spec| asked(spec, of_clinic));
    let Some(spec) = spec else {
        let detail = "no question of this form is about this fact";
        return Err(InviteError::input(format!("{pointer}/fact"), detail));
    };
    if input.answers.iter().take(at).any(|before| before.fact == answer.fact) {
        let detail = "this fact is answered twice";
        return Err(InviteError::input(format!("{pointer}/fact"), detail));
    }
    if answer.documents.len() > ANSWER_DOCUMENTS {
        let detail = "an answer is backed by at most five documents";
        return Err(InviteError::input(format!("{pointer}/documents"), detail));
    }
    if let Some(n) = answer.documents.iter().position(|sha256| !invite.documents.contains(sha256)) {
        let detail = "no document with this SHA-256 was sent by this link";
        return Err(InviteError::input(format!("{pointer}/documents/{n}"), detail));
    }
    spec.value(&answer.value).map(|_| ()).map_err(|error| {
        InviteError::input(format!("{pointer}/value{}", error.pointer), error.to_string())
    })
}

/// Answers in the order in which they came, after one of them; at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    app: &App,
    states: &[AnswerState],
    provider: Option<Uuid>,
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<AnswerView>, InviteError> {
    let states = states.iter().map(ToString::to_string).collect();
    let filter = CaseFilter { kind: Some(CaseKind::Answer), states, provider };
    let cases = app.store.read(|reader| reader.cases(&filter, after, limit.into()))?;
    cases.iter().map(|case| Ok(AnswerView::new(case.id, parsed(case)?))).collect()
}

/// Accepts an answer, which makes it a signed statement (E3), or rejects it.
///
/// # Errors
/// [`InviteError::Unknown`]; [`InviteError::Refused`] where it was decided before; a store that
/// fails.
pub fn verify(
    app: &App,
    (actor, reason): (&Actor, &Reason),
    id: Uuid,
    accept: bool,
) -> Result<AnswerView, InviteError> {
    let done = app.write(actor, reason, |tx| {
        let case = tx.read().case(id)?.filter(|case| case.kind == CaseKind::Answer);
        let mut case = case.ok_or(InviteError::Unknown)?;
        let mut answer: Answer = parsed(&case)?;
        if answer.state != AnswerState::Pending {
            return Err(InviteError::Refused(format!("the answer is `{}`", answer.state)));
        }
        answer.state = if accept { AnswerState::Accepted } else { AnswerState::Rejected };
        answer.decided_on = Some(tx.at().date_naive());
        answer.decided_by = Some(actor.name.clone());
        if accept {
            let mut provider = tx.read().provider(answer.provider)?.ok_or(InviteError::Unknown)?;
            state(&mut provider, &answer)?;
            provider.version = provider.version.saturating_add(1);
            provider.updated_at = tx.at();
            tx.put_provider(Action::Change, &provider)?;
        }
        case.open_key = None;
        case.state = answer.state.to_string();
        case.closed_at = Some(tx.at());
        case.version = case.version.saturating_add(1);
        case.document = written(&answer)?;
        tx.put_case(Action::Close, &case)?;
        Ok(AnswerView::new(id, answer))
    })?;
    Ok(done.value)
}

/// Adds the statement that an answer is, with the attestation as its evidence.
fn state(provider: &mut Provider, answer: &Answer) -> Result<(), InviteError> {
    // The attestation alone, or one piece of evidence for each document that backs it.
    let documents = answer.documents.iter().cloned().map(Some);
    let alone = answer.documents.is_empty().then_some(None);
    let mut evidence = Vec::new();
    for sha256 in documents.chain(alone) {
        evidence.push(u32::try_from(provider.evidence.len()).unwrap_or(u32::MAX));
        let n = next_n(provider);
        let attestation = Evidence {
            tier: Tier::E3,
            kind: EvidenceKind::Attestation,
            url: None,
            captured_on: Some(answer.answered_on),
            sha256,
            excerpt: None,
            note: Some("Answered and signed by the clinic through its own link.".to_owned()),
        };
        provider.evidence.push(Kept::new(n, Origin::Person, attestation));
    }
    let statement = Kept::new(
        next_n(provider),
        Origin::Person,
        Statement {
            name: answer.fact.clone(),
            value: Some(answer.value.clone()),
            reason: None,
            evidence,
            observed_on: Some(answer.answered_on),
            valid_until: None,
            attested_by: Some(answer.attested_by.clone()),
        },
    );
    // Only these facts are a site's own; of all others the provider's and the site's statements
    // stand in one list.
    let of_site = answer.fact.starts_with("site.") || answer.fact.starts_with("offers.");
    match answer.clinic.filter(|_| of_site) {
        None => provider.facts.push(statement),
        Some(id) => {
            let site = provider.sites.iter_mut().find(|site| site.id == id);
            let site = site.filter(|site| site.withdrawn_on.is_none());
            site.ok_or(InviteError::Unknown)?.facts.push(statement);
        }
    }
    Ok(())
}

/// The number of a provider's next item.
fn next_n(provider: &mut Provider) -> u32 {
    let n = provider.next_n;
    provider.next_n = n.saturating_add(1);
    n
}

impl AnswerView {
    fn new(id: Uuid, answer: Answer) -> Self {
        Self {
            id,
            invite: answer.invite,
            provider: answer.provider,
            clinic: answer.clinic,
            fact: answer.fact,
            value: answer.value,
            documents: answer.documents,
            attested_by: answer.attested_by,
            answered_on: answer.answered_on,
            state: answer.state,
            decided_on: answer.decided_on,
            decided_by: answer.decided_by,
        }
    }
}
