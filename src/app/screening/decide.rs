//! What an issue of a list means for one provider: statements, credentials, tasks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use super::{
    draft::{Draft, positions_of, says_the_same},
    issue::{List, Policy},
    parties::{Agreement, Part},
};
use crate::{
    app::queue::{ReviewTask, TaskOutcome},
    domain::{
        fact::FactValue,
        offer::Credential,
        provider::{Evidence, Kept, Origin, Provider, Site, Statement},
    },
    import::registries::{Entry, Says, keys},
    rules::{FactSpec, Rulebook},
};

/// An entry that may be about a party of a provider.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub part: Part,
    pub agreement: Agreement,
    pub entry: std::sync::Arc<Entry>,
}

/// One issue of a list, read to its end.
pub(super) struct Issue<'a> {
    pub list: &'a List,
    pub rulebook: &'a Rulebook,
    pub as_of: NaiveDate,
    pub sha256: String,
    pub rows: u64,
    /// No row was refused: who is not found is not on the list.
    pub whole: bool,
}

/// What is to be written about a provider.
#[derive(Debug, Default)]
pub(super) struct Decision {
    /// The provider as it will be; none where nothing about it changes.
    pub provider: Option<Provider>,
    /// Tasks to open, by id.
    pub tasks: BTreeMap<String, ReviewTask>,
    pub stated: u64,
    pub cleared: u64,
    pub withdrawn: u64,
    pub incomplete: bool,
}

/// The id of the task about an entry and a provider.
pub(super) fn task_id(list: &str, provider: uuid::Uuid, entry: &str) -> String {
    let digest = Sha256::digest(format!("{list}\u{1F}{provider}\u{1F}{entry}"));
    let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("task-{short}")
}

/// Decides about a provider. `decided` tells what became of earlier tasks, by id;
/// nothing for those that are open.
pub(super) fn decide(
    issue: &Issue<'_>,
    provider: &Provider,
    hits: &[Hit],
    decided: &BTreeMap<String, Option<TaskOutcome>>,
    at: DateTime<Utc>,
) -> Decision {
    let key = |hit: &Hit| task_id(issue.list.key(), provider.id, &hit.entry.key);
    let mut proven: Vec<&Hit> = Vec::new();
    let mut open: Vec<&Hit> = Vec::new();
    for hit in hits {
        let placed = !is_of_site(&hit.entry) || site_of(provider, &hit.entry).is_some();
        match decided.get(&key(hit)).copied().flatten() {
            Some(TaskOutcome::Different) => {}
            Some(TaskOutcome::Confirmed) if placed => proven.push(hit),
            // The person named the place, and said all that there is to say.
            Some(TaskOutcome::Confirmed) => {}
            _ if hit.agreement.proves() && placed => proven.push(hit),
            _ => open.push(hit),
        }
    }
    let mut draft = Draft {
        issue,
        provider: provider.clone(),
        today: at.date_naive(),
        decision: Decision::default(),
    };
    match issue.list.fact() {
        Some(fact) => draft.facts(fact, &proven, !open.is_empty()),
        None => draft.credentials(&proven),
    }
    for hit in open {
        let id = key(hit);
        // A task whose entry was gone and is back is opened again.
        let open_already = decided.get(&id) == Some(&None);
        if !open_already && draft.decision.tasks.len() < MOST_TASKS {
            let task = draft.task(hit);
            draft.decision.tasks.insert(id, task);
        }
    }
    let Draft { provider: mut changed, mut decision, .. } = draft;
    if changed != *provider {
        changed.version = provider.version.saturating_add(1);
        changed.updated_at = at;
        decision.provider = Some(changed);
    }
    decision
}

/// A name that half the list bears opens so many tasks about one provider and no more.
const MOST_TASKS: usize = 20;

const fn is_of_site(entry: &Entry) -> bool {
    match &entry.says {
        Says::Fact { of_site, .. } => *of_site,
        Says::Credential(_) => true,
    }
}

/// The live site at an entry's address.
fn site_of(provider: &Provider, entry: &Entry) -> Option<usize> {
    let listed: BTreeSet<String> = entry
        .addresses
        .iter()
        .filter_map(|listed| keys::address(&listed.line1, &listed.postal_code))
        .collect();
    provider.sites.iter().position(|site| {
        let address = &site.profile.address;
        let key = || keys::address(address.line1.as_deref()?, address.postal_code.as_deref()?);
        site.withdrawn_on.is_none() && key().is_some_and(|key| listed.contains(&key))
    })
}

