//! What checks need to know, lent by the gazetteer and the rulebook.

use chrono::NaiveDate;

use crate::{
    domain::{UsState, fact::FactValue, place::LatLon},
    gazetteer::Gazetteer,
    import::{Checker, FactCheck, Places, check::Misfit},
    rules::Rulebook,
};

/// The places and facts that a file is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// Places.
    pub gazetteer: &'a Gazetteer,
    /// Facts and rules.
    pub rulebook: &'a Rulebook,
}

impl<'a> Knowledge<'a> {
    /// A checker for the given day.
    #[must_use]
    pub fn checker(&self, today: NaiveDate) -> Checker<'_> {
        Checker { places: self, facts: self, today }
    }
}

impl Places for Knowledge<'_> {
    fn inside_state(&self, point: LatLon, state: UsState) -> bool {
        self.gazetteer.inside_state_box(point, state)
    }

    fn state_of_zip(&self, zip: &str) -> Option<UsState> {
        self.gazetteer.state_of_zip(zip)
    }

    fn state_named(&self, name: &str) -> Option<UsState> {
        self.gazetteer.state_named(name)
    }
}

impl FactCheck for Knowledge<'_> {
    fn check(&self, name: &str, value: Option<&FactValue>) -> Result<(), Misfit> {
        let vocabulary = self.rulebook.vocabulary();
        let Some(spec) = vocabulary.named(name) else {
            let mend = match vocabulary.closest(name) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "see `bedside rules check` and GET /v1/facts for the names".to_owned(),
            };
            return Err(Misfit {
                part: "name",
                problem: format!("no fact is called `{name}`"),
                mend,
            });
        };
        match value.map(|value| spec.value(value)) {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(Misfit {
                part: "value",
                problem: error.to_string(),
                mend: format!("write {}", spec.kind.allowed()),
            }),
        }
    }

    fn knows_rule(&self, id: &str) -> bool {
        self.rulebook.rule(id).is_some()
    }
}
