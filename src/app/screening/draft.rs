//! A provider in the making: how items, evidence and tasks come to it from a list.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    decide::{Decision, Hit, Issue},
    parties::Part,
};
use crate::{
    app::queue::{Proposed, ReviewTask},
    domain::{
        EvidenceKind, Tier,
        offer::Credential,
        provider::{Evidence, Kept, Origin, Provider},
    },
    import::registries::Says,
};

/// A provider in the making, with what has been decided so far.
pub(super) struct Draft<'a> {
    pub issue: &'a Issue<'a>,
    pub provider: Provider,
    pub today: NaiveDate,
    pub decision: Decision,
}

impl Draft<'_> {
    /// An item with its bookkeeping.
    pub fn kept<T>(&mut self, item: T) -> Kept<T> {
        let n = self.provider.next_n;
        self.provider.next_n = n.saturating_add(1);
        Kept::new(n, Origin::List, item)
    }

    /// Adds evidence and returns its position; one piece serves everything that it backs.
    pub fn add_evidence(&mut self, evidence: Evidence) -> u32 {
        let known = self.provider.evidence.iter().position(|kept| kept.item == evidence);
        let at = known.unwrap_or_else(|| {
            let kept = self.kept(evidence);
            self.provider.evidence.push(kept);
            self.provider.evidence.len().saturating_sub(1)
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// What an entry is as evidence.
    pub fn evidence(&self, hit: &Hit) -> Evidence {
        let agreed = hit.agreement.words().join(", ");
        let whom = match hit.part {
            Part::Organisation => "",
            Part::Prescriber(_) => "a prescriber whom the provider names: ",
        };
        self.piece(
            format!("{whom}{}", hit.entry.excerpt),
            format!("{}; matched on {agreed}", self.issue.list.title()),
        )
    }

    /// What a whole list without an entry is as evidence.
    pub fn evidence_of_absence(&self) -> Evidence {
        let rows = self.issue.rows;
        self.piece(
            format!("no entry for the organisation or any of its prescribers among {rows} entries"),
            self.issue.list.title().to_owned(),
        )
    }

    fn piece(&self, excerpt: String, note: String) -> Evidence {
        Evidence {
            tier: Tier::E1,
            kind: EvidenceKind::RegistryRecord,
            url: Some(self.issue.list.url().to_owned()),
            captured_on: Some(self.issue.as_of),
            sha256: Some(self.issue.sha256.clone()),
            excerpt: Some(cut(excerpt)),
            note: Some(note),
        }
    }

    /// The task about an entry that may be about the provider.
    pub fn task(&self, hit: &Hit) -> ReviewTask {
        let party = match hit.part {
            Part::Organisation => "organisation".to_owned(),
            Part::Prescriber(at) => {
                let named = self.provider.profile.prescribers.get(at);
                named.map(|prescriber| prescriber.name.clone()).unwrap_or_default()
            }
        };
        ReviewTask {
            provider: self.provider.id,
            list: self.issue.list.key().to_owned(),
            title: self.issue.list.title().to_owned(),
            url: self.issue.list.url().to_owned(),
            as_of: self.issue.as_of,
            entry_key: hit.entry.key.clone(),
            named: hit.entry.named(),
            entry: cut(hit.entry.excerpt.clone()),
            party,
            agrees: hit.agreement.words().into_iter().map(str::to_owned).collect(),
            proposed: match &hit.entry.says {
                Says::Fact { name, value, valid_until, .. } => Proposed::Fact {
                    name: name.clone(),
                    value: value.clone(),
                    valid_until: *valid_until,
                },
                Says::Credential(credential) => Proposed::Credential(credential.clone()),
            },
            opened_on: self.today,
            outcome: None,
            closed_on: None,
        }
    }
}

/// The evidence that comes from a list.
pub(super) fn positions_of(provider: &Provider, url: &str) -> BTreeSet<u32> {
    let pieces = (0..).zip(&provider.evidence);
    pieces
        .filter(|(_, kept)| kept.by == Origin::List && kept.item.url.as_deref() == Some(url))
        .map(|(at, _)| at)
        .collect()
}

/// True where two credentials differ in their evidence alone.
pub(super) fn says_the_same(one: &Credential, other: &Credential) -> bool {
    Credential { evidence: Vec::new(), ..one.clone() }
        == Credential { evidence: Vec::new(), ..other.clone() }
}

/// An excerpt's first 1,024 bytes.
fn cut(mut text: String) -> String {
    const MOST: usize = 1_024;
    while text.len() > MOST {
        text.pop();
    }
    text
}
