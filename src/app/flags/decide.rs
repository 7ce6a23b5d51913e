//! What people decide about a flag, and what keeps them from it.

use chrono::NaiveDate;

use super::{FlagError, FlagId, engine::Look, flag_of, provider_in, replace};
use crate::{
    app::{App, accounts::DECIDERS},
    domain::{
        FlagState,
        flag::{Appeal, Decision, Flag, Notice, SUSPENSION_DAYS, Suspension},
        workdays,
    },
    store::{Action, Actor, Reason},
};

/// A step that a person takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The provider was told in writing.
    Notify(Notice),
    /// The notice was delivered on a day.
    Deliver(NaiveDate),
    /// It goes on display.
    Publish,
    /// It is decided against before display.
    Dismiss,
    /// An appeal came in by letter.
    Appeal(String),
    /// The appeal is answered, and the flag stays.
    Uphold(String),
    /// It ends; an open appeal is answered with it.
    Clear(Option<String>),
    /// Display is suspended, since someone else may be meant.
    Suspend,
    /// The suspension ends early.
    Resume,
    /// The provider gets a new link, and older ones end.
    RenewLink,
}

impl Step {
    /// Its name in addresses.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Notify(_) => "notify",
            Self::Deliver(_) => "deliver",
            Self::Publish => "publish",
            Self::Dismiss => "dismiss",
            Self::Appeal(_) => "appeal",
            Self::Uphold(_) => "uphold",
            Self::Clear(_) => "clear",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::RenewLink => "link",
        }
    }

    /// True for what makes a person partial in a later appeal.
    const fn decides(&self) -> bool {
        matches!(
            self,
            Self::Notify(_) | Self::Publish | Self::Dismiss | Self::Uphold(_) | Self::Clear(_)
        )
    }
}

/// Takes a step as `actor`, a person who may decide flags. `deciders` is how many people may.
///
/// # Errors
/// [`FlagError::Unknown`]; [`FlagError::Refused`] where the flag is not where that can be done,
/// it is too early, or it needs another person; [`FlagError::TooFewDeciders`];
/// [`FlagError::Store`].
pub fn decide(
    app: &App,
    (actor, reason): (&Actor, &Reason),
    id: FlagId,
    step: &Step,
    deciders: usize,
) -> Result<(), FlagError> {
    app.write(actor, reason, |tx| {
        let mut provider = provider_in(tx, id.provider)?;
        let today = tx.at().date_naive();
        let mut flag = flag_of(&provider, id.n)?.item.clone();
        let look = Look::new(&app.rulebook, &provider, today);
        let case = Case { look, today, person: &actor.name, deciders };
        case.take(&mut flag, step)?;
        replace(tx, &mut provider, id.n, flag);
        Ok::<_, FlagError>(tx.put_provider(Action::Decide, &provider)?)
    })?;
    Ok(())
}

/// What a step is judged by.
struct Case<'a> {
    look: Look<'a>,
    today: NaiveDate,
    person: &'a str,
    deciders: usize,
}

