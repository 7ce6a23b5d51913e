//! The questions that a clinic is asked, and which answers stand before which label.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{InviteError, invited};
use crate::{
    app::{App, answer::FactView, picture::ProviderPicture},
    domain::{
        SafetyStatus, Tier, UnknownReason,
        fact::FactValue,
        invite::{Answer, AnswerState},
    },
    rules::{FactSpec, Plain, wire::StepAnswer},
    store::{CaseFilter, CaseKind},
};

/// At most this many answers of one provider wait at a time.
const PENDING: i64 = 1_000;

/// The form behind a link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswerForm {
    /// The name of the clinic or provider.
    pub name: String,
    /// The last day on which the link serves.
    pub expires_on: NaiveDate,
    /// What the directory says today.
    pub status: SafetyStatus,
    /// The same in words.
    pub status_text: String,
    /// What stands between this listing and a supervised label, as far as it is public.
    pub to_supervised: Vec<StepAnswer>,
    /// The questions: those that stand before a label first.
    pub questions: Vec<Question>,
    /// SHA-256 of the documents that came by this link; an answer names those that back it.
    pub documents: Vec<String>,
    /// What becomes of the answers.
    pub note: &'static str,
}

/// One question.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Question {
    /// The fact's name: the key of the answer.
    #[schema(example = "site.monitor_spo2")]
    pub fact: String,
    /// The question.
    pub question: Plain,
    /// The fact in a few words.
    pub label: Plain,
    /// What can be answered.
    #[schema(example = "true, false or null")]
    pub allowed: String,
    /// True where a supervised label waits for the answer.
    pub stands_before_label: bool,
    /// The rules that wait for it.
    pub rules: Vec<String>,
    /// What is known today; `null` = nothing.
    pub known: Option<FactValue>,
    /// Why nothing is known; `null` = something is.
    pub reason: Option<UnknownReason>,
    /// The day that what is known speaks of; `null` = not known.
    pub observed_on: Option<NaiveDate>,
    /// What was answered and waits for a verifier; `null` = nothing.
    pub pending: Option<FactValue>,
}

/// What is said beside every form.
const NOTE: &str = "Answer what you know and leave out the rest: nobody is marked for a question \
     that is open. Documents that you send are seen by verifiers and never shown to the public. \
     Your answers are signed statements. They count once a verifier has looked at \
     them, and some facts need an official record besides. What contradicts a dated capture of \
     your own page is shown as disputed until the page agrees.";

/// The form behind a link.
///
/// # Errors
/// [`InviteError::Link`], [`InviteError::Unknown`], or a store that fails.
pub fn form(app: &App, token: &str) -> Result<AnswerForm, InviteError> {
    let (invite, provider, pending) = app.store.read(|reader| {
        let (_, invite) = invited(app, reader, token)?;
        let provider = reader.provider(invite.provider)?.ok_or(InviteError::Unknown)?;
        let filter = CaseFilter {
            kind: Some(CaseKind::Answer),
            states: vec![AnswerState::Pending.to_string()],
            provider: Some(invite.provider),
        };
        let pending = reader.cases(&filter, None, PENDING)?;
        Ok::<_, InviteError>((invite, provider, pending))
    })?;
    let pending: Vec<Answer> =
        pending.iter().map(crate::app::reports::parsed).collect::<Result<_, _>>()?;
    // What is public, so that a link never tells what a decision waits for.
    let picture = ProviderPicture::new(app.easel(app.clock.today()), provider);
    let (name, safety, facts, steps) = match invite.clinic {
        Some(id) => {
            let site = picture.site(id).ok_or(InviteError::Unknown)?;
            let detail = site.detail();
            (detail.item.name, detail.item.safety, detail.facts, detail.to_supervised)
        }
        None => {
            let detail = picture.detail();
            (detail.item.name, detail.item.safety, detail.facts, detail.to_supervised)
        }
    };
    let vocabulary = app.rulebook.vocabulary();
    let mut questions: Vec<Question> = vocabulary
        .facts()
        .iter()
        .filter(|spec| asked(spec, invite.clinic.is_some()))
        .map(|spec| {
            let known = facts.iter().find(|fact| fact.name == spec.name);
            let waiting = pending
                .iter()
                .find(|answer| answer.fact == spec.name && answer.clinic == invite.clinic);
            Question::new(spec, known, &steps, waiting)
        })
        .collect();
    questions.sort_by_key(|question| !question.stands_before_label);
    Ok(AnswerForm {
        name,
        expires_on: invite.expires_on,
        status: safety.status,
        status_text: safety.text,
        to_supervised: steps,
        questions,
        documents: invite.documents,
        note: NOTE,
    })
}

/// True for a fact about which a clinic's word counts for something: the state of a clinic is
/// read from its address, and what only a register can say is not asked.
pub(super) fn asked(spec: &FactSpec, of_clinic: bool) -> bool {
    let counts = |least: Tier| Tier::E3.rank() <= least.rank();
    let about_site = spec.name.starts_with("site.");
    spec.name != "site.state"
        && (of_clinic || !about_site)
        && (counts(spec.min_tier_adverse) || counts(spec.min_tier_clearing))
}

impl Question {
    fn new(
        spec: &FactSpec,
        known: Option<&FactView>,
        steps: &[StepAnswer],
        waiting: Option<&Answer>,
    ) -> Self {
        let step = steps.iter().find(|step| step.fact.as_deref() == Some(spec.name.as_str()));
        Self {
            fact: spec.name.clone(),
            question: spec.question.clone(),
            label: spec.label.clone(),
            allowed: spec.kind.allowed(),
            stands_before_label: step.is_some(),
            rules: step.map(|step| step.rules.clone()).unwrap_or_default(),
            known: known.and_then(|fact| fact.value.clone()),
            reason: known.and_then(|fact| fact.reason),
            observed_on: known.and_then(|fact| fact.observed_on),
            pending: waiting.map(|answer| answer.value.clone()),
        }
    }
}
