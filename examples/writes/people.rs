//! People who are signed in, and what each of them writes.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    books::{quantile, sorted},
    client::{Connection, Request},
};

/// The status of an answer to somebody who is to come back later.
const BUSY: u16 = 503;
/// The status of a change from a version that is not the newest.
const CHANGED: u16 = 412;

/// Listings that each writer changes in turn, so that a change falls on another document than
/// the one before.
const LISTINGS: usize = 50;

/// Where the writers come from.
pub struct Desk {
    server: SocketAddr,
    tokens: Vec<Arc<str>>,
}

impl Desk {
    /// Signs everybody in.
    pub fn open(server: SocketAddr, users: &[String], password: &str) -> Result<Self> {
        let mut probe = Connection::open(server)?;
        let tokens = users.iter().map(|name| sign_in(&mut probe, name, password));
        let tokens = tokens.collect::<Result<_>>()?;
        Ok(Self { server, tokens })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let token = self.tokens.first().context("nobody is signed in")?;
        get(&mut Connection::open(self.server)?, token, path)
    }

    /// So many writers, each with listings that no other writer changes.
    pub fn writers(&self, count: usize, keys: bool) -> Result<Vec<Writer>> {
        let mut listings = self.listings(count * LISTINGS)?.into_iter();
        let signed_in = self.tokens.iter().cycle().take(count);
        signed_in
            .enumerate()
            .map(|(number, token)| {
                let listings: Vec<Listing> = listings.by_ref().take(LISTINGS).collect();
                ensure!(listings.len() == LISTINGS, "too few published listings");
                let (server, token) = (self.server, Arc::clone(token));
                let share = number as f64 / count as f64;
                Ok(Writer { number, server, token, listings, keys, share, written: 0 })
            })
            .collect()
    }

    fn listings(&self, count: usize) -> Result<Vec<Listing>> {
        let mut listings = Vec::with_capacity(count);
        let mut path = "/v1/admin/clinics?state=published&limit=100".to_owned();
        while listings.len() < count {
            let page = self.get(&path)?;
            for item in page.get("data").and_then(Value::as_array).context("no data")? {
                listings.push(Listing::of(item)?);
            }
            let Some(next) = page.pointer("/links/next").and_then(Value::as_str) else { break };
            path = next.to_owned();
        }
        Ok(listings)
    }

    /// How long a page of the queue takes, the first time and then.
    pub fn queue(&self) -> Result<String> {
        let mut times = Vec::new();
        for _ in 0..20 {
            let from = Instant::now();
            self.get("/v1/admin/queue")?;
            times.push(from.elapsed().as_secs_f64() * 1e3);
        }
        let first = times.first().copied().unwrap_or(f64::NAN);
        let then = sorted(times.get(1..).unwrap_or_default());
        Ok(format!(
            "a page of the queue: the first time {first:.1} ms, then p50 {:.1} ms, most {:.1} ms",
            quantile(&then, 0.5),
            quantile(&then, 1.0)
        ))
    }
}

/// A token for a name and a password.
fn sign_in(probe: &mut Connection, name: &str, password: &str) -> Result<Arc<str>> {
    let body = json!({"username": name, "password": password}).to_string();
    let answer = patiently(probe, &Request::post("/v1/auth/token", &body))?;
    let token = answer.get("access_token").and_then(Value::as_str);
    Ok(token.context("an answer without a token")?.into())
}

/// Reads what is not public.
fn get(connection: &mut Connection, token: &str, path: &str) -> Result<Value> {
    let bearer = format!("Bearer {token}");
    patiently(connection, &Request::of("GET", path, &[("authorization", &bearer)], ""))
}

/// Asks until there is an answer. Soon after a start one may be told to come back: the public log
/// is brought up to date, and a picture of all listings is drawn.
fn patiently(connection: &mut Connection, request: &Request) -> Result<Value> {
    const PATIENCE: Duration = Duration::from_secs(300);
    let from = Instant::now();
    loop {
        let answer = connection.ask(request)?;
        if answer.status != BUSY || from.elapsed() > PATIENCE {
            answer.success(request)?;
            return Ok(serde_json::from_slice(answer.body)?);
        }
    }
}

/// A listing at the version that its writer has seen, with what was last written into it.
struct Listing {
    id: String,
    version: i64,
    told: Option<String>,
}

impl Listing {
    fn of(item: &Value) -> Result<Self> {
        let id = item.get("id").and_then(Value::as_str).context("a listing without an id")?;
        let version = item.get("version").and_then(Value::as_i64).context("no version")?;
        Ok(Self { id: id.to_owned(), version, told: None })
    }
}

/// Somebody who changes listings over one connection, one after the other.
pub struct Writer {
    number: usize,
    server: SocketAddr,
    token: Arc<str>,
    listings: Vec<Listing>,
    keys: bool,
    /// Where in its pace it begins, from 0 to 1, so that not all write at once.
    share: f64,
    /// Writes that were answered with success.
    pub written: usize,
}

impl Writer {
    /// Writes until told to stop, one change each `pace` (or as soon as the one before is
    /// answered), and says how many seconds each answer took from when it was due. Every change
    /// is seen by the public, so it has its entry in the public log too.
    pub fn write(&mut self, pace: Option<Duration>, stop: &AtomicBool) -> Result<Vec<f64>> {
        let bearer = format!("Bearer {}", self.token);
        let mut connection = Connection::open(self.server)?;
        let mut times = Vec::new();
        let mut due = pace.map(|pace| Instant::now() + pace.mul_f64(self.share));
        while !stop.load(Ordering::Relaxed) {
            if let Some(due) = due {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            let at = self.written % self.listings.len();
            let listing = self.listings.get_mut(at).context("no listing")?;
            let told = format!("Measured: writer {}, change {}.", self.number, self.written);
            let body =
                json!({"reason_code": "measured", "profile": {"description": told}}).to_string();
            let tag = format!("\"{}\"", listing.version);
            let key = format!("\"{}-{}-{}\"", listing.id, listing.version, self.number);
            let mut headers = vec![("authorization", bearer.as_str()), ("if-match", &tag)];
            if self.keys {
                headers.push(("idempotency-key", &key));
            }
            let path = format!("/v1/admin/clinics/{}", listing.id);
            let request = Request::of("PATCH", &path, &headers, &body);
            let from = due.unwrap_or_else(Instant::now);
            let answer = connection.ask(&request)?;
            if answer.status == CHANGED {
                // The engine wrote what it found. Whoever hears this goes on from there.
                let problem: Value = serde_json::from_slice(answer.body)?;
                let version = problem.get("current_version").and_then(Value::as_i64);
                listing.version = version.context("a conflict without a version")?;
                continue;
            }
            answer.success(&request)?;
            times.push(from.elapsed().as_secs_f64());
            listing.version += 1;
            listing.told = Some(told);
            self.written += 1;
            due = due.zip(pace).map(|(due, pace)| due + pace);
        }
        Ok(times)
    }

    /// Sees that every listing says what was last written into it.
    pub fn check(&self) -> Result<()> {
        let mut connection = Connection::open(self.server)?;
        for listing in &self.listings {
            let path = format!("/v1/admin/clinics/{}", listing.id);
            let found = get(&mut connection, &self.token, &path)?;
            let says = found.pointer("/data/profile/description").and_then(Value::as_str);
            ensure!(
                listing.told.is_none() || says == listing.told.as_deref(),
                "{} says {says:?} in place of {:?}",
                listing.id,
                listing.told
            );
        }
        Ok(())
    }
}
