//! The parts of a clinic's page that are put together from single facts.

use chrono::{DateTime, Utc};

use crate::{
    app::answer::{ClinicDetail, ClinicItem},
    domain::{
        Day,
        hours::{is_open_now, local_time},
        offer::{Coverage, Hours},
    },
    pages::{
        evidence::{Backing, Evidence, FactLine, NamedFact},
        format,
        lang::Lang,
    },
    rules::Plain,
};

/// A label with its value.
#[derive(Debug)]
pub struct Line {
    /// What it is about.
    pub label: String,
    /// What is known.
    pub value: String,
}

/// Facts of one part of a visit.
#[derive(Debug)]
pub struct VisitGroup {
    /// The key of its heading.
    pub title: &'static str,
    /// How many of its facts are known.
    pub known: String,
    /// True where it is unfolded at first.
    pub open: bool,
    /// The facts.
    pub facts: Vec<FactLine>,
}

/// Which facts make up which part: by the beginning of their names, in the order of a visit.
/// The first part that fits takes a fact; the last one takes what is left.
const VISIT: &[(&str, &[&str])] = &[
    ("visit-before", &["screen.", "consent.", "patients."]),
    (
        "visit-during",
        &[
            "offers.",
            "site.dosing",
            "site.clinician",
            "site.prescriber",
            "site.acls",
            "site.monitor",
            "site.rescue",
            "safety.",
        ],
    ),
    ("visit-after", &["site.post_dose", "site.discharge", "site.driving"]),
    ("visit-later", &["followup."]),
    ("visit-home", &["telehealth.", "takehome.", "mobile.", "state_auth."]),
    ("visit-spravato", &["esk."]),
    ("visit-records", &["cred.", "excl.", "enforcement.", "id."]),
    ("visit-honest", &[""]),
];

/// Parts that are unfolded at first: what happens in the room.
const OPEN: &[&str] = &["visit-during", "visit-after"];