/// How bad a value is: adverse before any other, then later in the vocabulary's list.
fn badness(spec: &FactSpec, value: &FactValue) -> (bool, usize) {
    let adverse = spec.value(value).is_ok_and(|value| spec.is_adverse(value));
    let place = match value {
        FactValue::Code(code) => spec.kind.codes().iter().position(|known| known == code),
        _ => None,
    };
    (adverse, place.unwrap_or(0))
}

impl Draft<'_> {
    /// States, clears and takes back a fact.
    fn facts(&mut self, name: &str, proven: &[&Hit], open: bool) {
        let Some(spec) = self.issue.rulebook.vocabulary().named(name) else { return };
        let policy = self.issue.list.policy();
        let prescribers = &self.provider.profile.prescribers;
        let complete = self.provider.profile.prescribers_complete && !prescribers.is_empty();
        let of_part = |part: Part| proven.iter().filter(move |hit| hit.part == part);
        let all_prescribers =
            (0..prescribers.len()).all(|at| of_part(Part::Prescriber(at)).next().is_some());
        let own_number = self.provider.profile.npi.is_some();
        self.decision.incomplete = match policy {
            Policy::Absence { .. } => !complete || open,
            Policy::Prescribers => !complete || !all_prescribers,
            Policy::OwnNumber | Policy::Organisation => false,
        };
        let speaks = |hit: &&&Hit| {
            let adverse = value_of(hit).is_some_and(|value| badness(spec, value).0);
            adverse
                || match policy {
                    Policy::Absence { .. } => true,
                    Policy::Organisation => hit.part == Part::Organisation,
                    Policy::OwnNumber if own_number => hit.part == Part::Organisation,
                    Policy::OwnNumber => !prescribers.is_empty() && all_prescribers,
                    Policy::Prescribers => complete && all_prescribers,
                }
        };
        // One statement for the provider, or one for each site that an entry speaks of.
        let mut worst: BTreeMap<Option<usize>, &Hit> = BTreeMap::new();
        for hit in proven.iter().filter(speaks) {
            let site =
                is_of_site(&hit.entry).then(|| site_of(&self.provider, &hit.entry)).flatten();
            let bad = |hit: &Hit| value_of(hit).map(|value| badness(spec, value));
            let slot = worst.entry(site).or_insert(hit);
            if bad(hit) > bad(slot) {
                *slot = hit;
            }
        }
        let cleared = match policy {
            Policy::Absence { cleared } => Some(FactValue::Code(cleared.to_owned())),
            _ => None,
        };
        if self.issue.list.is_full() && self.issue.whole {
            self.withdraw_facts(name, &worst, cleared.as_ref());
        }
        for (site, hit) in &worst {
            if let Says::Fact { value, valid_until, .. } = &hit.entry.says
                && self.state(spec, *site, value, *valid_until, self.evidence(hit))
            {
                self.decision.stated = self.decision.stated.saturating_add(1);
            }
        }
        if let Some(value) = cleared
            && complete
            && proven.is_empty()
            && !open
            && self.issue.whole
            && self.state(spec, None, &value, None, self.evidence_of_absence())
        {
            self.decision.cleared = self.decision.cleared.saturating_add(1);
        }
    }

    /// Takes back what this list said before and says no longer. That somebody was not on it
    /// stays true of its day.
    fn withdraw_facts(
        &mut self,
        name: &str,
        now: &BTreeMap<Option<usize>, &Hit>,
        cleared: Option<&FactValue>,
    ) {
        let url = self.issue.list.url();
        let of_list: BTreeSet<u32> = positions_of(&self.provider, url);
        let today = self.today;
        let mut withdrawn = 0_u64;
        let provider = &mut self.provider;
        let sites = provider.sites.iter_mut().enumerate();
        let lists = std::iter::once((None, &mut provider.facts))
            .chain(sites.map(|(at, site)| (Some(at), &mut site.facts)));
        for (site, facts) in lists {
            let says = now.get(&site).and_then(|hit| value_of(hit));
            for kept in facts.iter_mut().filter(|kept| kept.stands() && kept.by == Origin::List) {
                let item = &kept.item;
                let ours = item.name == name && item.evidence.iter().any(|at| of_list.contains(at));
                let value = item.value.as_ref();
                if ours && value != says && value != cleared {
                    kept.withdraw(Origin::List, today);
                    withdrawn = withdrawn.saturating_add(1);
                }
            }
        }
        self.decision.withdrawn = self.decision.withdrawn.saturating_add(withdrawn);
    }

    /// Adds a statement, unless it stands already.
    fn state(
        &mut self,
        spec: &FactSpec,
        site: Option<usize>,
        value: &FactValue,
        valid_until: Option<NaiveDate>,
        evidence: Evidence,
    ) -> bool {
        let as_of = self.issue.as_of;
        // A printed end may shorten the time for which the list is believed, never lengthen it.
        let aged = as_of.checked_add_days(Days::new(spec.max_age_days.into()));
        let valid_until = valid_until.filter(|until| aged.is_none_or(|aged| *until < aged));
        let facts = match site.and_then(|at| self.provider.sites.get(at)) {
            Some(site) => &site.facts,
            None => &self.provider.facts,
        };
        let said = facts.iter().any(|kept| {
            let item = &kept.item;
            kept.stands()
                && kept.by == Origin::List
                && item.name == spec.name
                && item.value.as_ref() == Some(value)
                && item.observed_on == Some(as_of)
        });
        if said {
            return false;
        }
        let evidence = vec![self.add_evidence(evidence)];
        let statement = Statement {
            name: spec.name.clone(),
            value: Some(value.clone()),
            reason: None,
            evidence,
            observed_on: Some(as_of),
            valid_until,
            attested_by: None,
        };
        let kept = self.kept(statement);
        match site.and_then(|at| self.provider.sites.get_mut(at)) {
            Some(site) => site.facts.push(kept),
            None => self.provider.facts.push(kept),
        }
        true
    }

    /// States and takes back credentials of sites.
    fn credentials(&mut self, proven: &[&Hit]) {
        let mut now: Vec<(usize, Credential, Evidence)> = Vec::new();
        for hit in proven {
            if let (Says::Credential(credential), Some(site)) =
                (&hit.entry.says, site_of(&self.provider, &hit.entry))
            {
                now.push((site, (**credential).clone(), self.evidence(hit)));
            }
        }
        let of_list = positions_of(&self.provider, self.issue.list.url());
        let today = self.today;
        let full = self.issue.list.is_full() && self.issue.whole;
        let mut withdrawn = 0_u64;
        for (at, site) in self.provider.sites.iter_mut().enumerate() {
            let listed = |kept: &Kept<Credential>| {
                kept.stands()
                    && kept.by == Origin::List
                    && kept.item.evidence.iter().any(|at| of_list.contains(at))
            };
            for kept in site.credentials.iter_mut().filter(|kept| listed(kept)) {
                let mut of_site = now.iter().filter(|(site, ..)| *site == at);
                let same = of_site.clone().any(|(_, said, _)| says_the_same(said, &kept.item));
                let replaced = of_site.any(|(_, said, _)| said.code == kept.item.code);
                if !same && (full || replaced) {
                    kept.withdraw(Origin::List, today);
                    withdrawn = withdrawn.saturating_add(1);
                }
            }
        }
        self.decision.withdrawn = withdrawn;
        for (at, mut credential, evidence) in now {
            let site: Option<&Site> = self.provider.sites.get(at);
            let held = site.is_some_and(|site| {
                let mut standing = site.credentials.iter().filter(|kept| kept.stands());
                standing.any(|kept| says_the_same(&credential, &kept.item))
            });
            if held {
                continue;
            }
            credential.evidence = vec![self.add_evidence(evidence)];
            let kept = self.kept(credential);
            if let Some(site) = self.provider.sites.get_mut(at) {
                site.credentials.push(kept);
                self.decision.stated = self.decision.stated.saturating_add(1);
            }
        }
    }
}

/// The value that an entry states.
fn value_of(hit: &Hit) -> Option<&FactValue> {
    match &hit.entry.says {
        Says::Fact { value, .. } => Some(value),
        Says::Credential(_) => None,
    }
}
