//! What is recorded about a provider, for the people who verify it.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::provider::{Evidence, Origin, Provider, Statement, Verification};

/// A statement with its bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StatementRow {
    /// Its id.
    #[schema(example = "01976e3c-0000-7000-8000-000000000001.3")]
    pub id: String,
    /// The site; null where it is about the whole provider.
    pub site: Option<Uuid>,
    /// What it says.
    pub statement: Statement,
    /// Who put it there.
    pub by: Origin,
    /// The day on which it was taken back.
    pub withdrawn_on: Option<NaiveDate>,
    /// Who verified it, the newest last.
    pub verifications: Vec<Verification>,
}

/// A piece of evidence with its bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EvidenceRow {
    /// Its id.
    #[schema(example = "01976e3c-0000-7000-8000-000000000001.0")]
    pub id: String,
    /// Its position, by which statements name it.
    pub number: u32,
    /// The piece.
    pub evidence: Evidence,
    /// Who put it there.
    pub by: Origin,
    /// The day on which it was taken back.
    pub withdrawn_on: Option<NaiveDate>,
}

/// Every statement of a provider, the withdrawn ones too, in the order of their numbers.
#[must_use]
pub fn statement_rows(provider: &Provider) -> Vec<StatementRow> {
    let own = provider.facts.iter().map(|kept| (None, kept));
    let of_sites = provider
        .sites
        .iter()
        .flat_map(|site| site.facts.iter().map(move |kept| (Some(site.id), kept)));
    let mut rows: Vec<(u32, StatementRow)> = own
        .chain(of_sites)
        .map(|(site, kept)| {
            let of_it = provider.verifications.iter().filter(|done| done.n == kept.n);
            let row = StatementRow {
                id: format!("{}.{}", provider.id, kept.n),
                site,
                statement: kept.item.clone(),
                by: kept.by,
                withdrawn_on: kept.withdrawn_on,
                verifications: of_it.cloned().collect(),
            };
            (kept.n, row)
        })
        .collect();
    rows.sort_by_key(|(n, _)| *n);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Every piece of evidence of a provider, in the order of its positions.
#[must_use]
pub fn evidence_rows(provider: &Provider) -> Vec<EvidenceRow> {
    (0..)
        .zip(&provider.evidence)
        .map(|(number, kept)| EvidenceRow {
            id: format!("{}.{number}", provider.id),
            number,
            evidence: kept.item.clone(),
            by: kept.by,
            withdrawn_on: kept.withdrawn_on,
        })
        .collect()
}