/// Every fact of the vocabulary, known or not, in the order of a visit.
#[must_use]
pub fn visit(lang: Lang, facts: &[NamedFact<'_>]) -> Vec<VisitGroup> {
    let group_of = |name: &str| {
        VISIT.iter().position(|(_, starts)| starts.iter().any(|start| name.starts_with(start)))
    };
    let groups = VISIT.iter().enumerate().map(|(at, (title, _))| {
        let facts: Vec<FactLine> = facts
            .iter()
            .filter(|fact| fact.name != "site.state" && group_of(fact.name) == Some(at))
            .map(|fact| fact.line.clone())
            .collect();
        let known = facts.iter().filter(|fact| fact.value.is_some()).count().to_string();
        let total = facts.len().to_string();
        VisitGroup {
            title,
            known: lang.args("visit-known", &[("known", &known), ("total", &total)]).into_owned(),
            open: OPEN.contains(title),
            facts,
        }
    });
    groups.filter(|group| !group.facts.is_empty()).collect()
}

/// What stands between the clinic and a supervised label, as questions to ask.
#[must_use]
pub fn questions(lang: Lang, clinic: &ClinicDetail) -> Vec<String> {
    let texts = clinic.to_supervised.iter().filter_map(|step| step.question.as_ref());
    texts.map(|question: &Plain| question.text(lang.into()).to_owned()).collect()
}

/// Less common facts of a clinic, where they are known.
#[must_use]
pub fn more(lang: Lang, clinic: &ClinicDetail) -> Vec<Line> {
    let yes_no = |yes: bool| lang.t(if yes { "yes" } else { "no" }).into_owned();
    let ages = match (clinic.minimum_age, clinic.maximum_age) {
        (Some(from), Some(to)) => {
            let values = [("from", from.to_string()), ("to", to.to_string())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            Some(lang.args("clinic-ages-between", &values))
        }
        (Some(from), None) => Some(lang.t1("clinic-ages-from", &from.to_string())),
        (None, Some(to)) => Some(lang.t1("clinic-ages-to", &to.to_string())),
        (None, None) => None,
    };
    let referral = clinic.referral_required.map(|needed| {
        lang.t(if needed { "clinic-referral-yes" } else { "clinic-referral-no" }).into_owned()
    });
    let minutes = clinic.course.as_ref().and_then(|course| course.session_minutes);
    [
        ("clinic-ages", ages.map(std::borrow::Cow::into_owned)),
        ("clinic-referral", referral),
        ("clinic-integration", clinic.item.integration.map(yes_no)),
        ("clinic-follow-up", clinic.follow_up.map(yes_no)),
        (
            "clinic-session-minutes",
            minutes.map(|minutes| lang.t1("unit-minutes", &minutes.to_string()).into_owned()),
        ),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(Line { label: lang.t(key).into_owned(), value: value? }))
    .collect()
}

/// Opening hours, a line for each stretch.
#[must_use]
pub fn hours(lang: Lang, clinic: &ClinicDetail) -> Vec<String> {
    clinic.hours.iter().map(|hours| hours_line(lang, hours)).collect()
}

fn hours_line(lang: Lang, hours: &Hours) -> String {
    let days = days(lang, &hours.days);
    let (opens, closes) = (format::time(lang, hours.opens), format::time(lang, hours.closes));
    lang.args("hours-line", &[("days", &days.join(", ")), ("opens", &opens), ("closes", &closes)])
        .into_owned()
}

/// Days as a reader says them: three or more in a row as the first and the last.
fn days(lang: Lang, days: &[Day]) -> Vec<String> {
    let name = |day: &Day| lang.t(&format!("day-{day}")).into_owned();
    let place = |day: &Day| Day::ALL.iter().position(|known| known == day);
    let follows =
        |a: &Day, b: &Day| place(a).zip(place(b)).is_some_and(|(a, b)| a.checked_add(1) == Some(b));
    let mut said = Vec::new();
    for row in days.chunk_by(follows) {
        match row {
            [first, _, .., last] => {
                let values = [("from", name(first)), ("to", name(last))];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                said.push(lang.args("hours-days", &values).into_owned());
            }
            few => said.extend(few.iter().map(name)),
        }
    }
    said
}

/// Whether it is open at this moment, by the clock of its time zone.
#[must_use]
pub fn open_now(lang: Lang, clinic: &ClinicDetail, now: DateTime<Utc>) -> Option<String> {
    let zone: chrono_tz::Tz = clinic.time_zone.as_deref()?.parse().ok()?;
    let open = is_open_now(&clinic.hours, now, zone)?;
    let time = format::time(lang, local_time(now, zone).time());
    Some(lang.t1(if open { "open-now" } else { "closed-now" }, &time).into_owned())
}

/// Ways to pay with their terms.
#[must_use]
pub fn pay(lang: Lang, clinic: &ClinicDetail) -> Vec<Line> {
    let line = |payment: &crate::domain::offer::Payment| Line {
        label: lang.t(&format!("payment-{}", payment.code)).into_owned(),
        value: payment.details.clone().unwrap_or_default(),
    };
    clinic.payment_details.iter().map(line).collect()
}

/// What payers do, with dates.
#[must_use]
pub fn coverage(lang: Lang, list: &[Coverage]) -> Vec<String> {
    let line = |coverage: &Coverage| {
        let stance = lang.t(&format!("stance-{}", coverage.stance));
        let mut text = match &coverage.payer {
            Some(payer) => format!("{payer}: {}", stance.to_lowercase()),
            None => stance.into_owned(),
        };
        if let Some(product) = coverage.product {
            text = format!("{text}, {}", lang.t(&format!("product-{product}")));
        }
        match coverage.as_of {
            Some(day) => {
                let day = format::date(lang, day);
                lang.args("pay-as-of", &[("value", &text), ("date", &day)]).into_owned()
            }
            None => text,
        }
    };
    list.iter().map(line).collect()
}

/// A promise about prices, in the clinic's words where it has any.
#[must_use]
pub fn guarantee(lang: Lang, clinic: &ClinicDetail) -> Option<String> {
    let promise = clinic.price_guarantee.as_ref()?;
    let kind = lang.t(&format!("guarantee-{}", promise.kind));
    let words = promise.claim.iter().chain(&promise.conditions);
    let words: Vec<&str> = words.map(String::as_str).collect();
    Some(if words.is_empty() {
        kind.into_owned()
    } else {
        format!("{kind}: “{}”", words.join(" "))
    })
}

/// A credential with what it is worth.
#[derive(Debug)]
pub struct CredentialLine {
    /// Its name.
    pub name: String,
    /// What it is worth.
    pub kind: String,
    /// Whether it is valid.
    pub state: String,
    /// Who says so.
    pub backing: Vec<Backing>,
}

/// Every credential that was stated.
#[must_use]
pub fn credentials(
    lang: Lang,
    clinic: &ClinicDetail,
    evidence: &Evidence<'_>,
) -> Vec<CredentialLine> {
    let state = |credential: &crate::app::answer::CredentialView| match credential.expires_on {
        _ if !credential.valid => lang.t("cred-not-valid").into_owned(),
        Some(day) => lang.t1("cred-valid-until", &format::date(lang, day)).into_owned(),
        None => lang.t("cred-valid").into_owned(),
    };
    let line = |credential: &crate::app::answer::CredentialView| CredentialLine {
        name: lang.t(&format!("credential-{}", credential.code)).into_owned(),
        kind: lang.t(&format!("credtier-{}", credential.tier)).into_owned(),
        state: state(credential),
        backing: evidence.backing(&credential.evidence),
    };
    clinic.credential_details.iter().map(line).collect()
}

/// A link to the place on a map of the world, where its position is known.
#[must_use]
pub fn directions(item: &ClinicItem) -> Option<String> {
    let point = item.position?;
    Some(format!(
        "https://www.openstreetmap.org/?mlat={0:.5}&mlon={1:.5}#map=17/{0:.5}/{1:.5}",
        point.lat, point.lon
    ))
}
