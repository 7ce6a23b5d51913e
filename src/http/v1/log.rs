//! The public log and the changes in it.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data, Path},
};

use crate::{
    app::{
        App,
        public_log::{ChangesAnswer, LogEntriesAnswer, LogError, LogSummary},
    },
    http::{
        openapi::{LogListErrors, LogNamedErrors, PlainErrors},
        params::{Kind as ParamKind, Param, Params, documented_params},
        problem::{Kind, Problem},
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

static SINCE: Param = Param::one(
    "since",
    ParamKind::Integer { min: 0, max: i64::MAX },
    "4312",
    "How many changes you have: `meta.next` of the answer before, 0 at first.",
)
.or("0");
static FROM: Param = Param::one(
    "from",
    ParamKind::Integer { min: 0, max: i64::MAX },
    "256",
    "The index of the first entry.",
)
.or("0");
static LIMIT: Param =
    Param::one("limit", ParamKind::Integer { min: 1, max: 500 }, "100", "How many at most.")
        .or("100");

documented_params! {
    /// The parameters of the list of changes.
    ChangesQuery, &[&SINCE, &LIMIT]
}

documented_params! {
    /// The parameters of the list of entries.
    LogEntriesQuery, &[&FROM, &LIMIT]
}

/// Follow the public changes
///
/// Every public change of a listing or a flag, in the order in which they were made. Nothing is
/// skipped or told twice, whatever is written meanwhile: ask again with `since` = `meta.next`. A
/// listing that is no longer shown has its reason.
#[utoipa::path(
    tag = "log",
    operation_id = "list_changes",
    security(()),
    params(ChangesQuery),
    responses((status = 200, description = "A page of changes", body = ChangesAnswer), LogListErrors),
)]
#[get("/v1/changes")]
pub async fn list_changes(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let since = params.integer(&SINCE).unwrap_or(0);
    let limit = params.integer(&LIMIT).unwrap_or(100);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let answer = asked(&shared, move |app| app.changes(since, limit)).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&answer)?))
}

/// Read what the public log is
///
/// Its name, its newest signed head, the key that checks its signatures, and how to check it.
#[utoipa::path(
    tag = "log",
    operation_id = "get_log",
    security(()),
    responses((status = 200, description = "The log", body = LogSummary), PlainErrors),
)]
#[get("/v1/log")]
pub async fn get_log(request: HttpRequest, shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    Ok(reply::whole(media, Caching::Briefly, reply::json(&shared.app.log_summary())?))
}

/// List the entries of the public log
///
/// Each with its leaf, salt and payload byte for byte, so that anyone can rebuild the tree and
/// what it says. The commitment in a leaf is the SHA-256 of the salt followed by the payload.
#[utoipa::path(
    tag = "log",
    operation_id = "list_log_entries",
    security(()),
    params(LogEntriesQuery),
    responses(
        (status = 200, description = "A page of entries", body = LogEntriesAnswer),
        LogListErrors,
    ),
)]
#[get("/v1/log/entries")]
pub async fn list_log_entries(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let from = params.integer(&FROM).unwrap_or(0);
    let limit = params.integer(&LIMIT).unwrap_or(100);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let answer = asked(&shared, move |app| app.log_entries(from, limit)).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&answer)?))
}

/// Prove that an entry is in the public log
///
/// One text in the form of C2SP tlog-proof: the leaf, its path through the tree, and the signed
/// head. It can be checked offline and for ever.
#[utoipa::path(
    tag = "log",
    operation_id = "get_log_proof",
    security(()),
    params(("index" = u64, Path, description = "The entry's index", example = 0)),
    responses(
        (status = 200, description = "The proof", body = String, content_type = "text/plain",
            example = "c2sp.org/tlog-proof@v1\nindex 0\n"),
        LogNamedErrors,
    ),
)]
#[get("/v1/log/proof/{index}")]
pub async fn get_log_proof(
    request: HttpRequest,
    shared: Data<Shared>,
    index: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Text])?;
    let index = index.parse().ok();
    let proof = match index {
        Some(index) => asked(&shared, move |app| app.log_proof(index)).await?,
        None => None,
    };
    let proof = proof.ok_or_else(|| {
        Problem::new(Kind::NotFound, "The signed log has no entry of this index, or not yet.")
    })?;
    Ok(reply::whole(media, Caching::Briefly, proof))
}

/// Asks the database about the log, on a thread that may wait.
pub(in crate::http) async fn asked<T: Send + 'static>(
    shared: &Data<Shared>,
    ask: impl FnOnce(&App) -> Result<T, LogError> + Send + 'static,
) -> Result<T, Problem> {
    let shared = shared.clone();
    web::block(move || ask(&shared.app)).await.map_err(Problem::internal)?.map_err(|error| {
        if error.is_unavailable() {
            let detail = "The database does not answer, and the log's entries are read from it.";
            Problem::new(Kind::Unavailable, detail).caused_by(error)
        } else {
            Problem::internal(error)
        }
    })
}
