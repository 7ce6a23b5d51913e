//! The rulebook in memory: vocabulary, rules and citations, checked against each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    load::{self, LoadErrors, Sources},
    rule::Rule,
    vocabulary::{FactId, Vocabulary},
};

/// The text, place and check of a source that rules cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// What the source says, in short.
    pub text: String,
    /// Which document it is; empty where the addresses say it.
    pub source: String,
    /// Where it can be read.
    pub urls: Vec<String>,
    /// How far it was checked.
    pub checked: String,
}

/// A vocabulary with the rules that read it.
#[derive(Debug, Clone)]
pub struct Rulebook {
    version: u32,
    hash: String,
    vocabulary: Vocabulary,
    core: Core,
    /// In the order of their ids.
    rules: Vec<Rule>,
    citations: BTreeMap<String, Citation>,
    /// For each fact the positions of the rules that read it.
    readers: Vec<Vec<usize>>,
}

/// The facts that the overall status reads by name.
#[derive(Debug, Clone, Copy)]
pub struct Core {
    /// `offers.racemic_ketamine`.
    pub racemic: FactId,
    /// `offers.esketamine`.
    pub esketamine: FactId,
    /// `site.dosing_on_site`.
    pub dosing_on_site: FactId,
    /// `site.state`, which is read from the address.
    pub state: FactId,
    /// `takehome.offered`.
    pub takehome: FactId,
    /// `takehome.supervision`.
    pub takehome_supervision: FactId,
    /// The code of `in_person_clinician` in `takehome.supervision`.
    pub in_person_clinician: u8,
    /// `telehealth.used`.
    pub telehealth: FactId,
    /// `mobile.iv_outside_facility`.
    pub mobile: FactId,
}

impl Core {
    /// Finds the facts; the error names the one that is missing or of another kind.
    pub(super) fn find(vocabulary: &Vocabulary) -> Result<Self, String> {
        let find = |name: &str, kind: &str| {
            let fact = vocabulary.named(name).filter(|fact| fact.kind.name() == kind);
            fact.ok_or_else(|| format!("the overall status needs a {kind} fact `{name}`"))
        };
        let tri = |name: &str| find(name, "tri").map(|fact| fact.id);
        let supervision = find("takehome.supervision", "enum")?;
        let code = "in_person_clinician";
        let in_person_clinician = supervision.kind.code(code).ok_or_else(|| {
            format!("the overall status needs the value \"{code}\" in `{}`", supervision.name)
        })?;
        Ok(Self {
            racemic: tri("offers.racemic_ketamine")?,
            esketamine: tri("offers.esketamine")?,
            dosing_on_site: tri("site.dosing_on_site")?,
            state: find("site.state", "enum")?.id,
            takehome: tri("takehome.offered")?,
            takehome_supervision: supervision.id,
            in_person_clinician,
            telehealth: tri("telehealth.used")?,
            mobile: tri("mobile.iv_outside_facility")?,
        })
    }
}

impl Rulebook {
    /// The rulebook that is part of the program.
    ///
    /// # Errors
    /// Everything that is wrong with it; a test keeps that empty.
    pub fn built_in() -> Result<Self, LoadErrors> {
        Self::load(&Sources::built_in())
    }

    /// Reads and checks a rulebook.
    ///
    /// # Errors
    /// Everything that is wrong, each with file, rule or fact, field, position and reason.
    pub fn load(sources: &Sources<'_>) -> Result<Self, LoadErrors> {
        load::load(sources)
    }

    /// Puts checked parts together; the loader calls it.
    pub(super) fn assemble(
        version: u32,
        hash: String,
        vocabulary: Vocabulary,
        core: Core,
        mut rules: Vec<Rule>,
        citations: BTreeMap<String, Citation>,
    ) -> Self {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let reads = |fact: FactId| {
            let at = rules.iter().enumerate();
            at.filter(|(_, rule)| rule.reads.contains(&fact)).map(|(at, _)| at).collect()
        };
        let readers = vocabulary.facts().iter().map(|fact| reads(fact.id)).collect();
        Self { version, hash, vocabulary, core, rules, citations, readers }
    }

    /// The rulebook's version, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// SHA-256 over the canonical content, 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The vocabulary.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Every rule, in the order of their ids. A rule's position is the one in [`RuleSet`].
    ///
    /// [`RuleSet`]: super::RuleSet
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its id, with its position.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<(usize, &Rule)> {
        let at = self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok()?;
        Some((at, self.rules.get(at)?))
    }

    /// What the rules cite, by key.
    #[must_use]
    pub const fn citations(&self) -> &BTreeMap<String, Citation> {
        &self.citations
    }

    /// The facts that the overall status reads by name.
    #[must_use]
    pub const fn core(&self) -> &Core {
        &self.core
    }

    /// The rules that read a fact, with their positions.
    pub fn readers(&self, fact: FactId) -> impl Iterator<Item = (usize, &Rule)> {
        let positions = self.readers.get(fact.index()).into_iter().flatten();
        positions.filter_map(|at| Some((*at, self.rules.get(*at)?)))
    }

    /// Facts of which nothing is known.
    #[must_use]
    pub fn no_facts(&self) -> super::Facts {
        super::Facts::unknown(self.vocabulary.facts().len())
    }
}
