//! Who is on the premises during a dose and what is watched, as a list shows it.

use crate::{
    app::answer::{Monitored, Present},
    pages::lang::Lang,
};

/// What is verified of a few facts, and whether some of them are not.
#[derive(Debug, Clone, Default)]
pub struct AttendedView {
    /// What is known, in words: that something is so, or that it is not.
    pub known: Vec<String>,
    /// True where at least one of the facts is not verified.
    pub open: bool,
}

impl AttendedView {
    /// Who and what is there.
    #[must_use]
    pub fn present(lang: Lang, present: &Present) -> Self {
        let mut view = Self::default();
        view.tell(lang, "present-clinician", present.clinician);
        match &present.prescriber {
            Some(code) => view.known.push(lang.t(&format!("prescriber-{code}")).into_owned()),
            None => view.open = true,
        }
        view.tell(lang, "present-acls", present.acls);
        view.tell(lang, "present-rescue", present.rescue_equipment);
        view
    }

    /// What is watched.
    #[must_use]
    pub fn monitored(lang: Lang, monitored: &Monitored) -> Self {
        let mut view = Self::default();
        view.tell(lang, "watched-bp", monitored.blood_pressure);
        view.tell(lang, "watched-pulse", monitored.heart_rate);
        view.tell(lang, "watched-oxygen", monitored.oxygen);
        view
    }

    fn tell(&mut self, lang: Lang, key: &str, known: Option<bool>) {
        match known {
            Some(true) => self.known.push(lang.t(&format!("{key}-yes")).into_owned()),
            Some(false) => self.known.push(lang.t(&format!("{key}-no")).into_owned()),
            None => self.open = true,
        }
    }
}
