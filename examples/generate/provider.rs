//! One provider of the generated file, as a line of JSON.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};
use chrono::{Days, NaiveDate};
use serde_json::Value;

use crate::common::{Random, Town, Towns, degrees};

/// What many providers share, written once: the facts of the rulebook's cases for each day on
/// which they may have been seen.
pub struct Blocks {
    days: Vec<Day>,
}

/// The texts of one day.
struct Day {
    date: NaiveDate,
    /// The CLINIC case's facts about the site, and about the provider.
    clinic_site: String,
    clinic_provider: String,
    /// The TELE case's facts, all about the provider.
    tele: String,
    /// A day long enough ahead for an accreditation to be valid.
    expires: NaiveDate,
}

impl Blocks {
    /// The facts as seen on the thirty days up to the last.
    pub fn load(last: NaiveDate) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulebook/cases.json");
        let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        let cases: Value = serde_json::from_str(&text)?;
        let base = |name: &str| {
            let facts = cases.pointer(&format!("/bases/{name}")).and_then(Value::as_object);
            facts.with_context(|| format!("cases.json has no base {name}"))
        };
        let (clinic, tele) = (base("CLINIC")?, base("TELE")?);
        let about_site = |name: &str| name.starts_with("site.") || name.starts_with("offers.");
        let block = |facts: &serde_json::Map<String, Value>, takes: &dyn Fn(&str) -> bool| {
            let stated: Vec<String> = facts
                .iter()
                .filter(|(name, _)| *name != "site.state" && takes(name))
                .map(|(name, value)| statement(name, value, evidence_for(name)))
                .collect();
            stated.join(",")
        };
        let day = |back| {
            let date = last.checked_sub_days(Days::new(back)).context("no such day")?;
            anyhow::Ok(Day {
                date,
                clinic_site: block(clinic, &about_site),
                clinic_provider: block(clinic, &|name| !about_site(name)),
                tele: block(tele, &|_| true),
                expires: date.checked_add_days(Days::new(500 + 7 * back)).context("no such day")?,
            })
        };
        Ok(Self { days: (0..30).map(day).collect::<Result<_>>()? })
    }
}

/// Where a fact of a complete file comes from, as a position in its evidence list: registries
/// for what only they may say, the signed statement for the rest.
fn evidence_for(fact: &str) -> u32 {
    let official = ["cred.", "excl.", "id.", "enforcement.", "comp.source_action"];
    let by_registry = official.iter().any(|start| fact.starts_with(start))
        || fact == "telehealth.federal_exception";
    if by_registry { 1 } else { 2 }
}

fn statement(name: &str, value: &Value, evidence: u32) -> String {
    format!(r#"{{"name":"{name}","value":{value},"evidence":[{evidence}]}}"#)
}

/// Which of the three kinds of provider a number gets.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Clinic { accredited: bool },
    Tele,
    Partial { sites: u64 },
}

const fn kind(number: u64) -> Kind {
    match number % 20 {
        0 | 5 | 10 | 15 => Kind::Clinic { accredited: number.is_multiple_of(10) },
        7 => Kind::Tele,
        13 => Kind::Partial { sites: 2 },
        _ => Kind::Partial { sites: 1 },
    }
}

/// Writes one line and says how many sites it has.
pub fn write_provider(
    line: &mut String,
    number: u64,
    random: &mut Random,
    towns: &Towns,
    blocks: &Blocks,
) -> Result<u64> {
    let kind = kind(number);
    let day = random.pick(&blocks.days)?;
    let first = random.pick(FIRST)?;
    let second = random.pick(SECOND)?;
    let host = format!("{}-{}-{number}.example", first.to_lowercase(), second.to_lowercase());
    write!(
        line,
        r#"{{"source_key":"L{number:07}","name":"Fictional {first} {second} {number}","website":"https://{host}/","phone":"{}","fictional":true,"listing_state":"published","#,
        phone(random)
    )?;
    let sites = match kind {
        Kind::Tele => 0,
        Kind::Clinic { .. } => 1,
        Kind::Partial { sites } => sites,
    };
    line.push_str("\"sites\":[");
    for site in 0..sites {
        if site > 0 {
            line.push(',');
        }
        let town = towns.pick(random)?;
        write_site(line, number, site, kind, random, town, day)?;
    }
    line.push_str("],\"facts\":[");
    match kind {
        Kind::Clinic { .. } => line.push_str(&day.clinic_provider),
        Kind::Tele => line.push_str(&day.tele),
        Kind::Partial { .. } => {}
    }
    line.push_str("],");
    write_payments(line, random)?;
    write_evidence(line, kind, &host, day)?;
    line.push_str("}\n");
    Ok(sites)
}

fn phone(random: &mut Random) -> String {
    format!("+1{}{}55501{:02}", 2 + random.below(8), 10 + random.below(80), random.below(100))
}

