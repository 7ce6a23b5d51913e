//! Many listings published at once, over a diff that a person has seen.
//!
//! The first call writes nothing and shows, for each listing, what is not public yet. Its digest
//! stands for exactly that; the second call names it, and publishes only what was shown.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Actor, EditError, FieldChange,
    diff::field_changes,
    door::{self, Errand, once},
    lifecycle::{after, may_publish},
    register::Register,
};
use crate::{
    app::App,
    domain::{editorial::Verb, provider::Provider},
    store::{self, Action, Reader, Tx},
};

/// How many versions are looked at at once.
const DEEDS: i64 = 1_000;

/// What became of a listing, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchOutcome {
    /// It would be published.
    Ready,
    /// It was published.
    Published,
    /// It is not published; `why` says why.
    Refused,
}

/// One listing of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BatchRow {
    /// The listing's id.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Example Ketamine Clinic")]
    pub name: String,
    /// Its version: the one that was shown, or the one that the publication made.
    #[schema(example = 4)]
    pub version: i64,
    /// What became of it, or would.
    pub outcome: BatchOutcome,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why: Option<String>,
    /// What differs from the version that was last public; from nothing where none was.
    pub changes: Vec<FieldChange>,
}

/// What became of a batch, or would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    /// One row a listing, in the order of the request.
    pub data: Vec<BatchRow>,
    /// Stands for what is shown: ids, versions and changes. Send it to publish just that.
    #[schema(example = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9")]
    pub digest: String,
    /// True where nothing was written.
    pub dry_run: bool,
}

/// Shows what publishing these listings would make public, or publishes what was shown.
///
/// # Errors
/// An id of no listing; [`EditError::ShownChanged`] where the digest stands for something else.
pub fn publish_batch(
    app: &App,
    errand: Errand<'_>,
    ids: &[Uuid],
    digest: Option<&str>,
) -> Result<BatchAnswer, EditError> {
    let Some(digest) = digest else {
        let mut register = app.editorial.register();
        let rows = app.store.read(|reader| {
            register.follow(reader)?;
            rows(reader, &register, errand.actor, ids)
        })?;
        let data: Vec<BatchRow> = rows.into_iter().map(|(row, _)| row).collect();
        let digest = digest_of(&data);
        return Ok(BatchAnswer { data, digest, dry_run: true });
    };
    once(app, errand, |work| {
        let rows = rows(&mut work.tx.read(), work.register, errand.actor, ids)?;
        let (mut shown, providers): (Vec<BatchRow>, Vec<Provider>) = rows.into_iter().unzip();
        if digest_of(&shown) != digest {
            return Err(EditError::ShownChanged);
        }
        let mut published = Vec::new();
        for (row, before) in shown.iter_mut().zip(providers) {
            if row.outcome == BatchOutcome::Ready {
                let next = next(&before, work.tx)?;
                row.version = next.version;
                row.outcome = BatchOutcome::Published;
                published.push(next);
            }
        }
        let changes: Vec<_> = published.iter().map(|next| (Action::Publish, next)).collect();
        work.tx.put_providers(&changes)?;
        Ok(BatchAnswer { data: shown, digest: digest.to_owned(), dry_run: false })
    })
}

fn next(before: &Provider, tx: &Tx<'_>) -> Result<Provider, EditError> {
    let mut next = before.clone();
    next.listing_state = after(before.listing_state, Verb::Publish)?;
    next.version = before.version.saturating_add(1);
    next.updated_at = tx.at();
    Ok(next)
}

/// What would become of each listing, and the listing itself.
fn rows(
    reader: &mut Reader<'_>,
    register: &Register,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<Vec<(BatchRow, Provider)>, EditError> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let provider = door::listing(reader, *id)?;
        if rows.iter().any(|(known, _): &(BatchRow, Provider)| known.id == provider.id) {
            let detail = format!("{} is named twice", provider.id);
            return Err(EditError::fault("/ids", detail));
        }
        let judged = after(provider.listing_state, Verb::Publish)
            .and_then(|_| may_publish(reader, register, &provider, actor));
        let (outcome, why) = match judged {
            Ok(()) => (BatchOutcome::Ready, None),
            Err(error @ EditError::Store(_)) => return Err(error),
            Err(refusal) => (BatchOutcome::Refused, Some(refusal.to_string())),
        };
        let before = last_public(reader, provider.id)?;
        let row = BatchRow {
            id: provider.id,
            name: provider.profile.name.clone(),
            version: provider.version,
            outcome,
            why,
            changes: field_changes(&told(before.as_ref())?, &told(Some(&provider))?),
        };
        rows.push((row, provider));
    }
    Ok(rows)
}

/// What a reviewer looks at: everything but the bookkeeping of versions and states.
fn told(provider: Option<&Provider>) -> Result<Value, EditError> {
    let Some(provider) = provider else { return Ok(json!({})) };
    let mut told = serde_json::to_value(provider).map_err(|error| {
        EditError::Store(store::Error::Corrupt {
            what: format!("provider {}", provider.id),
            source: Some(Box::new(error)),
        })
    })?;
    if let Value::Object(fields) = &mut told {
        for bookkeeping in ["version", "updated_at", "listing_state", "next_n", "editorial"] {
            fields.remove(bookkeeping);
        }
    }
    Ok(told)
}

/// The listing as it was last published.
fn last_public(reader: &mut Reader<'_>, id: Uuid) -> Result<Option<Provider>, EditError> {
    let mut published = None;
    let mut version = 0;
    loop {
        let deeds = reader.deeds(id, version, DEEDS)?;
        let Some(last) = deeds.last() else { break };
        version = last.version;
        let publications = deeds.iter().filter(|deed| deed.action == Action::Publish);
        published = publications.map(|deed| deed.version).last().or(published);
    }
    Ok(published.map(|version| reader.version(id, version)).transpose()?.flatten())
}

/// SHA-256 over what is shown, in hexadecimal.
fn digest_of(rows: &[BatchRow]) -> String {
    let shown: Vec<Value> =
        rows.iter().map(|row| json!([row.id, row.version, row.changes])).collect();
    let digest = Sha256::digest(Value::Array(shown).to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
