//! The public log as static files, in the forms of C2SP: any verifier of transparency logs can
//! read them.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data, Path},
};

use super::{
    openapi::{LogNamedErrors, ReadinessErrors},
    params::Params,
    problem::{Kind, Problem},
    reply::{self, Caching, Media},
    shared::Shared,
    v1::log::asked,
};
use crate::log::tile::TileId;

/// The template of the tiles in the document, which cannot say that a part holds slashes.
pub(super) const TILE: &str = "/tile/{level}/{index}";

/// The same as a pattern.
pub(super) const TILE_PATTERN: &str = "/tile/{level}/{index:.*}";

/// Read the signed head of the public log
///
/// A checkpoint as C2SP tlog-checkpoint has it: name, number of entries, root, signature.
#[utoipa::path(
    tag = "log",
    operation_id = "get_checkpoint",
    security(()),
    responses(
        (status = 200, description = "The head", body = String, content_type = "text/plain",
            example = "directory.example/log\n4312\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
        ReadinessErrors,
    ),
)]
#[get("/checkpoint")]
pub async fn get_checkpoint(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Text])?;
    let head = shared.app.log.head().ok_or_else(|| {
        Problem::new(Kind::Unavailable, "The log has not been signed yet; it will be in a moment.")
    })?;
    Ok(reply::whole(media, Caching::Briefly, head.note.clone()))
}

/// Read a tile of the public log
///
/// Hashes side by side (level 0 to 63), or the entries themselves (level `entries`), as C2SP
/// tlog-tiles has them. An index is written in groups of three digits, as in `x001/x234/067`; an
/// unfinished tile ends in `.p/` and its width.
#[utoipa::path(
    tag = "log",
    operation_id = "get_tile",
    security(()),
    params(
        ("level" = String, Path, description = "0 to 63, or `entries`", example = "0"),
        ("index" = String, Path, description = "The index in groups of three digits; may hold slashes", example = "000.p/1"),
    ),
    responses(
        (status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream"),
        LogNamedErrors,
    ),
)]
#[get("/tile/{level}/{index:.*}")]
pub async fn get_tile(
    request: HttpRequest,
    shared: Data<Shared>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Octets])?;
    let tile = match TileId::parse(&path.0, &path.1) {
        Some(tile) => asked(&shared, move |app| app.log_tile(tile)).await?,
        None => None,
    };
    let tile = tile.ok_or_else(|| {
        Problem::new(Kind::NotFound, "The signed log has no such tile, or not yet.")
    })?;
    Ok(reply::whole(media, Caching::Immutable, Bytes::from(tile)))
}
