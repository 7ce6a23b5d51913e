//! What the engine does about flags by itself: it proposes, and when evidence clears or ages it
//! moves a flag to history. Pure: a provider and a day in, its flags as they should be out.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    domain::{
        FlagState, ListingState, Severity, Tier, UnknownReason,
        flag::{CAPTURE_DAYS, Flag},
        provider::{Kept, Origin, Provider, Site, Statement},
    },
    rules::{
        Basis, FactState, Facts, Finding, Outcome, ResolvedFacts, Rule, RuleSet, Rulebook, Which,
    },
};

/// The acts of an authority that may be shown at once: never "expired", "no match" or another
/// state. Source: the rulebook, "Due process", Notice.
const OFFICIAL_ACTS: &[(&str, &[&str])] = &[
    ("cred.dea_status", &["suspended", "revoked", "surrendered"]),
    ("cred.license_status", &["suspended", "revoked", "surrendered"]),
    ("excl.leie", &["confirmed_permissive", "confirmed_mandatory"]),
    ("excl.sam", &["confirmed"]),
];

/// What there is to do about a provider's flags.
#[derive(Debug)]
pub struct Due {
    /// The flags as they should be.
    pub flags: Vec<Kept<Flag>>,
    /// The number that the provider's next item gets.
    pub next_n: u32,
    /// Codes of what was done.
    pub done: BTreeSet<&'static str>,
}

/// What a critical finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Statements, by their numbers.
    pub statements: Vec<u32>,
    /// The last day on which all of them count; none where nothing ages.
    pub expires_on: Option<NaiveDate>,
    /// One of them is an official act.
    pub official_act: bool,
}

/// One site, or the provider itself.
struct Subject {
    id: Uuid,
    facts: ResolvedFacts,
    compact: Facts,
    triggered: RuleSet,
}

/// A provider on a day, as the engine sees it: nothing is withheld.
pub struct Look<'a> {
    rulebook: &'a Rulebook,
    provider: &'a Provider,
    today: NaiveDate,
    own: Subject,
    sites: Vec<Subject>,
}

impl<'a> Look<'a> {
    /// Looks at a provider.
    #[must_use]
    pub fn new(rulebook: &'a Rulebook, provider: &'a Provider, today: NaiveDate) -> Self {
        let subject = |id, site: Option<&Site>| {
            let facts = rulebook.facts_of(provider, site, today);
            let compact = facts.facts();
            let triggered = rulebook.evaluate(&compact, &Basis::on(today)).triggered;
            Subject { id, facts, compact, triggered }
        };
        let live = provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
        Self {
            rulebook,
            provider,
            today,
            own: subject(provider.id, None),
            sites: live.map(|site| subject(site.id, Some(site))).collect(),
        }
    }

    /// Those that decide the provider's status: its sites, or itself where it has none.
    fn deciding(&self) -> impl Iterator<Item = &Subject> {
        let own = self.sites.is_empty().then_some(&self.own);
        self.sites.iter().chain(own)
    }

    /// Those whose status a flag decides.
    fn scope(&self, flag: &Flag) -> Vec<&Subject> {
        let scope: Vec<&Subject> =
            self.deciding().filter(|subject| flag.is_about(subject.id)).collect();
        if scope.is_empty() { vec![&self.own] } else { scope }
    }

    /// The version of a rule of this rulebook.
    #[must_use]
    pub fn rule_version(&self, rule: &str) -> Option<u32> {
        self.rulebook.rule(rule).map(|(_, rule)| rule.version)
    }

    /// What the finding under a rule rests on at some of the subjects; none where there is none.
    #[must_use]
    pub fn ground(&self, flag: &Flag) -> Option<Ground> {
        let (at, _) = self.rulebook.rule(&flag.rule)?;
        let subjects: Vec<&Subject> =
            self.scope(flag).into_iter().filter(|subject| subject.triggered.has(at)).collect();
        (!subjects.is_empty()).then(|| self.ground_of(&flag.rule, subjects.into_iter()))
    }

