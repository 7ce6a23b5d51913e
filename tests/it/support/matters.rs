//! A flag, a report and an invitation of the made-up set, ready to be asked about.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        flags::{
            FlagId,
            admin::{self, AdminFlagsRequest},
            decide::{Step, decide},
            reply,
        },
        invites::{
            self, InviteInput,
            answers::{self, AnswersInput, OneAnswer, Signer},
            form::form,
        },
        reports::{self, ReportInput, tasks},
    },
    domain::{FlagState, flag::Notice, report::ReportTopic},
    store::{Action, Actor, ActorKind, Reason},
};

use crate::app::write;

/// What there is to ask about.
pub struct Matters {
    /// A flag that nobody has decided about.
    pub proposed: FlagId,
    /// The token of a provider who was told.
    pub reply: String,
    /// The token of a report, and its task.
    pub report: String,
    pub task: uuid::Uuid,
    /// An invitation, its token, and an answer that waits.
    pub invite: uuid::Uuid,
    pub answers: String,
    pub answer: uuid::Uuid,
}

/// Makes them.
pub fn matters(app: &Arc<App>) -> Matters {
    let mut proposed = proposed(app);
    let reply = told(app, proposed.pop().unwrap());
    let (report, task) = reported(app);
    let (invite, answers) = invited(app);
    let answer = answered(app, &answers);
    Matters { proposed: proposed.pop().unwrap(), reply, report, task, invite, answers, answer }
}

fn ann() -> (Actor, Reason) {
    (Actor::new(ActorKind::Person, "ann"), Reason::new("test", ""))
}

/// Flags that nobody has decided about, and whose finding holds.
pub fn proposed(app: &Arc<App>) -> Vec<FlagId> {
    // The set has one flag that waits for a decision; without its published one, F071 has another.
    write(&app.store, Action::Change, "F071", |provider| {
        provider.flags.retain(|flag| flag.item.state != FlagState::Published);
    });
    app.catch_up().unwrap();
    app.attend_to_flags().unwrap();
    let states = vec![FlagState::Proposed];
    let all = AdminFlagsRequest { states, limit: 50, ..Default::default() };
    let found = admin::list(app, &all).unwrap().data;
    found.iter().filter(|flag| flag.holds).map(|flag| flag.id.parse().unwrap()).collect()
}

/// Tells the provider of a flag; the token of its link.
pub fn told(app: &Arc<App>, flag: FlagId) -> String {
    let (ann, why) = ann();
    let notice = Notice {
        method: "certified mail".into(),
        reference: "RR 1".into(),
        delivered_on: Some(app.clock.today()),
    };
    decide(app, (&ann, &why), flag, &Step::Notify(notice), 3).unwrap();
    reply::link(app, flag).unwrap()
}

/// What somebody has to say about the first provider.
pub fn report(app: &Arc<App>) -> ReportInput {
    let catalog = app.catalog.load_full();
    ReportInput {
        listing: catalog.providers(None, None, 1).providers[0].slug().into(),
        topic: ReportTopic::Hours,
        text: "Closed on Mondays.".into(),
        contact: None,
    }
}

/// A report: its token, and the task that it is part of.
pub fn reported(app: &Arc<App>) -> (String, uuid::Uuid) {
    let report = reports::submit(app, &report(app)).unwrap();
    (report.token, tasks::list(app, &[], None, 1).unwrap().remove(0).id)
}

/// An invitation of the first clinic with a captured page: its input, its id and its token.
pub fn invitable(app: &Arc<App>) -> InviteInput {
    let catalog = app.catalog.load_full();
    let page = catalog.providers(None, None, 200);
    let found = page.providers.iter().find_map(|provider| {
        let id = provider.sites().next()?;
        let stored = app.store.read(|reader| reader.provider(provider.id())).unwrap()?;
        let contact = stored.profile.website?;
        let input = InviteInput { listing: id.to_string(), contact, days: None };
        let (ann, why) = ann();
        invites::create(app, (&ann, &why), &input).is_ok().then_some(input)
    });
    found.expect("a clinic whose page was captured")
}

/// An invitation: its id and its token.
pub fn invited(app: &Arc<App>) -> (uuid::Uuid, String) {
    let (ann, why) = ann();
    let made = invites::create(app, (&ann, &why), &invitable(app)).unwrap();
    (made.invite.id, made.path.rsplit('/').next().unwrap().to_owned())
}

/// What a clinic says to its first question.
pub fn answers(app: &Arc<App>, token: &str) -> AnswersInput {
    let fact = form(app, token).unwrap().questions.remove(0).fact;
    let value = bedside::domain::fact::FactValue::Bool(true);
    let fits = app.rulebook.vocabulary().named(&fact).unwrap().value(&value).is_ok();
    let fact = if fits { fact } else { "site.monitor_bp".into() };
    let attested_by = Signer { name: "Avery Example".into(), role: "medical director".into() };
    AnswersInput { attested_by, answers: vec![OneAnswer { fact, value, documents: Vec::new() }] }
}

/// An answer that waits for a verifier.
pub fn answered(app: &Arc<App>, token: &str) -> uuid::Uuid {
    answers::send(app, token, &answers(app, token)).unwrap();
    answers::list(app, &[], None, None, 1).unwrap().remove(0).id
}
