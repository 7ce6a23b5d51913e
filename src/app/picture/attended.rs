//! Who is on the premises while patients are dosed, and what is watched: the facts that a
//! search shows, as far as they are verified.

use super::SitePicture;
use crate::{
    app::answer::{Monitored, Present},
    domain::fact::FactValue,
};

impl SitePicture<'_> {
    /// Who and what is on the premises during a dose.
    pub(super) fn present(&self) -> Present {
        Present {
            clinician: self.yes_no("site.clinician_present_during_dosing"),
            acls: self.yes_no("site.acls_on_site"),
            prescriber: match self.verified("site.prescriber_availability") {
                Some(FactValue::Code(code)) => Some(code),
                _ => None,
            },
            rescue_equipment: self.yes_no("site.rescue_equipment"),
        }
    }

    /// What is watched during a session.
    pub(super) fn monitored(&self) -> Monitored {
        Monitored {
            blood_pressure: self.yes_no("site.monitor_bp"),
            heart_rate: self.yes_no("site.monitor_hr"),
            oxygen: self.yes_no("site.monitor_spo2"),
        }
    }

    fn yes_no(&self, name: &str) -> Option<bool> {
        match self.verified(name) {
            Some(FactValue::Bool(yes)) => Some(yes),
            _ => None,
        }
    }

    /// A fact's public value; `None` = not verified.
    fn verified(&self, name: &str) -> Option<FactValue> {
        let spec = self.whole.easel.rulebook.vocabulary().named(name)?;
        Some(spec.written(self.subject.state(spec.id).known()?))
    }
}