    fn ground_of<'s>(&self, rule: &str, subjects: impl Iterator<Item = &'s Subject>) -> Ground {
        let mut statements = Vec::new();
        let mut expires_on: Option<NaiveDate> = None;
        let mut official_act = false;
        for subject in subjects {
            if let Some(finding) = self.finding(rule, subject) {
                for fact in finding.facts.iter().filter_map(|id| subject.facts.get(*id)) {
                    statements.extend(fact.n.iter().chain(&fact.with));
                    let capture = fact
                        .observed_on
                        .filter(|_| fact.tier == Some(Tier::E2))
                        .and_then(|day| day.checked_add_days(Days::new(CAPTURE_DAYS)));
                    let last = [fact.valid_until, capture].into_iter().flatten().min();
                    expires_on = [expires_on, last].into_iter().flatten().min();
                }
                official_act |= self.is_official_act(&finding, subject);
            }
        }
        statements.sort_unstable();
        statements.dedup();
        Ground { statements, expires_on, official_act }
    }

    fn finding(&self, rule: &str, subject: &Subject) -> Option<Finding<'a>> {
        let basis = Basis::on(self.today);
        let all = self.rulebook.findings(&subject.compact, &basis, Which::Reported);
        all.into_iter().find(|f| f.rule.id == rule && f.outcome == Outcome::Triggered)
    }

    fn is_official_act(&self, finding: &Finding<'_>, subject: &Subject) -> bool {
        finding.facts.iter().any(|id| {
            let spec = self.rulebook.vocabulary().get(*id);
            let resolved = subject.facts.get(*id);
            let (Some(spec), Some(resolved)) = (spec, resolved) else { return false };
            let Some(crate::rules::Value::Code(code)) = resolved.state.known() else {
                return false;
            };
            let code = spec.kind.codes().get(usize::from(code)).map_or("", String::as_str);
            resolved.tier == Some(Tier::E1)
                && OFFICIAL_ACTS
                    .iter()
                    .any(|(fact, acts)| spec.name == *fact && acts.contains(&code))
        })
    }

    /// A hash over statements with their evidence, under a rule: the same finding in the same
    /// words is known again, whatever numbers its statements have.
    #[must_use]
    pub fn digest(&self, rule: &str, statements: &[u32]) -> String {
        let mut said: Vec<String> = statements_of(self.provider, statements)
            .map(|kept| {
                let item = &kept.item;
                let evidence: Vec<_> = self.provider.cited(&item.evidence).collect();
                json!([item.name, item.value, item.observed_on, evidence]).to_string()
            })
            .collect();
        said.sort_unstable();
        said.dedup();
        let digest = Sha256::digest(json!([rule, said]).to_string());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What became of a rule where a flag is about.
    fn came_to(&self, flag: &Flag) -> CameTo {
        let Some((at, rule)) = self.rulebook.rule(&flag.rule) else { return CameTo::Gone };
        let scope = self.scope(flag);
        if scope.iter().any(|subject| subject.triggered.has(at)) {
            return CameTo::Holds;
        }
        let open: Vec<&&Subject> = scope
            .iter()
            .filter(|subject| self.outcome(rule, subject) == Outcome::Undetermined)
            .collect();
        let stale = |subject: &&&Subject| {
            let mut read = rule.reads.iter().map(|id| subject.compact.get(*id));
            read.any(|state| state == FactState::Unknown(UnknownReason::Stale))
        };
        match open.as_slice() {
            [] => CameTo::Gone,
            open if open.iter().any(stale) => CameTo::Stale,
            _ => CameTo::Unclear,
        }
    }

    fn outcome(&self, rule: &Rule, subject: &Subject) -> Outcome {
        let confirmed = rule.law.and_then(|law| law.confirmed_through);
        rule.verdict(&subject.compact, self.today, confirmed).outcome
    }

    /// What there is to do; none where all is as it should be.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        let mut due = Due {
            flags: self.provider.flags.clone(),
            next_n: self.provider.next_n,
            done: BTreeSet::new(),
        };
        for kept in due.flags.iter_mut().filter(|kept| kept.stands() && kept.item.is_open()) {
            let before = kept.item.clone();
            let of_people = kept.by == Origin::Person;
            if let Some(code) = self.bring_up_to_date(&mut kept.item, of_people) {
                due.done.insert(code);
            }
            if kept.item != before {
                // From here on it is no file's any more.
                kept.by = Origin::Person;
            }
        }
        if reviewable(self.provider.listing_state) {
            self.propose(&mut due);
        }
        (!due.done.is_empty()).then_some(due)
    }

    /// What the clock and the facts do to an open flag, by the code of it. A flag that stands as a
    /// made-up provider's file has it is left so while its finding holds.
    fn bring_up_to_date(&self, flag: &mut Flag, of_people: bool) -> Option<&'static str> {
        let mut done = None;
        let resumed = flag.suspension.as_ref().is_some_and(|time| self.today > time.until);
        if flag.state == FlagState::DisplaySuspended && resumed {
            flag.state = flag.displayed();
            done = Some("suspension_ended");
        }
        let close = |flag: &mut Flag, state| {
            flag.state = state;
            flag.closed_on = Some(self.today);
        };
        match self.came_to(flag) {
            CameTo::Gone => {
                close(flag, FlagState::Cleared);
                return Some("finding_cleared");
            }
            CameTo::Stale => {
                close(flag, FlagState::Expired);
                return Some("evidence_expired");
            }
            // Statements that contradict each other, or were withdrawn: a person decides.
            CameTo::Unclear if flag.published_on.is_none() => {
                close(flag, FlagState::Cleared);
                return Some("finding_gone");
            }
            CameTo::Unclear => {}
            CameTo::Holds if flag.published_on.is_some() => {
                let expires_on = self.ground(flag).and_then(|ground| ground.expires_on);
                if expires_on.is_some_and(|last| self.today > last) {
                    close(flag, FlagState::Expired);
                    return Some("evidence_expired");
                }
                if of_people && flag.expires_on != expires_on {
                    flag.expires_on = expires_on;
                    done = done.or(Some("evidence_renewed"));
                }
            }
            CameTo::Holds => {}
        }
        done
    }

    /// Proposes what no flag covers.
    fn propose(&self, due: &mut Due) {
        let critical = |rule: &&Rule| rule.severity == Severity::Critical;
        for (at, rule) in self.rulebook.rules().iter().enumerate().filter(|(_, r)| critical(r)) {
            let triggered: Vec<&Subject> =
                self.deciding().filter(|subject| subject.triggered.has(at)).collect();
            let mut uncovered = Vec::new();
            for subject in triggered {
                let ground = self.ground_of(&rule.id, [subject].into_iter());
                let mut open = due
                    .flags
                    .iter_mut()
                    .filter(|kept| {
                        kept.stands() && kept.item.is_open() && kept.item.rule == rule.id
                    })
                    .map(|kept| &mut kept.item);
                // A new place of which the same statements speak belongs to the same matter.
                let covering = open.find(|flag| {
                    flag.is_about(subject.id)
                        || ground.statements.iter().all(|n| flag.rests_on.contains(n))
                });
                match covering {
                    None => uncovered.push(subject),
                    Some(flag) if flag.is_about(subject.id) => {}
                    Some(flag) => {
                        flag.about.push(subject.id);
                        due.done.insert("place_added");
                    }
                }
            }
            if uncovered.is_empty() {
                continue;
            }
            let own = Some(&self.own).filter(|own| own.triggered.has(at) && !self.sites.is_empty());
            let about: Vec<Uuid> = uncovered.iter().chain(&own).map(|subject| subject.id).collect();
            let ground = self.ground_of(&rule.id, uncovered.into_iter());
            let digest = self.digest(&rule.id, &ground.statements);
            // What a person decided against, or what has expired, is not proposed again on the
            // same evidence.
            let settled = due.flags.iter().any(|kept| {
                let flag = &kept.item;
                !flag.is_open()
                    && flag.rule == rule.id
                    && flag.evidence_sha256.as_ref() == Some(&digest)
            });
            if settled {
                continue;
            }
            let mut flag = Flag::proposed(rule.id.clone());
            flag.rule_version = Some(rule.version);
            flag.about = about;
            flag.rests_on = ground.statements;
            flag.evidence_sha256 = Some(digest);
            flag.official_act = ground.official_act;
            flag.proposed_on = Some(self.today);
            let n = due.next_n;
            due.next_n = n.saturating_add(1);
            due.flags.push(Kept::new(n, Origin::Person, flag));
            due.done.insert("finding_proposed");
        }
    }
}

/// What became of a flag's finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CameTo {
    /// It is still found.
    Holds,
    /// Its evidence has aged.
    Stale,
    /// Known facts, or the law's own dates, speak against it.
    Gone,
    /// Nobody can tell.
    Unclear,
}

/// True for listings about which findings are decided: those that are public or on their way.
const fn reviewable(state: ListingState) -> bool {
    match state {
        ListingState::Published
        | ListingState::Submitted
        | ListingState::InReview
        | ListingState::Suspended => true,
        ListingState::Draft | ListingState::Delisted | ListingState::Merged => false,
    }
}

/// The statements with these numbers, about the provider or any of its sites.
pub fn statements_of<'p>(
    provider: &'p Provider,
    numbers: &'p [u32],
) -> impl Iterator<Item = &'p Kept<Statement>> {
    let of_sites = provider.sites.iter().flat_map(|site| &site.facts);
    provider.facts.iter().chain(of_sites).filter(|kept| numbers.contains(&kept.n))
}
