//! `bedside log verify` and `bedside log replay`: what a stranger can check.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use serde_json::Value;

use super::client::Client;
use crate::{
    app::public_log::PublicLog,
    cli::{Exit, Failure, database, exit},
    clock::SystemClock,
    config::{DatabaseArgs, LogArgs},
    verify::{Differences, Fault, Head, Key, Leaves, Listing, States},
};

/// Entries that are asked for at once.
const PAGE: usize = 500;

/// `bedside log verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyCommand {
    /// Address of a service, as in http://127.0.0.1:8080; without one the database is read
    url: Option<String>,

    /// A checkpoint that you kept: the log must still begin with it (may be repeated)
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,

    /// The log's verifier key, as you know it; by default as the log itself gives it
    #[arg(long, value_name = "NAME+ID+KEY")]
    vkey: Option<String>,

    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    log: LogArgs,
}

/// `bedside log replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayCommand {
    /// Address of a service, as in http://127.0.0.1:8080
    url: String,
}

impl VerifyCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut leaves = Leaves::default();
        let (key, head) = match &self.url {
            Some(url) => self.of_service(&Client::new(url)?, &mut leaves)?,
            None => self.of_database(&mut leaves)?,
        };
        for path in &self.checkpoint {
            let note = read_note(path)?;
            let older = Head::read(&note, &key).map_err(|fault| named(path, &fault))?;
            leaves.expect(&older, &path.display().to_string()).map_err(failed)?;
            if older.size > head.size {
                return Err(failed(Fault(format!(
                    "{} covers {} entries, and the log now signs {}",
                    path.display(),
                    older.size,
                    head.size
                ))));
            }
        }
        let root = STANDARD.encode(head.root);
        let older = match self.checkpoint.len() {
            0 => String::new(),
            1 => "\nit still begins with the checkpoint that you kept".to_owned(),
            more => format!("\nit still begins with the {more} checkpoints that you kept"),
        };
        exit::print(&format!(
            "the log holds: {} entries ({} withdrawn), root {root}{older}",
            head.size,
            leaves.withdrawn(),
        ))
    }

    /// Reads everything from a service; tiles and bundles must hold what the entries give.
    fn of_service(&self, client: &Client, leaves: &mut Leaves) -> Result<(Key, Head), Failure> {
        let key = match &self.vkey {
            Some(key) => key.clone(),
            None => text_of(&client.json("/v1/log")?, "/vkey"),
        };
        let key: Key = key.parse().map_err(failed)?;
        let head = Head::read(&client.text("/checkpoint")?, &key).map_err(failed)?;
        each_entry(client, Some(head.size), &mut |entry| {
            leaves.take(entry.index, &entry.leaf, entry.opening())
        })?;
        leaves.expect(&head, "the newest checkpoint").map_err(failed)?;
        let mut level = 0;
        let mut hashes = head.size;
        while hashes > 0 {
            for index in 0..hashes.div_ceil(256) {
                let width = (hashes - index * 256).min(256);
                let path = tile_path(index, width);
                let tile = client.bytes(&format!("/tile/{level}/{path}"))?;
                let whole = u64::try_from(tile.len()) == Ok(width * 32);
                let held = leaves.expect_tile(level, index, &tile).map_err(failed);
                if !whole {
                    return Err(failed(Fault(format!("tile {index} of level {level} is cut"))));
                }
                held?;
                if level == 0 {
                    let bundle = client.bytes(&format!("/tile/entries/{path}"))?;
                    leaves.expect_bundle(index, width, &bundle).map_err(failed)?;
                }
            }
            hashes /= 256;
            level += 1;
        }
        Ok((key, head))
    }

    /// Reads everything from a database.
    fn of_database(&self, leaves: &mut Leaves) -> Result<(Key, Head), Failure> {
        let store = database::open_existing(&self.database, Arc::new(SystemClock))?;
        let settings = database::log_settings(&self.log);
        let log = PublicLog::open(&store, &settings).map_err(database::log_failure)?;
        let key = self.vkey.clone().unwrap_or_else(|| log.verifier().to_string());
        let key: Key = key.parse().map_err(failed)?;
        let Some(newest) = log.head() else {
            return Err(failed(Fault("the log has not been signed yet".to_owned())));
        };
        let head = Head::read(&newest.note, &key).map_err(failed)?;
        while leaves.count() < head.size {
            let from = leaves.count();
            let entries = store
                .read(|reader| reader.log_entries(from, 2_000.min(head.size - from)))
                .map_err(database::failure)?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                let opening = entry.opening.as_ref().map(|it| (&*it.salt, &*it.payload));
                leaves.take(entry.index, &entry.leaf, opening).map_err(failed)?;
            }
        }
        leaves.expect(&head, "the newest checkpoint").map_err(failed)?;
        Ok((key, head))
    }
}

impl ReplayCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let client = Client::new(&self.url)?;
        let mut replay = Replay { client: &client, states: States::default(), next: 0 };
        replay.follow()?;
        let mut suspects: BTreeSet<String> =
            replay.states.all().map(|(id, _)| id.to_owned()).collect();
        suspects.extend(served_providers(&client)?);
        let all = suspects.len();
        // What is written while we look may be served before we have read it in the log: whatever
        // differs is looked at again with what has been added since.
        let mut found = Vec::new();
        for _round in 0..3 {
            found = Vec::new();
            for id in &suspects {
                found.extend(replay.differences(id)?.map(|text| (id.clone(), text)));
            }
            suspects = found.iter().map(|(id, _)| id.clone()).collect();
            if found.is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(700));
            replay.follow()?;
        }
        if found.is_empty() {
            let entries = replay.next;
            return exit::print(&format!(
                "{all} providers are served as the log has them ({entries} entries)"
            ));
        }
        let lines: Vec<String> = found.iter().map(|(id, text)| format!("{id}: {text}")).collect();
        Err(Failure::Other(anyhow::anyhow!(
            "{} of {all} providers are not served as the log has them:\n{}",
            suspects.len(),
            lines.join("\n")
        )))
    }
}

