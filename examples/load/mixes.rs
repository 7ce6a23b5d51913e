//! The questions that are asked.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use crate::{
    client::{Connection, Request},
    common::{Random, Towns, degrees},
};

/// The endpoint that returns one fixed body.
pub const FIXED: &str = "fixed body";

/// What people ask every day.
pub const ORDINARY: &str = "ordinary";

/// Requests of one kind.
pub struct Mix {
    /// Its name in the table.
    pub name: String,
    /// What is asked, again from the start when all have been asked.
    pub requests: Vec<Request>,
}

/// A question that the server answers with a problem, within its rights.
pub struct Refused {
    /// Its name in the table.
    pub name: String,
    /// The HTTP status.
    pub status: u16,
}

/// The yardstick.
pub fn fixed() -> Mix {
    Mix { name: FIXED.to_owned(), requests: vec![Request::get("/bench/fixed")] }
}

/// Every view, 5 to 100 miles around a place where people live, up to four filters, pages of 20.
pub fn ordinary(seed: u64, count: usize) -> Result<Mix> {
    mix(ORDINARY, seed, count, |random, asked| {
        let mut left = random.below(5);
        while left > 0 {
            let (name, value) = filter(random)?;
            left -= u64::from(asked.insert(name.to_owned(), value).is_none());
        }
        Ok(())
    })
}

/// The same places and views, with filters that next to no listing passes.
pub fn rare(seed: u64, count: usize) -> Result<Mix> {
    mix("filters that match next to nothing", seed + 1, count, |random, asked| {
        let (name, value) = match random.below(6) {
            0 => ("language", json!(["haw"])),
            1 => ("route", json!(["rectal"])),
            2 => ("max_session_price", json!(100)),
            3 => ("coverage", json!(["Nobody's Mutual"])),
            4 => ("credential", json!(["carf-behavioral-health"])),
            _ => ("indication", json!(["palliative-care"])),
        };
        asked.insert(name.to_owned(), value);
        Ok(())
    })
}

/// Questions of a kind: a place, a radius and a view, and whatever `narrow` adds. Half of them
/// name a ZIP code or a city in a GET, half an exact point in a POST.
fn mix(
    name: &str,
    seed: u64,
    count: usize,
    narrow: impl Fn(&mut Random, &mut Map<String, Value>) -> Result<()>,
) -> Result<Mix> {
    let towns = Towns::load()?;
    let mut random = Random::new(seed);
    let mut requests = Vec::with_capacity(count);
    for _ in 0..count {
        let mut asked = Map::new();
        asked.insert("radius".to_owned(), json!(5 + random.below(96)));
        asked.insert("view".to_owned(), json!(random.pick(&["default", "supervised", "all"])?));
        narrow(&mut random, &mut asked)?;
        let town = towns.pick(&mut random)?;
        if random.percent(50) {
            for (name, at) in [("lat", town.lat), ("lon", town.lon)] {
                let exact: f64 = degrees(at + random.jitter()).parse()?;
                asked.insert(name.to_owned(), json!(exact));
            }
            requests.push(Request::post("/v1/clinics/search", &Value::Object(asked).to_string()));
        } else {
            if random.percent(80) {
                asked.insert("postal_code".to_owned(), json!(town.zip));
            } else {
                asked.insert("city".to_owned(), json!(town.city));
                asked.insert("state_of_city".to_owned(), json!(town.state));
            }
            requests.push(Request::get(&format!("/v1/clinics?{}", query(&asked))));
        }
    }
    Ok(Mix { name: name.to_owned(), requests })
}

/// A filter as a patient or a referrer would set it.
fn filter(random: &mut Random) -> Result<(&'static str, Value)> {
    let value = match random.below(11) {
        0 => ("route", json!([random.pick(&["iv", "im"])?])),
        1 => (
            "indication",
            json!([random.pick(&["depression", "ptsd", "anxiety", "chronic-pain"])?]),
        ),
        2 => ("payment", json!([random.pick(&["medicaid", "medicare", "private-insurance"])?])),
        3 => ("payment", json!(["payment-plan", "sliding-fee"])),
        4 => ("language", json!(["es"])),
        5 => ("accepting", json!(true)),
        6 => ("follow_up", json!(true)),
        7 => ("integration", json!(true)),
        8 => ("max_session_price", json!(30_000 + 10_000 * random.below(5))),
        9 => ("max_course_cost", json!(200_000 + 50_000 * random.below(5))),
        _ => ("credential_tier", json!(["A"])),
    };
    Ok(value)
}

