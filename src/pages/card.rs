//! A clinic as a list shows it: every text ready in the page's language.

mod attended;

use crate::{
    app::answer::{ClinicItem, CourseCostSummary, Safety, SiteRef},
    domain::{CoverageStance, CredentialTier, SafetyStatus, course_cost::CostState, place::LatLon},
    rules::Rulebook,
};

use super::{format, lang::Lang};

use attended::AttendedView;

/// A safety status as a page shows it.
#[derive(Debug, Clone)]
pub struct StatusView {
    /// `ok`, `hybrid`, `ask`, `flag` or `open`: colour and icon.
    pub tone: &'static str,
    /// The rulebook's display words.
    pub text: String,
}

impl StatusView {
    /// The display words of a status in the page's language.
    #[must_use]
    pub fn new(lang: Lang, safety: &Safety) -> Self {
        let tone = match safety.status {
            SafetyStatus::SupervisedInPerson => "ok",
            SafetyStatus::SupervisedHybrid => "hybrid",
            SafetyStatus::Caution => "ask",
            SafetyStatus::Flagged => "flag",
            SafetyStatus::InsufficientInformation | SafetyStatus::OutOfScope => "open",
        };
        let day = safety.verified_on.map(|day| format::date(lang, day)).unwrap_or_default();
        let key = if safety.never_asked {
            "status-not_asked".to_owned()
        } else {
            format!("status-{}", safety.status)
        };
        Self { tone, text: lang.args(&key, &[("date", &day)]).into_owned() }
    }
}

/// A finding in plain words, with the rule to read on.
#[derive(Debug, Clone)]
pub struct FindingView {
    /// The rule's id.
    pub rule: String,
    /// In plain words.
    pub text: String,
}

/// Why a status is what it is.
#[derive(Debug, Clone)]
pub struct ReasonsView {
    /// What was found.
    pub found: Vec<FindingView>,
    /// What is not verified, each point once.
    pub missing: Vec<String>,
    /// How many reasons are left out.
    pub more: u64,
}

impl ReasonsView {
    /// The reasons of a status in the page's language.
    #[must_use]
    pub fn new(lang: Lang, safety: &Safety, rulebook: &Rulebook) -> Self {
        let mut view =
            Self { found: Vec::new(), missing: Vec::new(), more: safety.reasons_more.into() };
        for reason in &safety.reasons {
            if reason.outcome == crate::rules::Outcome::Triggered {
                let plain =
                    rulebook.rule(&reason.rule).map(|(_, rule)| rule.plain.text(lang.into()));
                let text = plain.unwrap_or(&reason.text).to_owned();
                view.found.push(FindingView { rule: reason.rule.clone(), text });
                continue;
            }
            // Where no fact is missing, the law behind the rule is not confirmed.
            let law = reason.missing.is_empty().then(|| lang.t("missing-law").into_owned());
            for label in
                reason.missing.iter().filter_map(|name| label(lang, name, rulebook)).chain(law)
            {
                if !view.missing.contains(&label) {
                    view.missing.push(label);
                }
            }
        }
        view
    }
}

/// A fact's label in the page's language.
fn label(lang: Lang, name: &str, rulebook: &Rulebook) -> Option<String> {
    rulebook.vocabulary().named(name).map(|spec| spec.label.text(lang.into()).to_owned())
}

impl From<Lang> for crate::rules::Lang {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Es => Self::Es,
        }
    }
}

/// What a course costs, in one line and a half.
#[derive(Debug, Clone)]
pub struct CourseView {
    /// The amount; `None` = not published.
    pub amount: Option<String>,
    /// What it counts; empty where nothing is published.
    pub note: String,
}

impl CourseView {
    /// The whole first course on its cheapest route.
    #[must_use]
    pub fn new(lang: Lang, cost: &CourseCostSummary) -> Self {
        let amount = match (cost.state, cost.min_cents, cost.max_cents) {
            (CostState::Unpublished, _, _) | (_, None, _) => None,
            (CostState::Complete, Some(min), max) => {
                Some(format::money_range(min, max.unwrap_or(min)))
            }
            (CostState::AtLeast, Some(min), _) => {
                Some(lang.t1("course-at-least", &format::money(min)).into_owned())
            }
        };
        let mut notes = Vec::new();
        if amount.is_some() {
            if let Some(sessions) = cost.sessions {
                let key = if cost.sessions_assumed {
                    "course-sessions-assumed"
                } else {
                    "course-sessions"
                };
                notes.push(lang.count(key, sessions.into()).into_owned());
            }
            if let Some(route) = cost.route {
                notes.push(lang.t(&format!("route-short-{route}")).into_owned());
            }
            if cost.state == CostState::AtLeast {
                notes.push(lang.t("course-without-consultation").into_owned());
            }
        }
        Self { amount, note: notes.join(" · ") }
    }
}

