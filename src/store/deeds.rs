//! The history of one provider: who made each version, without the texts.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Action, Actor, ActorKind, Entity, EntityKind, Error, JournalFilter, Reader, Reason,
    reader::uuid,
    schema::{journal, sites},
};
use crate::domain::provider::Provider;

/// How one version of a provider came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The version that it made.
    pub version: i64,
    /// The number of its journal entry.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// SHA-256 of the text that it made.
    pub sha256: Option<Vec<u8>>,
}

type Row =
    (i64, NaiveDateTime, String, String, Option<String>, String, String, String, Option<Vec<u8>>);

impl Reader<'_> {
    /// The provider that a site belongs to.
    ///
    /// # Errors
    /// Where the database does not answer; so for all that follow.
    pub fn provider_of_site(&mut self, site: Uuid) -> Result<Option<Uuid>, Error> {
        let owner: Option<String> = self.conn.run("reading a site", |conn| {
            sites::table.find(site.to_string()).select(sites::provider_id).first(conn).optional()
        })?;
        owner.as_deref().map(uuid).transpose()
    }

    /// How the versions of a provider after `version` came about, oldest first, at most `limit`.
    /// Each write of a provider makes one entry and the next version.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for an entry that this program cannot read.
    pub fn deeds(&mut self, provider: Uuid, version: i64, limit: i64) -> Result<Vec<Deed>, Error> {
        let rows: Vec<Row> = self.conn.run("reading the journal", |conn| {
            journal::table
                .filter(journal::entity_kind.eq(EntityKind::Provider.as_str()))
                .filter(journal::entity_id.eq(provider.to_string()))
                .order(journal::seq)
                .offset(version.max(0))
                .limit(limit)
                .select((
                    journal::seq,
                    journal::at,
                    journal::actor_kind,
                    journal::actor_name,
                    journal::actor_role,
                    journal::action,
                    journal::reason_code,
                    journal::reason,
                    journal::after_sha256,
                ))
                .load(conn)
        })?;
        rows.into_iter().zip(version.max(0).saturating_add(1)..).map(deed).collect()
    }

    /// A provider's text as a version left it; `None` where there is no such version.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the text was changed behind the journal's back.
    pub fn version(&mut self, provider: Uuid, version: i64) -> Result<Option<Provider>, Error> {
        let made = match version.checked_sub(1) {
            Some(before) if before >= 0 => self.deeds(provider, before, 1)?.pop(),
            _ => None,
        };
        let Some(made) = made else { return Ok(None) };
        let entity = Entity { kind: EntityKind::Provider, id: provider.to_string() };
        let filter = JournalFilter { entity: Some(entity), ..Default::default() };
        let entry = self.journal(&filter, made.seq.saturating_sub(1), 1)?.pop();
        let text = entry.map(|entry| self.text_after(&entry)).transpose()?.flatten();
        let Some(text) = text else { return Ok(None) };
        let what = || format!("version {version} of provider {provider}");
        let read: Provider =
            serde_json::from_str(&text).map_err(|error| Error::corrupt(what(), error))?;
        if read.version == version {
            Ok(Some(read))
        } else {
            Err(Error::corrupt(what(), format!("it says that it is version {}", read.version)))
        }
    }
}

fn deed((row, version): (Row, i64)) -> Result<Deed, Error> {
    let (seq, at, kind, name, role, action, code, text, sha256) = row;
    let unknown = |what: &str| {
        Error::corrupt(format!("journal entry {seq}"), format!("it has an unknown {what}"))
    };
    Ok(Deed {
        version,
        seq,
        at: at.and_utc(),
        actor: Actor {
            kind: ActorKind::from_text(&kind).ok_or_else(|| unknown("kind of actor"))?,
            name,
            role,
        },
        action: Action::from_text(&action).ok_or_else(|| unknown("action"))?,
        reason: Reason { code, text },
        sha256,
    })
}