/// The names and values as a query string; lists repeat their name.
fn query(asked: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in asked {
        let name = if name == "state_of_city" { "state" } else { name };
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !text.is_empty() {
                text.push('&');
            }
            let _ = write!(text, "{name}={}", encode(&plain));
        }
    }
    text
}

fn encode(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The worst questions that the limits allow, each a mix of its own, and those of them that the
/// server refuses.
pub fn worst(probe: &mut Connection) -> Result<(Vec<Mix>, Vec<Refused>)> {
    let wide = "/v1/clinics?postal_code=10001&radius=500&limit=200";
    let several = "language=es&payment=medicaid&max_course_cost=150000&indication=ptsd&open_at=2026-11-23T10:00";
    let mut asked = vec![
        ("500 miles around New York, 200 a page".to_owned(), format!("{wide}&view=all")),
        (
            "500 miles, filters that match nothing".to_owned(),
            format!("{wide}&view=all&language=haw&route=rectal&max_session_price=1"),
        ),
        (
            "500 miles, five filters, unknown=include".to_owned(),
            format!("{wide}&view=all&unknown=include&{several}"),
        ),
        (
            "500 miles by course cost, unknown=include".to_owned(),
            format!("{wide}&view=all&unknown=include&sort=course_cost&{several}"),
        ),
        ("500 miles by name".to_owned(), format!("{wide}&view=all&sort=name")),
        (
            "the whole country in a box".to_owned(),
            "/v1/clinics?bbox=-125,24,-66,50&view=all&limit=200".to_owned(),
        ),
        ("another date, 500 miles".to_owned(), format!("{wide}&view=all&as_of=2027-06-01")),
        (
            "another date, 10 miles".to_owned(),
            "/v1/clinics?postal_code=10001&radius=10&limit=200&view=all&as_of=2027-06-01"
                .to_owned(),
        ),
        (
            "a name with typos, everywhere".to_owned(),
            format!("{wide}&view=all&q=Ficitonal%20Qartz%20Dolfin"),
        ),
    ];
    if let Some(path) = deep_cursor(probe, &format!("{wide}&view=all"), 50)? {
        asked.push(("500 miles, page 50".to_owned(), path));
    }
    let (mut mixes, mut refused) = (Vec::new(), Vec::new());
    for (name, path) in asked {
        let request = Request::get(&path);
        let answer = probe.ask(&request)?;
        match answer.status {
            200 => mixes.push(Mix { name, requests: vec![request] }),
            400..=499 => refused.push(Refused { name, status: answer.status }),
            _ => drop(answer.success(&request)?),
        }
    }
    Ok((mixes, refused))
}

/// Follows `next` so many pages deep, or as far as there are pages.
fn deep_cursor(probe: &mut Connection, path: &str, pages: usize) -> Result<Option<String>> {
    let mut path = path.to_owned();
    for page in 1..pages {
        let next =
            json(probe, &path)?.pointer("/links/next").and_then(Value::as_str).map(str::to_owned);
        match next {
            Some(next) => path = next,
            None => return Ok((page > 1).then_some(path)),
        }
    }
    Ok(Some(path))
}

/// How many listings the server has published.
pub fn listings(probe: &mut Connection) -> Result<u64> {
    let answer = json(probe, "/v1/clinics?bbox=-180,-90,180,90&view=all&limit=0")?;
    answer.pointer("/meta/total").and_then(Value::as_u64).context("an answer without a total")
}

fn json(probe: &mut Connection, path: &str) -> Result<Value> {
    let request = Request::get(path);
    let answer = probe.ask(&request)?;
    answer.success(&request)?;
    Ok(serde_json::from_slice(answer.body)?)
}
