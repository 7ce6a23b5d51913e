//! Flags as everybody may see them, in the words that the rulebook allows.
//!
//! Source of the message: the rulebook, "Defamation guard rails": dated and attributed facts,
//! the rule and not a motive, the provider's own words beside it.

use super::{ProviderPicture, Subject, views::public_statements};
use crate::{
    app::{
        answer::{FlagEvidence, FlagSource, FlagView},
        flags::FlagId,
    },
    domain::{
        EvidenceKind, FlagState, Severity, Tier,
        flag::Flag,
        provider::{Evidence, Kept, Site, Statement},
    },
    rules::{FactSpec, Lang, Outcome, Resolved, Rule, RuleKind, Which},
};

impl ProviderPicture<'_> {
    /// The flags that are, or once were, on display; those of today first, then history, each
    /// newest first.
    pub(super) fn flags(&self) -> Vec<FlagView> {
        self.views(|_any| true)
    }

    /// Those that speak of one site.
    pub(super) fn flags_about(&self, site: uuid::Uuid) -> Vec<FlagView> {
        self.views(|flag| flag.is_about(site))
    }

    fn views(&self, wanted: impl Fn(&Flag) -> bool) -> Vec<FlagView> {
        let day = self.easel.as_of.max(self.easel.today);
        let mut views: Vec<FlagView> = self
            .provider
            .flags
            .iter()
            .filter(|kept| kept.stands() && kept.item.is_public() && wanted(&kept.item))
            .map(|kept| self.flag(kept, kept.item.state_on(day)))
            .collect();
        views.sort_by_key(|flag| (flag.history, std::cmp::Reverse(flag.published_on)));
        views
    }

    fn flag(&self, kept: &Kept<Flag>, state: FlagState) -> FlagView {
        let flag = &kept.item;
        let rule = self.easel.rulebook.rule(&flag.rule).map(|(_, rule)| rule);
        let displayed = matches!(state, FlagState::Published | FlagState::Appealed);
        let evidence = if displayed { self.evidence_for(flag) } else { Vec::new() };
        let history = matches!(state, FlagState::Cleared | FlagState::Expired);
        let closed_by_clock = flag.expires_on.and_then(|last| last.succ_opt());
        FlagView {
            id: FlagId { provider: self.provider.id, n: kept.n }.to_string(),
            rule: flag.rule.clone(),
            rule_version: flag.rule_version,
            severity: rule.map_or(Severity::Critical, |rule| rule.severity),
            jurisdiction: rule.map_or_else(String::new, |rule| rule.jurisdiction.clone()),
            state,
            text: text(flag, state, rule, &evidence),
            clinics: self.live_about(flag),
            notified_on: flag.notified_on,
            published_on: flag.published_on,
            expires_on: flag.expires_on,
            appeal_by: flag.appeal_by().filter(|_| displayed && flag.appeal.is_none()),
            appealed_on: flag.appeal.as_ref().map(|appeal| appeal.on),
            answer_by: flag.answer_by().filter(|_| !history),
            suspended: flag.suspension.clone(),
            closed_on: flag.closed_on.or(closed_by_clock.filter(|_| history)),
            history,
            reply: flag.reply.clone().filter(|_| state != FlagState::DisplaySuspended),
            evidence,
        }
    }

    /// The clinics that a flag names and that are still there.
    fn live_about(&self, flag: &Flag) -> Vec<uuid::Uuid> {
        let live = super::live_sites(&self.provider).map(|site| site.id);
        live.filter(|id| flag.about.contains(id)).collect()
    }

    /// What the finding rests on in the public view: each fact once.
    fn evidence_for(&self, flag: &Flag) -> Vec<FlagEvidence> {
        let of_sites = super::live_sites(&self.provider).zip(&self.subjects.sites);
        let subjects = of_sites
            .map(|(site, subject)| (Some(site), site.id, subject))
            .chain([(None, self.provider.id, &self.subjects.own)])
            .filter(|(_, id, _)| flag.is_about(*id));
        let mut all: Vec<FlagEvidence> = Vec::new();
        for (site, _, subject) in subjects {
            for evidence in self.evidence_at(&flag.rule, site, subject) {
                if !all.contains(&evidence) {
                    all.push(evidence);
                }
            }
        }
        all
    }

    fn evidence_at(&self, rule: &str, site: Option<&Site>, subject: &Subject) -> Vec<FlagEvidence> {
        let rulebook = self.easel.rulebook;
        let view = &subject.public;
        let findings = rulebook.findings(&view.compact, &view.basis, Which::Reported);
        let found = findings.iter().find(|f| f.rule.id == rule && f.outcome == Outcome::Triggered);
        let statements: Vec<&Kept<Statement>> = public_statements(self, site, subject).collect();
        found
            .into_iter()
            .flat_map(|finding| &finding.facts)
            .filter_map(|id| {
                let spec = rulebook.vocabulary().get(*id)?;
                self.evidence_of_fact(spec, view.facts.get(*id)?, &statements)
            })
            .collect()
    }

    fn evidence_of_fact(
        &self,
        spec: &FactSpec,
        resolved: &Resolved,
        statements: &[&Kept<Statement>],
    ) -> Option<FlagEvidence> {
        let numbers = || resolved.n.iter().chain(&resolved.with);
        let cited = statements.iter().filter(|kept| numbers().any(|n| *n == kept.n));
        Some(FlagEvidence {
            fact: spec.name.clone(),
            label: spec.label.text(Lang::En).to_owned(),
            value: spec.written(resolved.state.known()?),
            tier: resolved.tier,
            observed_on: resolved.observed_on,
            sources: cited
                .flat_map(|kept| self.provider.cited(&kept.item.evidence))
                .map(FlagSource::from)
                .collect(),
        })
    }
}