/// A clinic in a list.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its name in addresses.
    pub slug: String,
    /// Its name, as it writes itself.
    pub name: String,
    /// Street address, where known.
    pub street: Option<String>,
    /// City, state and ZIP, where known.
    pub town: String,
    /// How exactly its place is known.
    pub precision: Option<String>,
    /// Whether doctors and nurses watch, in the rulebook's words.
    pub status: StatusView,
    /// The whole course.
    pub course: CourseView,
    /// One session, with its route.
    pub session: Option<String>,
    /// Ways to pay; empty = not verified.
    pub payments: Vec<String>,
    /// Payers that pay at least sometimes, with their stance.
    pub coverage: Vec<String>,
    /// Routes; empty = not verified.
    pub routes: Vec<String>,
    /// Who and what is there during a dose.
    pub present: AttendedView,
    /// What is watched during a dose.
    pub monitored: AttendedView,
    /// Accreditations in the narrow sense, each with its last day.
    pub accredited: Vec<String>,
    /// Certificates and pledges, which are no accreditation.
    pub certificates: Vec<String>,
    /// Whether new patients are taken.
    pub accepting: Option<String>,
    /// What limits it, where it is not simply open.
    pub notice: Option<String>,
    /// Languages spoken.
    pub languages: Vec<String>,
    /// Why the status is what it is.
    pub reasons: ReasonsView,
    /// The day since which its status holds.
    pub verified_on: Option<String>,
    /// The newest day on which anything was seen.
    pub last_checked_on: Option<String>,
    /// Phone for the link.
    pub phone: Option<String>,
    /// Where it is drawn.
    pub point: Option<LatLon>,
}

impl Card {
    /// A clinic as a list shows it.
    #[must_use]
    pub fn new(lang: Lang, item: &ClinicItem, rulebook: &Rulebook) -> Self {
        let codes = |kind: &str, code: &str| lang.t(&format!("{kind}-{code}")).into_owned();
        let dated = |credential: &crate::app::answer::CredentialItem| {
            let name = codes("credential", credential.code.as_str());
            match credential.expires_on {
                Some(day) => {
                    let day = format::date(lang, day);
                    lang.args("valid-until", &[("value", &name), ("date", &day)]).into_owned()
                }
                None => name,
            }
        };
        let is_a = |tier: CredentialTier| tier == CredentialTier::A;
        let pays = |stance: CoverageStance| {
            matches!(
                stance,
                CoverageStance::InNetwork
                    | CoverageStance::OutOfNetwork
                    | CoverageStance::CaseByCase
            )
        };
        let (street, town) = address(item);
        Self {
            slug: item.slug.clone(),
            name: item.name.clone(),
            street,
            town,
            precision: item
                .position
                .map(|position| codes("precision", position.precision.as_str())),
            status: StatusView::new(lang, &item.safety),
            course: CourseView::new(lang, &item.course_cost),
            session: item.price.map(|price| {
                let amount = format::money_range(price.session_min_cents, price.session_max_cents);
                format!("{amount} · {}", codes("route-short", price.route.as_str()))
            }),
            payments: item.payments.iter().map(|code| codes("payment", code.as_str())).collect(),
            coverage: item
                .coverage
                .iter()
                .filter(|coverage| pays(coverage.stance))
                .filter_map(|coverage| {
                    let payer = coverage.payer.as_deref()?;
                    let stance = codes("stance", coverage.stance.as_str());
                    Some(format!("{payer}: {}", stance.to_lowercase()))
                })
                .collect(),
            routes: item.routes.iter().map(|route| codes("route", route.as_str())).collect(),
            present: AttendedView::present(lang, &item.present),
            monitored: AttendedView::monitored(lang, &item.monitored),
            accredited: item
                .credentials
                .iter()
                .filter(|credential| item.accredited && is_a(credential.tier))
                .map(dated)
                .collect(),
            certificates: item
                .credentials
                .iter()
                .filter(|credential| !is_a(credential.tier))
                .map(dated)
                .collect(),
            accepting: item.accepting_patients.map(|code| codes("accepting", code.as_str())),
            notice: item
                .operating_status
                .filter(|status| *status != crate::domain::OperatingStatus::Normal)
                .map(|status| codes("operating", status.as_str())),
            languages: item.languages.iter().map(|tag| language(lang, tag)).collect(),
            reasons: ReasonsView::new(lang, &item.safety, rulebook),
            verified_on: item.safety.verified_on.map(|day| format::date(lang, day)),
            last_checked_on: item.last_checked_on.map(|day| format::date(lang, day)),
            phone: item.phone.clone(),
            point: item.position.map(|position| position.point()),
        }
    }

    /// The phone as people write it.
    #[must_use]
    pub fn phone_shown(&self) -> String {
        self.phone.as_deref().map(format::phone).unwrap_or_default()
    }
}

/// Street, and city with state and ZIP.
#[must_use]
pub fn address(item: &ClinicItem) -> (Option<String>, String) {
    let address = &item.address;
    let street = match (&address.line1, &address.line2) {
        (Some(one), Some(two)) => Some(format!("{one}, {two}")),
        (one, two) => one.clone().or_else(|| two.clone()),
    };
    let state = address.state.map(|state| state.as_str().to_owned());
    let region: Vec<String> = state.into_iter().chain(address.postal_code.clone()).collect();
    let town =
        address.city.clone().into_iter().chain((!region.is_empty()).then(|| region.join(" ")));
    (street, town.collect::<Vec<_>>().join(", "))
}

/// City and state of a provider's place.
#[must_use]
pub fn town_of(site: &SiteRef) -> String {
    let state = site.state.map(|state| state.as_str().to_owned());
    site.city.iter().cloned().chain(state).collect::<Vec<_>>().join(", ")
}

/// A language's name, or its tag where the catalogue has none.
#[must_use]
pub fn language(lang: Lang, tag: &str) -> String {
    let key = format!("language-{}", tag.split('-').next().unwrap_or(tag));
    if lang.has(&key) { lang.t(&key).into_owned() } else { tag.to_owned() }
}
