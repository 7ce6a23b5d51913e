//! Code lists with their sources, as data files that ship with the program.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::{
    openapi::NamedErrors,
    params::Params,
    problem::{Kind, Problem},
    reply::{self, Caching, Media},
};

/// Declares the lists: the name in the address and the file.
macro_rules! lists {
    ($($name:literal,)+) => {
        /// The lists and their files.
        pub static LISTS: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/reference/", $name, ".json")),
        ),)+];
    };
}

lists! {
    "routes",
    "indications",
    "payments",
    "credentials",
    "exclusions",
    "adverse-effects",
    "states",
}

/// A code list with its sources.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// The list's name.
    #[schema(example = "routes")]
    pub name: String,
    /// The list's title.
    #[schema(example = "Routes of administration")]
    pub title: String,
    /// What the list is for, and what it is not.
    pub about: String,
    /// The date on which it was last checked against its sources.
    #[schema(example = "2026-11-21")]
    pub as_of: chrono::NaiveDate,
    /// Where it comes from.
    pub sources: Vec<ListSource>,
    /// The codes, in an order that means nothing.
    pub codes: Vec<ListCode>,
}

/// Where a list comes from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// What it is called.
    pub title: String,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// The day on which what it says was taken into this table, from research notes; the source
    /// itself is to be read again before anybody relies on it.
    pub taken_in_on: chrono::NaiveDate,
}

/// One code.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCode {
    /// The wire value.
    #[schema(example = "iv")]
    pub code: String,
    /// Its name for people.
    #[schema(example = "Intravenous")]
    pub label: String,
    /// What a reader should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub about: Option<String>,
    /// The group within the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<String>,
    /// The same thing in other code systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub same_as: Vec<OtherCode>,
}

/// A code of another system.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherCode {
    /// The system.
    #[schema(example = "http://snomed.info/sct")]
    pub system: String,
    /// The code there.
    #[schema(example = "47625008")]
    pub code: String,
}

/// Read a code list
///
/// `routes`, `indications`, `payments`, `credentials`, `exclusions`, `adverse-effects` or
/// `states`, with sources and dates.
#[utoipa::path(
    tag = "reference",
    operation_id = "get_reference",
    security(()),
    params(("list" = String, Path, description = "The list's name", example = "routes")),
    responses((status = 200, description = "The list", body = CodeList), NamedErrors),
)]
#[get("/v1/reference/{list}")]
pub async fn get_reference(
    request: HttpRequest,
    list: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let Some((_, file)) = LISTS.iter().find(|(name, _)| *name == *list) else {
        let known: Vec<&str> = LISTS.iter().map(|(name, _)| *name).collect();
        let detail = format!("No such list; there are {}.", known.join(", "));
        return Err(Problem::new(Kind::NotFound, detail));
    };
    let tag = reply::entity_tag(&[file.as_bytes()]);
    reply::conditional(&request, tag, media, Caching::Public, || {
        Ok(Bytes::from_static(file.as_bytes()))
    })
}