impl From<&Evidence> for FlagSource {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: evidence.kind,
            url: evidence.url.clone(),
            captured_on: evidence.captured_on,
            sha256: evidence.sha256.clone(),
            excerpt: evidence.excerpt.clone(),
        }
    }
}

/// Where a flag stands, in words.
fn text(flag: &Flag, state: FlagState, rule: Option<&Rule>, evidence: &[FlagEvidence]) -> String {
    let name = match flag.rule_version {
        Some(version) => format!("Rule {} v{version}", flag.rule),
        None => format!("Rule {}", flag.rule),
    };
    match state {
        FlagState::Cleared => format!("{name}: noted earlier, and cleared since."),
        FlagState::Expired => format!("{name}: previously noted, evidence expired."),
        FlagState::DisplaySuspended => {
            let until = flag.suspension.as_ref().map(|time| time.until.to_string());
            format!(
                "{name}: display is suspended until {} while we look into whom the evidence is \
                 about.",
                until.unwrap_or_default()
            )
        }
        _ => {
            let mut text = quotation(evidence).unwrap_or_default();
            let reason = rule.map_or("", |rule| rule.plain.en.as_str());
            text.push_str(&format!("{name} flags this practice: {reason}"));
            // An authority's own record is no practice that a law may permit.
            let official = evidence.iter().any(|fact| fact.tier == Some(Tier::E1));
            if rule.is_some_and(|rule| rule.kind() == RuleKind::Policy) && !official {
                text.push_str(" This may be permitted under current federal law.");
            }
            if state == FlagState::Appealed {
                text.push_str(" The provider has appealed.");
            }
            text
        }
    }
}

/// "On DATE the provider's page said 'QUOTE' (capture HASH). ", from the newest quotation.
fn quotation(evidence: &[FlagEvidence]) -> Option<String> {
    let sources = evidence.iter().flat_map(|fact| &fact.sources);
    let quoted = sources.filter(|source| source.excerpt.is_some());
    let source = quoted.max_by_key(|source| source.captured_on)?;
    let who = match source.kind {
        EvidenceKind::WebsiteCapture => "the provider's page said",
        EvidenceKind::RegistryRecord => "an official register said",
        EvidenceKind::RegulatorAction => "an authority's act said",
        EvidenceKind::InspectionReport => "an inspection report said",
        EvidenceKind::Attestation => "a signed statement said",
        _ => "a document said",
    };
    let quote = source.excerpt.as_deref()?;
    let said = match source.captured_on {
        Some(day) => format!("On {day} {who}"),
        None => who.to_owned(),
    };
    let hash = source.sha256.as_deref().map(|hash| format!(" (capture {hash})"));
    Some(format!("{said} \u{201c}{quote}\u{201d}{}. ", hash.unwrap_or_default()))
}