/// A log that is being replayed.
struct Replay<'c> {
    client: &'c Client,
    states: States,
    /// The next entry.
    next: u64,
}

impl Replay<'_> {
    /// Reads what the log has gained.
    fn follow(&mut self) -> Result<(), Failure> {
        let (states, next) = (&mut self.states, &mut self.next);
        entries_from(self.client, *next, None, &mut |entry| {
            states.take(&entry.leaf, entry.payload.as_deref())?;
            *next = entry.index + 1;
            Ok(())
        })
    }

    /// What is served of a provider and not as the log has it, in one text.
    fn differences(&self, id: &str) -> Result<Option<String>, Failure> {
        let answer = self.client.get(&format!("/v1/providers/{id}"))?;
        let served = || -> Result<Value, Failure> {
            let read: Result<Value, _> = serde_json::from_slice(&answer.body);
            let read = read.map_err(|error| Failure::Other(error.into()))?;
            Ok(read.get("data").cloned().unwrap_or_default())
        };
        let expect = |status: u16, why: &str| {
            (answer.status != status)
                .then(|| format!("the log says that it is {why}, and it answers {}", answer.status))
        };
        let mut found = Differences::default();
        match self.states.of(id) {
            None => return Ok(Some("it is served and the log does not know it".to_owned())),
            Some(Listing::Withdrawn) => return Ok(None),
            Some(Listing::Suspended) => return Ok(expect(404, "not shown")),
            Some(Listing::Delisted) => return Ok(expect(410, "taken off")),
            Some(Listing::Merged(into)) => {
                let there = answer.location.as_deref() == Some(&format!("/v1/providers/{into}"));
                return Ok(expect(308, "part of another").or_else(|| {
                    (!there).then(|| format!("it leads to {:?}, not to {into}", answer.location))
                }));
            }
            Some(Listing::Shown(_)) if answer.status != 200 => return Ok(expect(200, "shown")),
            Some(Listing::Shown(record)) => {
                found.provider(record, &served()?);
                for clinic in record.get("clinics").and_then(Value::as_array).into_iter().flatten()
                {
                    let path = format!("/v1/clinics/{}", text_of(clinic, "/id"));
                    let answer = self.client.json(&path)?;
                    found.clinic(clinic, answer.get("data").unwrap_or(&Value::Null));
                }
            }
        }
        Ok((!found.0.is_empty()).then(|| found.0.join("; ")))
    }
}

/// The ids of every provider in the list that is served.
fn served_providers(client: &Client) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut path = "/v1/providers?limit=200".to_owned();
    loop {
        let page = client.json(&path)?;
        let data = page.get("data").and_then(Value::as_array);
        found.extend(data.into_iter().flatten().map(|one| text_of(one, "/id")));
        match page.pointer("/links/next").and_then(Value::as_str) {
            Some(next) => path = next.to_owned(),
            None => return Ok(found),
        }
    }
}

/// An entry as a service gives it.
struct Entry {
    index: u64,
    leaf: String,
    salt: Option<Vec<u8>>,
    payload: Option<String>,
}

impl Entry {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            index: value.get("index")?.as_u64()?,
            leaf: text("leaf")?,
            salt: text("salt").and_then(|salt| STANDARD.decode(salt).ok()),
            payload: text("payload"),
        })
    }

    fn opening(&self) -> Option<(&[u8], &str)> {
        self.salt.as_deref().zip(self.payload.as_deref())
    }
}

fn each_entry(
    client: &Client,
    to: Option<u64>,
    take: &mut dyn FnMut(Entry) -> Result<(), Fault>,
) -> Result<(), Failure> {
    entries_from(client, 0, to, take)
}

/// Hands over entry by entry, up to `to` or to the end.
fn entries_from(
    client: &Client,
    from: u64,
    to: Option<u64>,
    take: &mut dyn FnMut(Entry) -> Result<(), Fault>,
) -> Result<(), Failure> {
    let mut next = from;
    loop {
        let page = client.json(&format!("/v1/log/entries?from={next}&limit={PAGE}"))?;
        let entries = page.get("data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for entry in entries {
            let entry = Entry::read(entry)
                .ok_or_else(|| failed(Fault("an entry cannot be read".to_owned())))?;
            if to.is_some_and(|to| entry.index >= to) {
                return Ok(());
            }
            next = entry.index + 1;
            take(entry).map_err(failed)?;
        }
        if entries.is_empty() || to.is_some_and(|to| next >= to) {
            return Ok(());
        }
    }
}

/// The path of a tile by C2SP tlog-tiles.
fn tile_path(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    if width < 256 { format!("{path}.p/{width}") } else { path }
}

fn text_of(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn read_note(path: &std::path::Path) -> Result<String, Failure> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut exit::open(path)?, &mut text).map_err(|error| {
        Failure::NoInput(
            anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        )
    })?;
    Ok(text)
}

fn named(path: &std::path::Path, fault: &Fault) -> Failure {
    Failure::Other(anyhow::anyhow!("{}: {fault}", path.display()))
}

fn failed(fault: Fault) -> Failure {
    Failure::Other(fault.into())
}
