//! What a line must obey beyond its shape, and the one spelling that each value is kept in.
//!
//! A check mends what has only one meaning (a phone's punctuation, the case of a host name)
//! and reports everything else. Checking a checked line again changes nothing.

mod items;
mod normal;
mod site;

use chrono::{Days, NaiveDate};

use super::{
    Line, Problem,
    diagnose::{MOST_PROBLEMS, shortened},
    problem::Path,
};
use crate::domain::{
    UsState,
    fact::FactValue,
    place::LatLon,
    provider::{Alias, Evidence, Prescriber},
};

pub(in crate::import) use normal::is_hidden;
pub use normal::{npi, phone, postal_code, web_address};

/// What the gazetteer knows and a check needs.
pub trait Places: Sync {
    /// Whether a point lies in the box around a state.
    fn inside_state(&self, point: LatLon, state: UsState) -> bool;

    /// The state of a five-digit ZIP code; none where the code is not known.
    fn state_of_zip(&self, zip: &str) -> Option<UsState>;

    /// The state that is called so, in any case, by name or by code.
    fn state_named(&self, name: &str) -> Option<UsState>;
}

/// What the rulebook's vocabulary knows and a check needs.
pub trait FactCheck: Sync {
    /// Whether a fact of this name exists and may have this value (none = unknown).
    ///
    /// # Errors
    /// What is wrong; [`Misfit::part`] says with which part of the statement.
    fn check(&self, name: &str, value: Option<&FactValue>) -> Result<(), Misfit>;

    /// Whether a rule with this id exists.
    fn knows_rule(&self, id: &str) -> bool;
}

/// Why a statement does not fit the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The part of the statement: `name` or `value`.
    pub part: &'static str,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// How to mend it, as an instruction.
    pub mend: String,
}

/// Everything that a check asks others for.
#[derive(Clone, Copy)]
pub struct Checker<'a> {
    /// Geography.
    pub places: &'a dyn Places,
    /// The vocabulary of facts.
    pub facts: &'a dyn FactCheck,
    /// The day of the import; nothing can have been seen after it.
    pub today: NaiveDate,
}

/// What a check found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The row is refused for these.
    pub problems: Vec<Problem>,
    /// The row is taken all the same.
    pub warnings: Vec<Problem>,
}

impl Checker<'_> {
    /// Checks a line and brings its values into the one spelling that is kept.
    pub fn check(&self, line: &mut Line) -> Checked {
        let latest = self.today.checked_add_days(Days::new(1)).unwrap_or(self.today);
        let mut check = Check {
            by: *self,
            latest,
            evidence: Vec::new(),
            fictional: line.fictional,
            found: Checked::default(),
        };
        check.line(line);
        check.found
    }
}

/// Room for a text: how long, and whether it may have several lines.
#[derive(Clone, Copy)]
struct Room {
    most: usize,
    lines: bool,
}

/// A text on one line with so many characters at most.
const fn short(most: usize) -> Room {
    Room { most, lines: false }
}

/// A text that may have several lines.
const fn long(most: usize) -> Room {
    Room { most, lines: true }
}

/// Longest key, in characters.
const KEY: Room = short(100);
/// Longest name, in characters.
const NAME: Room = short(200);
/// Longest text about one item, in characters.
const REMARK: Room = long(1_000);
/// Longest description, in characters.
const DESCRIPTION: Room = long(4_000);
/// Longest reply of a provider, in characters: the rulebook's due process.
const REPLY: Room = long(2_000);
/// Longest excerpt, in bytes.
const MOST_EXCERPT_BYTES: usize = 1_024;
/// Longest list of any kind.
const MOST_ITEMS: usize = 2_000;

/// What the statements of a line need to know about its pieces of evidence.
#[derive(Clone, Copy)]
struct Backing {
    tier: crate::domain::Tier,
    captured_on: Option<NaiveDate>,
}

struct Check<'a> {
    by: Checker<'a>,
    /// The last day on which something can have been seen: a day after today, for those
    /// whose day begins before ours.
    latest: NaiveDate,
    evidence: Vec<Backing>,
    fictional: bool,
    found: Checked,
}