impl Case<'_> {
    fn take(&self, flag: &mut Flag, step: &Step) -> Result<(), FlagError> {
        let state = flag.state_on(self.today);
        flag.state = state;
        self.allowed_in(state, step)?;
        match step {
            Step::Notify(notice) => self.notify(flag, notice)?,
            Step::Deliver(day) => self.deliver(flag, *day)?,
            Step::Publish => self.publish(flag)?,
            Step::Dismiss => self.close(flag, FlagState::Dismissed),
            Step::Appeal(text) => appeal(flag, text, self.today, self.deciders)?,
            Step::Uphold(answer) => {
                self.answer_appeal(flag, answer)?;
                if flag.state == FlagState::Appealed {
                    flag.state = FlagState::Published;
                }
            }
            Step::Clear(answer) => self.clear(flag, answer.as_deref())?,
            Step::Suspend => suspend(flag, self.today)?,
            Step::Resume => {
                flag.state = flag.displayed();
                if let Some(time) = flag.suspension.as_mut() {
                    time.until = self.today;
                }
            }
            Step::RenewLink => flag.link = flag.link.saturating_add(1),
        }
        if step.decides() {
            let what = step.name().to_owned();
            flag.decisions.push(Decision { by: self.person.to_owned(), what, on: self.today });
        }
        Ok(())
    }

    /// From where each step leads.
    fn allowed_in(&self, state: FlagState, step: &Step) -> Result<(), FlagError> {
        use FlagState::{Answered, Appealed, DisplaySuspended, Notified, Proposed, Published};
        let from: &[FlagState] = match step {
            Step::Notify(_) => &[Proposed, Notified],
            Step::Deliver(_) => &[Notified, Answered, Published, Appealed, DisplaySuspended],
            Step::Publish => &[Notified, Answered],
            Step::Dismiss => &[Proposed, Notified, Answered],
            Step::Appeal(_) => &[Published, DisplaySuspended],
            Step::Uphold(_) => &[Appealed, DisplaySuspended],
            Step::Clear(_) => &[Published, Appealed, DisplaySuspended],
            Step::Suspend => &[Published, Appealed],
            Step::Resume => &[DisplaySuspended],
            Step::RenewLink => &[Notified, Answered, Published, Appealed, DisplaySuspended],
        };
        if from.contains(&state) {
            return Ok(());
        }
        let names: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
        let (step, names) = (step.name(), names.join(", "));
        Err(FlagError::refused(format!("the flag is `{state}`; `{step}` leads on from {names}")))
    }

    fn notify(&self, flag: &mut Flag, notice: &Notice) -> Result<(), FlagError> {
        if flag.notice.is_some() {
            return Err(FlagError::refused(
                "the notice is recorded already; `deliver` records when it arrived",
            ));
        }
        self.rest_on_todays_evidence(flag)?;
        flag.state = FlagState::Notified;
        flag.notified_on.get_or_insert(self.today);
        flag.notice = Some(Notice { delivered_on: None, ..notice.clone() });
        notice.delivered_on.map_or(Ok(()), |day| self.deliver(flag, day))
    }

    fn deliver(&self, flag: &mut Flag, day: NaiveDate) -> Result<(), FlagError> {
        let sent = flag.notified_on;
        let Some(notice) = flag.notice.as_mut() else {
            return Err(FlagError::refused("no notice is recorded; `notify` records it"));
        };
        if notice.delivered_on.is_some() {
            return Err(FlagError::refused("the delivery of the notice is recorded already"));
        }
        if day > self.today || sent.is_some_and(|sent| day < sent && notice_is_old(sent, day)) {
            let detail = "a notice is delivered neither in the future nor long before it is \
                          recorded";
            return Err(FlagError::Input { pointer: "/delivered_on", detail: detail.to_owned() });
        }
        notice.delivered_on = Some(day);
        Ok(())
    }

    /// Two people, a delivered notice, and time to answer it; an official act needs no time.
    fn publish(&self, flag: &mut Flag) -> Result<(), FlagError> {
        if flag.decided_by(self.person) {
            return Err(FlagError::refused(
                "who told the provider does not publish the flag; a second person decides",
            ));
        }
        self.rest_on_todays_evidence(flag)?;
        if flag.notice.is_none() {
            return Err(FlagError::refused("the provider was not told; `notify` records it"));
        }
        if !flag.official_act {
            let Some(last) = flag.respond_by() else {
                return Err(FlagError::refused(
                    "the delivery of the notice is not recorded, and the days run from it",
                ));
            };
            if self.today <= last {
                return Err(FlagError::refused(format!(
                    "the provider has until {last} to answer; the flag may be published after that"
                )));
            }
        }
        flag.state = FlagState::Published;
        flag.published_on = Some(self.today);
        Ok(())
    }

    /// The finding must hold today, and the flag rests on what it rests on today.
    fn rest_on_todays_evidence(&self, flag: &mut Flag) -> Result<(), FlagError> {
        let aged = |last: NaiveDate| self.today > last;
        let ground = self
            .look
            .ground(flag)
            .filter(|ground| !ground.expires_on.is_some_and(aged))
            .ok_or_else(|| {
            FlagError::refused("the finding does not hold on today's evidence")
        })?;
        flag.evidence_sha256 = Some(self.look.digest(&flag.rule, &ground.statements));
        flag.rests_on = ground.statements;
        flag.official_act = ground.official_act;
        flag.expires_on = ground.expires_on;
        if flag.rule_version.is_none() {
            flag.rule_version = self.look.rule_version(&flag.rule);
        }
        Ok(())
    }

    fn clear(&self, flag: &mut Flag, answer: Option<&str>) -> Result<(), FlagError> {
        if flag.answer_by().is_some() {
            let answer = answer.ok_or_else(|| FlagError::Input {
                pointer: "/text",
                detail: "an appeal is open: `text` is the answer to it".to_owned(),
            })?;
            self.answer_appeal(flag, answer)?;
        }
        self.close(flag, FlagState::Cleared);
        Ok(())
    }

    fn answer_appeal(&self, flag: &mut Flag, answer: &str) -> Result<(), FlagError> {
        if flag.decided_by(self.person) {
            return Err(FlagError::refused(
                "an appeal is decided by a person who has not decided about the flag before",
            ));
        }
        let open = flag.appeal.as_mut().filter(|appeal| appeal.decided_on.is_none());
        let Some(appeal) = open else {
            return Err(FlagError::refused("no appeal is open"));
        };
        appeal.decided_on = Some(self.today);
        appeal.answer = Some(answer.to_owned());
        Ok(())
    }

    fn close(&self, flag: &mut Flag, state: FlagState) {
        flag.state = state;
        flag.closed_on = Some(self.today);
    }
}

/// A letter may arrive some days before anybody records it.
fn notice_is_old(recorded: NaiveDate, delivered: NaiveDate) -> bool {
    const RECORDED_WITHIN_DAYS: i64 = 7;
    (recorded - delivered).num_days() > RECORDED_WITHIN_DAYS
}

/// Takes an appeal.
pub(super) fn appeal(
    flag: &mut Flag,
    text: &str,
    today: NaiveDate,
    deciders: usize,
) -> Result<(), FlagError> {
    if flag.appeal.is_some() {
        return Err(FlagError::refused("there was an appeal against this flag already"));
    }
    if flag.appeal_by().is_none_or(|last| today > last) {
        return Err(FlagError::refused("the 30 days for an appeal are over"));
    }
    if deciders < DECIDERS {
        return Err(FlagError::TooFewDeciders);
    }
    flag.appeal = Some(Appeal { on: today, text: text.to_owned(), decided_on: None, answer: None });
    if flag.state == FlagState::Published {
        flag.state = FlagState::Appealed;
    }
    Ok(())
}

/// Takes a flag from view, once.
pub(super) fn suspend(flag: &mut Flag, today: NaiveDate) -> Result<(), FlagError> {
    if flag.suspension.is_some() {
        return Err(FlagError::refused("display was suspended before, and is suspended once"));
    }
    let until = workdays::after(today, SUSPENSION_DAYS);
    flag.suspension = Some(Suspension { from: today, until });
    flag.state = FlagState::DisplaySuspended;
    Ok(())
}
