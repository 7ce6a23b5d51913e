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
    let ann = Actor::new(ActorKind::Person, "ann");
    let why = Reason::new("test", "");
    // The set has one flag that waits for a decision; without its published one, F071 has another.
    write(&app.store, Action::Change, "F071", |provider| provider.flags.clear());
    app.catch_up().unwrap();
    app.attend_to_flags().unwrap();
    let states = vec![FlagState::Proposed];
    let all = AdminFlagsRequest { states, limit: 50, ..Default::default() };
    let mut proposed: Vec<FlagId> = admin::list(app, &all)
        .unwrap()
        .data
        .iter()
        .filter(|flag| flag.holds)
        .map(|flag| flag.id.parse().unwrap())
        .collect();
    let told = proposed.pop().unwrap();
    let notice = Notice {
        method: "certified mail".into(),
        reference: "RR 1".into(),
        delivered_on: Some(app.clock.today()),
    };
    decide(app, (&ann, &why), told, &Step::Notify(notice), 3).unwrap();

    let catalog = app.catalog.load_full();
    let page = catalog.providers(None, None, 200);
    let report = ReportInput {
        listing: page.providers[0].slug().into(),
        topic: ReportTopic::Hours,
        text: "Closed on Mondays.".into(),
        contact: None,
    };
    let report = reports::submit(app, &report).unwrap();
    let task = tasks::list(app, &[], None, 1).unwrap().remove(0).id;

    let invited = page.providers.iter().find_map(|provider| {
        let id = provider.sites().next()?;
        let stored = app.store.read(|reader| reader.provider(provider.id())).unwrap()?;
        let contact = stored.profile.website?;
        let input = InviteInput { listing: id.to_string(), contact, days: None };
        invites::create(app, (&ann, &why), &input).ok()
    });
    let invited = invited.expect("a clinic whose page was captured");
    let answers = invited.path.rsplit('/').next().unwrap().to_owned();
    let fact = form(app, &answers).unwrap().questions.remove(0).fact;
    let value = bedside::domain::fact::FactValue::Bool(true);
    let value = match app.rulebook.vocabulary().named(&fact).unwrap().value(&value) {
        Ok(_) => vec![OneAnswer { fact, value, documents: Vec::new() }],
        Err(_) => vec![OneAnswer { fact: "site.monitor_bp".into(), value, documents: Vec::new() }],
    };
    let attested_by = Signer { name: "Avery Example".into(), role: "medical director".into() };
    answers::send(app, &answers, &AnswersInput { attested_by, answers: value }).unwrap();
    let answer = answers::list(app, &[], None, None, 1).unwrap().remove(0).id;
    Matters {
        proposed: proposed.pop().unwrap(),
        reply: reply::link(app, told).unwrap(),
        report: report.token,
        task,
        invite: invited.invite.id,
        answers,
        answer,
    }
}
