//! The versions of a listing, and what differs between any two.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EditError, FieldChange, diff::field_changes, door::listing};
use crate::{
    app::{App, answer::PageLinks},
    domain::provider::Provider,
    store::{self, Deed},
};

/// One version of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionItem {
    /// Its number.
    #[schema(example = 3)]
    pub version: i64,
    /// The number of its entry in the journal.
    #[schema(example = 1207)]
    pub seq: i64,
    /// When it was made.
    pub at: chrono::DateTime<chrono::Utc>,
    /// What kind of actor made it: `person`, `operator`, `system`.
    #[schema(example = "person")]
    pub actor_kind: &'static str,
    /// The name by which the directory knows the actor; for a person, the id.
    #[schema(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")]
    pub actor: String,
    /// The role in which it was done.
    #[schema(example = "editor")]
    pub role: Option<String>,
    /// What was done.
    #[schema(example = "change")]
    pub action: &'static str,
    /// The code of the reason.
    #[schema(example = "correction")]
    pub reason_code: String,
    /// The reason in the actor's words.
    #[schema(example = "The clinic has moved.")]
    pub reason: String,
    /// SHA-256 of the listing's text in this version, in hexadecimal.
    #[schema(example = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9")]
    pub sha256: String,
}

/// A page of versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionsAnswer {
    /// The versions, oldest first.
    pub data: Vec<VersionItem>,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
    /// This page and the next.
    pub links: PageLinks,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffAnswer {
    /// The fields that differ.
    pub data: Vec<FieldChange>,
    /// The version that is compared.
    #[schema(example = 1)]
    pub from: i64,
    /// The version that it is compared with.
    #[schema(example = 3)]
    pub to: i64,
}

/// A page of a listing's versions.
///
/// # Errors
/// No such listing, or a cursor that was refused.
pub fn versions(
    app: &App,
    id: Uuid,
    limit: u16,
    cursor: Option<&str>,
    (this, next_prefix): (String, &str),
) -> Result<VersionsAnswer, EditError> {
    let now = app.clock.now();
    let query = format!("versions of {id}");
    let after: i64 = match cursor {
        Some(cursor) => app.cursors.open(query.as_bytes(), cursor, now)?,
        None => 0,
    };
    let limit = i64::from(limit);
    let mut deeds = app.store.read(|reader| {
        let provider = listing(reader, id)?;
        Ok::<_, EditError>(reader.deeds(provider.id, after, limit.saturating_add(1))?)
    })?;
    let more = i64::try_from(deeds.len()).is_ok_and(|count| count > limit);
    if more {
        deeds.pop();
    }
    let last = deeds.last().map(|deed| deed.version).filter(|_| more);
    let next_cursor = last.and_then(|last| app.cursors.seal(query.as_bytes(), &last, now));
    let next = next_cursor.as_ref().map(|cursor| format!("{next_prefix}{cursor}"));
    let data = deeds.into_iter().map(VersionItem::from).collect();
    Ok(VersionsAnswer { data, next_cursor, links: PageLinks { this, next } })
}

impl From<Deed> for VersionItem {
    fn from(deed: Deed) -> Self {
        let hex = |digest: Vec<u8>| digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            version: deed.version,
            seq: deed.seq,
            at: deed.at,
            actor_kind: deed.actor.kind.as_str(),
            actor: deed.actor.name,
            role: deed.actor.role,
            action: deed.action.as_str(),
            reason_code: deed.reason.code,
            reason: deed.reason.text,
            sha256: deed.sha256.map(hex).unwrap_or_default(),
        }
    }
}

/// What differs between two versions of a listing.
///
/// # Errors
/// No such listing or version.
pub fn diff(app: &App, id: Uuid, from: i64, to: i64) -> Result<DiffAnswer, EditError> {
    let (before, after) = app.store.read(|reader| {
        let id = listing(reader, id)?.id;
        let mut version = |number: i64| -> Result<Provider, EditError> {
            reader.version(id, number)?.ok_or(EditError::NoVersion(number))
        };
        Ok::<_, EditError>((version(from)?, version(to)?))
    })?;
    Ok(DiffAnswer { data: field_changes(&tree(&before)?, &tree(&after)?), from, to })
}

fn tree(provider: &Provider) -> Result<serde_json::Value, EditError> {
    serde_json::to_value(provider).map_err(|error| {
        EditError::Store(store::Error::Corrupt {
            what: format!("provider {}", provider.id),
            source: Some(Box::new(error)),
        })
    })
}
