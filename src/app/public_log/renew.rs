//! After a date has turned or the rules have changed: what the public sees of a provider may be
//! another thing though nobody has touched it. The log says so.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::{PublicLog, PublicRecords, system};
use crate::{
    domain::{ListingState, provider::Provider},
    log::{leaf::PublicAction, sha256},
    rules::Rulebook,
    store::{self, Document, Error, Face, Latest, MetaKey, Publisher, Reader, Reason, Store},
};

/// Providers that are read at once.
const BATCH: usize = 2_000;

/// Providers that are logged in one write.
const AT_ONCE: usize = 1_000;

impl PublicLog {
    /// Adds to the log what a date or the rules have changed of what the public sees, unless this
    /// was done for them before.
    ///
    /// # Errors
    /// Where the database fails; it is tried again the next time.
    pub fn renew(&self, store: &Store, rulebook: &Rulebook, on: NaiveDate) -> Result<(), Error> {
        let edition = PublicRecords::edition(rulebook, on);
        if self.state().edition == edition {
            return Ok(());
        }
        let publisher = store.publisher().ok_or(Error::NoPublisher)?;
        renew(store, publisher, on, &edition)?;
        self.state().edition = edition;
        Ok(())
    }
}

/// Adds what is missing from the log, in system writes whose reason says how many listings
/// changed their status by the clock. An edition that the database has seen costs one question.
/// Returns how many entries were added.
///
/// # Errors
/// Where the database fails.
fn renew(
    store: &Store,
    publisher: &dyn Publisher,
    on: NaiveDate,
    edition: &str,
) -> Result<usize, Error> {
    let seen = store.read(|reader| reader.meta(MetaKey::Published))?;
    if seen.as_deref() == Some(edition) {
        return Ok(0);
    }
    let missing: Vec<Uuid> = compared(store, publisher, on)?
        .into_iter()
        .filter_map(|(id, differs)| differs.then_some(id))
        .collect();
    let mut statuses = 0;
    for ids in missing.chunks(AT_ONCE) {
        statuses += store.read(|reader| changed_statuses(reader, publisher, on, ids))?;
    }
    let code = match &seen {
        None => "log_begun",
        Some(seen)
            if seen.split_once(' ').map(|(_, rules)| rules)
                == edition.split_once(' ').map(|(_, rules)| rules) =>
        {
            "date_turned"
        }
        Some(_) => "rules_changed",
    };
    let words = format!(
        "{statuses} listings changed their status, {} public records were renewed",
        missing.len()
    );
    let reason = Reason::new(code, words);
    let mut added = 0;
    let mut rest = missing.as_slice();
    loop {
        let (now, later) = rest.split_at(rest.len().min(AT_ONCE));
        rest = later;
        // An interrupted renewal is taken up again: only the last write says that it is done.
        let value =
            if rest.is_empty() { edition.to_owned() } else { format!("on the way to {edition}") };
        let done = store.write(&system(), &reason, |tx| {
            if tx.read().meta(MetaKey::Published)?.as_deref() == Some(edition) {
                return Ok::<_, Error>(0);
            }
            tx.set_meta(MetaKey::Published, &value)?;
            tx.republish(now)
        })?;
        added += done.value;
        if rest.is_empty() {
            return Ok(added);
        }
    }
}

/// Every provider, with whether the log lacks what the public sees of it.
pub(super) fn compared(
    store: &Store,
    publisher: &dyn Publisher,
    on: NaiveDate,
) -> Result<Vec<(Uuid, bool)>, Error> {
    let mut faces: Vec<(Uuid, Option<Face>)> = Vec::new();
    store.read(|reader| {
        reader.for_each_batch::<Error>(BATCH, |documents| {
            let providers = parsed(&documents)?;
            faces.extend(shown(publisher, on, &providers));
            Ok(())
        })?;
        let mut all = Vec::with_capacity(faces.len());
        for faces in faces.chunks(BATCH) {
            let ids: Vec<String> = faces.iter().map(|(id, _)| id.to_string()).collect();
            let latest = reader.log_latest(&ids)?;
            all.extend(
                faces
                    .iter()
                    .zip(&ids)
                    .map(|((id, face), text)| (*id, differs(*face, latest.get(text)))),
            );
        }
        Ok(all)
    })
}

fn parsed(documents: &[Document]) -> Result<Vec<Provider>, Error> {
    documents.iter().map(Document::provider).collect()
}

/// What the public sees of providers: none where it never sees anything, or sees nothing more.
fn shown(
    publisher: &dyn Publisher,
    on: NaiveDate,
    providers: &[Provider],
) -> Vec<(Uuid, Option<Face>)> {
    let published: Vec<&Provider> =
        providers.iter().filter(|p| p.listing_state == ListingState::Published).collect();
    let mut records = publisher.records(&published, on).into_iter();
    providers
        .iter()
        .map(|provider| {
            let face = match provider.listing_state {
                ListingState::Published => {
                    records.next().map(|record| Face::Shown(sha256(record.as_bytes())))
                }
                ListingState::Delisted => Some(Face::Hidden(PublicAction::Delisted)),
                ListingState::Merged => Some(Face::Hidden(PublicAction::Merged)),
                _ => None,
            };
            (provider.id, face)
        })
        .collect()
}

/// True where the log says something else than the public sees.
fn differs(face: Option<Face>, latest: Option<&Latest>) -> bool {
    match (face, latest) {
        (Some(face), latest) => latest.is_none_or(|latest| latest.face != face),
        (None, latest) => latest.is_some_and(|latest| matches!(latest.face, Face::Shown(_))),
    }
}

/// How many listings among these have another status than the log said last.
fn changed_statuses(
    reader: &mut Reader<'_>,
    publisher: &dyn Publisher,
    on: NaiveDate,
    ids: &[Uuid],
) -> Result<usize, store::Error> {
    let providers = parsed(&reader.documents(ids)?)?;
    let published: Vec<&Provider> =
        providers.iter().filter(|p| p.listing_state == ListingState::Published).collect();
    let texts: Vec<String> = published.iter().map(|provider| provider.id.to_string()).collect();
    let latest = reader.log_latest(&texts)?;
    let mut changed = 0;
    for (id, record) in texts.iter().zip(publisher.records(&published, on)) {
        let Some(latest) = latest.get(id) else { continue };
        let entry = reader.log_entries(latest.index, 1)?.pop();
        let Some(said) = entry.and_then(|entry| entry.opening) else { continue };
        let before = statuses(&said.payload, "/record");
        let after = statuses(&record, "");
        changed += after
            .iter()
            .filter(|(id, status)| before.iter().any(|(known, was)| known == id && was != status))
            .count();
    }
    Ok(changed)
}

/// The listings of a record with their statuses; a provider without a site is a listing itself.
fn statuses(text: &str, at: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let Some(record) = value.pointer(at) else { return Vec::new() };
    let status = |one: &Value| {
        let id = one.get("id")?.as_str()?.to_owned();
        Some((id, one.pointer("/safety/status")?.as_str()?.to_owned()))
    };
    let clinics = record.get("clinics").and_then(Value::as_array);
    match clinics.filter(|clinics| !clinics.is_empty()) {
        Some(clinics) => clinics.iter().filter_map(status).collect(),
        None => status(record).into_iter().collect(),
    }
}
