//! Where doses are taken, with who says so. Always public, flag or no flag.

use super::{ProviderPicture, Subject};
use crate::{
    app::answer::{Dosing, DosingPlace, DosingSource},
    rules::{FactId, FactState, Value},
};

impl ProviderPicture<'_> {
    /// Where the provider's doses are taken, over all its sites.
    #[must_use]
    pub fn dosing(&self) -> Dosing {
        let core = self.easel.rulebook.core();
        let subjects = || self.subjects.sites.iter().chain([&self.subjects.own]);
        let on_site = subjects().find(|subject| yes(subject, core.dosing_on_site));
        let at_home = subjects().find(|subject| yes(subject, core.takehome));
        let (place, source) = match (on_site, at_home) {
            (Some(_), Some(home)) => (DosingPlace::Both, Some((home, core.takehome))),
            (Some(site), None) => (DosingPlace::OnSite, Some((site, core.dosing_on_site))),
            (None, Some(home)) => (DosingPlace::AtHome, Some((home, core.takehome))),
            (None, None) => (DosingPlace::Unknown, None),
        };
        Dosing { place, source: source.and_then(|(subject, fact)| self.source(subject, fact)) }
    }

    /// The evidence of the statement that decided a fact.
    fn source(&self, subject: &Subject, fact: FactId) -> Option<DosingSource> {
        let n = subject.facts().get(fact)?.n?;
        let statements = self.provider.sites.iter().flat_map(|site| &site.facts);
        let statement = self.provider.facts.iter().chain(statements).find(|kept| kept.n == n)?;
        let newest = self
            .provider
            .cited(&statement.item.evidence)
            .max_by_key(|evidence| evidence.captured_on)?;
        Some(DosingSource { url: newest.url.clone(), captured_on: newest.captured_on })
    }
}

fn yes(subject: &Subject, fact: FactId) -> bool {
    subject.state(fact) == FactState::Known(Value::Bool(true))
}