/// One site: place, profile, facts, prices, credentials.
fn write_site(
    line: &mut String,
    number: u64,
    site: u64,
    kind: Kind,
    random: &mut Random,
    town: &Town,
    day: &Day,
) -> Result<()> {
    let Town { zip, city, state, lat, lon, .. } = town;
    let (house, street) = (1 + random.below(9_999), random.pick(STREETS)?);
    write!(
        line,
        r#"{{"source_key":"L{number:07}-{site}","address":{{"line1":"{house} {street}","city":"{city}","state":"{state}","postal_code":"{zip}"}},"phone":"{}","operating_status":"normal","#,
        phone(random)
    )?;
    if random.percent(95) {
        let (lat, lon) = (degrees(lat + random.jitter()), degrees(lon + random.jitter()));
        write!(line, r#""position":{{"lat":{lat},"lon":{lon},"precision":"rooftop"}},"#)?;
    }
    if random.percent(85) {
        write!(line, r#""accepting_patients":"{}","#, random.pick(ACCEPTING)?)?;
        write!(line, r#""wait_days":{},"#, random.below(60))?;
    }
    if random.percent(80) {
        let (opens, closes) = (7 + random.below(4), 15 + random.below(6));
        let days = random.pick(DAYS)?;
        write!(
            line,
            r#""hours":[{{"days":{days},"opens":"{opens:02}:00","closes":"{closes}:30"}}],"#
        )?;
    }
    if random.below(2_000) == 0 {
        // A value that next to nobody has, for the queries that look for one.
        line.push_str(r#""languages":["en","haw"],"#);
    } else if random.percent(75) {
        write!(line, r#""languages":{},"#, random.pick(LANGUAGES)?)?;
    }
    if random.percent(70) {
        let (offered, included) = (random.percent(60), random.percent(30));
        write!(
            line,
            r#""integration":{{"offered":{offered},"included_in_price":{included}}},"follow_up":{},"#,
            random.percent(60)
        )?;
    }
    let sessions = 4 + random.below(5);
    write!(line, r#""course":{{"induction_sessions_min":{sessions},"session_minutes":60}},"#)?;
    line.push_str("\"indications\":[");
    write_some(line, random, INDICATIONS, 1, 6)?;
    line.push_str("],\"facts\":[");
    if let Kind::Clinic { .. } = kind {
        line.push_str(&day.clinic_site);
    } else {
        write_some(line, random, STATED, 3, 8)?;
    }
    line.push_str("],\"prices\":[");
    write_prices(line, random, sessions)?;
    line.push_str("],\"credentials\":[");
    if let Kind::Clinic { accredited: true } = kind {
        let code = random.pick(ACCREDITATIONS)?;
        write!(
            line,
            r#"{{"code":"{code}","certificate_no":"F{number}","status":"active","scope_covers_sedation":true,"site_match":true,"expires_on":"{}","evidence":[3]}}"#,
            day.expires
        )?;
    }
    line.push_str("]}");
    Ok(())
}

/// Between `least` and `most` different members of a list, in its order.
fn write_some(
    line: &mut String,
    random: &mut Random,
    list: &[&str],
    least: u64,
    most: u64,
) -> Result<()> {
    let mut wanted = least + random.below(most - least + 1);
    let mut left = u64::try_from(list.len())?;
    let mut first = true;
    for member in list {
        if random.below(left) < wanted {
            if !first {
                line.push(',');
            }
            line.push_str(member);
            (wanted, first) = (wanted - 1, false);
        }
        left -= 1;
    }
    Ok(())
}

fn write_prices(line: &mut String, random: &mut Random, sessions: u64) -> Result<()> {
    if random.percent(20) {
        return Ok(());
    }
    let session = 25_000 + 2_500 * random.below(26);
    let route = random.pick(&["iv", "im"])?;
    write!(line, r#"{{"kind":"session","route":"{route}","amount_cents":{session},"#)?;
    if random.percent(10) {
        write!(line, r#""amount_max_cents":{},"#, session + 10_000)?;
    }
    line.push_str(r#""basis":"per-session","evidence":[0]}"#);
    if random.percent(70) {
        let amount = 5_000 * random.below(6);
        write!(
            line,
            r#",{{"kind":"consultation","amount_cents":{amount},"basis":"per-visit","evidence":[0]}}"#
        )?;
    }
    if random.percent(30) {
        let amount = session * sessions * 9 / 10;
        write!(
            line,
            r#",{{"kind":"induction-series","route":"{route}","amount_cents":{amount},"basis":"per-series","sessions_included":{sessions},"evidence":[0]}}"#
        )?;
    }
    Ok(())
}

fn write_payments(line: &mut String, random: &mut Random) -> Result<()> {
    line.push_str("\"payments\":[");
    write_some(line, random, PAYMENTS, 1, 5)?;
    line.push_str("],\"coverage\":[");
    if random.percent(30) {
        let (payer, stance) = (random.pick(PAYERS)?, random.pick(STANCES)?);
        write!(
            line,
            r#"{{"payer":"{payer}","product":"esketamine-spravato","stance":"{stance}"}}"#
        )?;
    }
    line.push_str("],");
    Ok(())
}

/// The evidence list: the provider's own page, then for complete files a registry's record, a
/// signed statement, and the certificate of an accreditation.
fn write_evidence(line: &mut String, kind: Kind, host: &str, day: &Day) -> Result<()> {
    let date = day.date;
    write!(
        line,
        r#""evidence":[{{"tier":"E2","kind":"website-capture","url":"https://{host}/care","captured_on":"{date}","excerpt":"Invented for a measurement."}}"#
    )?;
    if !matches!(kind, Kind::Partial { .. }) {
        for (tier, kind) in [("E1", "registry-record"), ("E3", "attestation")] {
            write!(line, r#",{{"tier":"{tier}","kind":"{kind}","captured_on":"{date}"}}"#)?;
        }
    }
    if let Kind::Clinic { accredited: true } = kind {
        write!(line, r#",{{"tier":"E1","kind":"certificate","captured_on":"{date}"}}"#)?;
    }
    line.push(']');
    Ok(())
}

const FIRST: &[&str] = &[
    "Amber", "Birch", "Cedar", "Copper", "Coral", "Dune", "Ember", "Fern", "Granite", "Harbor",
    "Indigo", "Jasper", "Larch", "Linen", "Maple", "Meadow", "Onyx", "Opal", "Pebble", "Quartz",
    "River", "Saffron", "Slate", "Spruce", "Teal", "Thistle", "Umber", "Willow", "Wren", "Zephyr",
];

const SECOND: &[&str] = &[
    "Badger", "Bison", "Crane", "Curlew", "Dolphin", "Egret", "Falcon", "Finch", "Gull", "Hare",
    "Heron", "Ibex", "Kestrel", "Lark", "Lynx", "Marten", "Merlin", "Newt", "Osprey", "Otter",
    "Plover", "Puffin", "Raven", "Sable", "Snipe", "Stoat", "Swift", "Tern", "Vole", "Wombat",
];

const STREETS: &[&str] =
    &["Invented Ave", "Example St", "Made Up Rd", "Nowhere Blvd", "Placeholder Ln", "Sample Way"];

const ACCEPTING: &[&str] = &["newpt", "newpt", "newpt", "newpt", "nopt", "existptonly"];

const DAYS: &[&str] = &[
    r#"["mo","tu","we","th","fr"]"#,
    r#"["mo","we","fr"]"#,
    r#"["tu","th","sa"]"#,
    r#"["mo","tu","we","th","fr","sa","su"]"#,
];

const LANGUAGES: &[&str] =
    &[r#"["en"]"#, r#"["en"]"#, r#"["en","es"]"#, r#"["en","es","pt"]"#, r#"["en","zh"]"#];

const INDICATIONS: &[&str] = &[
    "\"depression\"",
    "\"treatment-resistant-depression\"",
    "\"suicidal-ideation\"",
    "\"anxiety\"",
    "\"ptsd\"",
    "\"ocd\"",
    "\"bipolar-depression\"",
    "\"chronic-pain\"",
    "\"migraine\"",
];

/// What a clinic's own page may say.
const STATED: &[&str] = &[
    r#"{"name":"offers.racemic_ketamine","value":true,"evidence":[0]}"#,
    r#"{"name":"offers.esketamine","value":true,"evidence":[0]}"#,
    r#"{"name":"offers.routes_on_site","value":{"items":["iv"],"complete":false},"evidence":[0]}"#,
    r#"{"name":"site.dosing_on_site","value":true,"evidence":[0]}"#,
    r#"{"name":"site.driving_policy","value":"until_next_day","evidence":[0]}"#,
    r#"{"name":"followup.offers_maintenance","value":true,"evidence":[0]}"#,
    r#"{"name":"price.published_or_gfe","value":true,"evidence":[0]}"#,
    r#"{"name":"patients.min_age_years","value":18,"evidence":[0]}"#,
    r#"{"name":"telehealth.used","value":true,"evidence":[0]}"#,
    r#"{"name":"claims.cure_guarantee_riskfree","value":false,"evidence":[0]}"#,
    r#"{"name":"claims.fda_approved_psych","value":false,"evidence":[0]}"#,
];

const ACCREDITATIONS: &[&str] = &["facet-3", "facet-8", "aaahc-ambulatory", "quad-a-office-based"];

const PAYMENTS: &[&str] = &[
    r#"{"code":"self-pay"}"#,
    r#"{"code":"private-insurance"}"#,
    r#"{"code":"medicaid"}"#,
    r#"{"code":"medicare"}"#,
    r#"{"code":"payment-plan"}"#,
    r#"{"code":"hsa-fsa"}"#,
    r#"{"code":"superbill"}"#,
    r#"{"code":"sliding-fee"}"#,
    r#"{"code":"military-discount"}"#,
];

const PAYERS: &[&str] = &["Imaginary Mutual", "Invented Health", "Sample Shield"];

const STANCES: &[&str] = &["in-network", "out-of-network", "case-by-case", "superbill-only"];