impl Check<'_> {
    fn refuse(&mut self, at: Path<'_>, problem: impl Into<String>, mend: impl Into<String>) {
        if self.found.problems.len() < MOST_PROBLEMS {
            self.found.problems.push(Problem::new(at, problem, mend));
        }
    }

    fn warn(&mut self, at: Path<'_>, problem: impl Into<String>, mend: impl Into<String>) {
        if self.found.warnings.len() < MOST_PROBLEMS {
            self.found.warnings.push(Problem::new(at, problem, mend));
        }
    }

    fn line(&mut self, line: &mut Line) {
        let at = Path::ROOT;
        self.text(&mut line.source_key, KEY, at.key("source_key"));
        self.text(&mut line.name, NAME, at.key("name"));
        self.each(&mut line.aliases, at.key("aliases"), |check, Alias { text, kind: _ }, at| {
            check.text(text, NAME, at.key("text"));
        });
        self.web_address(&mut line.website, at.key("website"));
        self.phone(&mut line.phone, at.key("phone"));
        self.npi(&mut line.npi, at.key("npi"));
        self.each(&mut line.prescribers, at.key("prescribers"), Self::prescriber);
        self.optional_text(&mut line.description, DESCRIPTION, at.key("description"));

        // Evidence comes before the statements that lean on it.
        self.each(&mut line.evidence, at.key("evidence"), Self::piece_of_evidence);
        self.evidence = line
            .evidence
            .iter()
            .map(|e| Backing { tier: e.tier, captured_on: e.captured_on })
            .collect();

        self.each(&mut line.facts, at.key("facts"), Self::statement);
        self.each(&mut line.prices, at.key("prices"), Self::price);
        self.each(&mut line.payments, at.key("payments"), |check, payment, at| {
            check.optional_text(&mut payment.details, REMARK, at.key("details"));
        });
        self.each(&mut line.coverage, at.key("coverage"), |check, coverage, at| {
            check.optional_text(&mut coverage.payer, NAME, at.key("payer"));
            check.seen_on(coverage.as_of, at.key("as_of"));
        });
        if let Some(guarantee) = &mut line.price_guarantee {
            let at = at.key("price_guarantee");
            self.optional_text(&mut guarantee.claim, REMARK, at.key("claim"));
            self.optional_text(&mut guarantee.conditions, REMARK, at.key("conditions"));
            self.within(guarantee.discount_bp, 0, 10_000, at.key("discount_bp"));
        }
        self.each(&mut line.flags, at.key("flags"), Self::flag);
        if !line.flags.is_empty() && !line.fictional {
            let mend = "leave `flags` out: a flag on a real provider is decided by people here";
            self.refuse(at.key("flags"), "only a fictional provider comes with flags", mend);
        }
        self.each(&mut line.sites, at.key("sites"), Self::site);
        self.unique_site_keys(line);
    }

    /// Checks every element of a list, and that the list is no attack.
    fn each<T>(
        &mut self,
        list: &mut [T],
        at: Path<'_>,
        mut one: impl FnMut(&mut Self, &mut T, Path<'_>),
    ) {
        if list.len() > MOST_ITEMS {
            let mend = format!("keep at most {MOST_ITEMS}");
            return self.refuse(at, format!("it has {} elements", list.len()), mend);
        }
        for (index, item) in list.iter_mut().enumerate() {
            one(self, item, at.index(index));
        }
    }

    fn unique_site_keys(&mut self, line: &Line) {
        let mut seen = std::collections::HashMap::with_capacity(line.sites.len());
        for (index, site) in line.sites.iter().enumerate() {
            if let Some(first) = seen.insert(site.source_key.as_str(), index) {
                let sites = Path::ROOT.key("sites");
                let problem = format!("`/sites/{first}` has the same key");
                let mend = "give each site of a provider its own key";
                self.refuse(sites.index(index).key("source_key"), problem, mend);
            }
        }
    }

    fn prescriber(&mut self, prescriber: &mut Prescriber, at: Path<'_>) {
        self.text(&mut prescriber.name, NAME, at.key("name"));
        self.npi(&mut prescriber.npi, at.key("npi"));
        self.each(&mut prescriber.licences, at.key("licences"), |check, licence, at| {
            check.optional_text(&mut licence.number, KEY, at.key("number"));
            check.day(licence.expires_on, at.key("expires_on"));
        });
    }

    fn piece_of_evidence(&mut self, evidence: &mut Evidence, at: Path<'_>) {
        items::kind_and_tier(self, evidence, at);
        self.web_address(&mut evidence.url, at.key("url"));
        self.seen_on(evidence.captured_on, at.key("captured_on"));
        items::hash(self, &mut evidence.sha256, at.key("sha256"));
        self.optional_text(&mut evidence.excerpt, long(MOST_EXCERPT_BYTES), at.key("excerpt"));
        let bytes = evidence.excerpt.as_ref().map_or(0, String::len);
        if bytes > MOST_EXCERPT_BYTES {
            let problem = format!("it has {bytes} bytes");
            self.refuse(at.key("excerpt"), problem, "quote at most 1,024 bytes");
        }
        self.optional_text(&mut evidence.note, REMARK, at.key("note"));
    }

    /// A text that must say something.
    fn text(&mut self, text: &mut String, room: Room, at: Path<'_>) {
        match normal::text(text, room.most, room.lines) {
            Ok(None) => {}
            Ok(Some(trimmed)) => *text = trimmed,
            Err((problem, mend)) => self.refuse(at, problem, mend),
        }
    }

    fn optional_text(&mut self, text: &mut Option<String>, room: Room, at: Path<'_>) {
        if let Some(text) = text {
            self.text(text, room, at);
        }
    }

    fn web_address(&mut self, address: &mut Option<String>, at: Path<'_>) {
        self.normalise(address, at, normal::web_address);
    }

    fn npi(&mut self, number: &mut Option<String>, at: Path<'_>) {
        self.normalise(number, at, normal::npi);
    }

    fn phone(&mut self, number: &mut Option<String>, at: Path<'_>) {
        self.normalise(number, at, normal::phone);
        if let Some(number) = number
            && self.fictional
            && !normal::is_fictional_phone(number)
        {
            let problem = format!("{} could be somebody's phone", shortened(number));
            self.warn(at, problem, "give a fictional provider a number like +12025550142");
        }
    }

    /// Brings a value into its one spelling.
    fn normalise(
        &mut self,
        value: &mut Option<String>,
        at: Path<'_>,
        how: impl Fn(&str) -> Result<String, (String, String)>,
    ) {
        let Some(text) = value else { return };
        match how(text) {
            Ok(normal) => *text = normal,
            Err((problem, mend)) => self.refuse(at, problem, mend),
        }
    }

    /// A day that somebody lives to see.
    fn day(&mut self, day: Option<NaiveDate>, at: Path<'_>) {
        use chrono::Datelike;
        if let Some(day) = day
            && !(1950..=2100).contains(&day.year())
        {
            self.refuse(at, format!("{day} is out of reach"), "write a day from 1950 to 2100");
        }
    }

    /// A day on which something was seen: it cannot lie ahead.
    fn seen_on(&mut self, day: Option<NaiveDate>, at: Path<'_>) {
        match day {
            Some(day) if day > self.latest => {
                let mend = "write the day on which it was seen";
                self.refuse(at, format!("{day} lies ahead"), mend);
            }
            _ => self.day(day, at),
        }
    }

    /// The second of two values may not come before the first.
    fn ordered<T: PartialOrd + std::fmt::Display>(
        &mut self,
        first: Option<T>,
        second: Option<T>,
        at: Path<'_>,
    ) {
        if let (Some(first), Some(second)) = (first, second)
            && second < first
        {
            let problem = format!("{second} comes before {first}");
            self.refuse(at, problem, "swap the two ends or mend one");
        }
    }

    fn within(&mut self, number: Option<impl Into<i64>>, least: i64, most: i64, at: Path<'_>) {
        if let Some(number) = number.map(Into::into)
            && !(least..=most).contains(&number)
        {
            self.refuse(
                at,
                format!("{number} is out of bounds"),
                format!("write {least} to {most}"),
            );
        }
    }
}
