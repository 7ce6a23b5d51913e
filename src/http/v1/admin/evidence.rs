//! Evidence: recorded by people, with the files behind it.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentDisposition, DispositionParam, DispositionType},
    post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PROVIDER_ID, reason, stored};
use crate::{
    app::evidence::{EvidenceRow, Recorded, evidence_rows, files::FileRecord},
    domain::provider::Evidence,
    http::{
        FileBytes, Plain, Typed,
        authorized::{Authorized, EditListings, ViewAdmin},
        blocking,
        openapi::{SignedInErrors, TransitionErrors, UploadErrors},
        params::{Param, Params, documented_params},
        problem::Problem,
        reply,
        shared::Shared,
    },
    store::Reason,
};

static LIST: &[&Param] = &[&PROVIDER_ID];

documented_params! {
    /// The parameters of a list of evidence.
    EvidenceQuery, LIST
}

/// The evidence about a provider.
#[derive(Serialize, ToSchema)]
pub struct EvidenceList {
    /// Every piece, the withdrawn ones too, in the order of their positions.
    data: Vec<EvidenceRow>,
    /// The provider's version.
    #[schema(minimum = 1, example = 2)]
    version: i64,
}

/// List the evidence about a provider
///
/// By the positions with which statements name it; nothing is withheld here.
#[utoipa::path(
    tag = "evidence",
    operation_id = "list_evidence",
    security(("bearer" = ["view_admin"])),
    params(EvidenceQuery),
    responses((status = 200, description = "The evidence", body = EvidenceList), SignedInErrors),
)]
#[get("/v1/admin/evidence")]
pub async fn list_evidence(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let id = params.required_text(&PROVIDER_ID);
    params.finish()?;
    reply::takes_json(&request)?;
    let provider = blocking(&shared, move |app| stored(app, &id)).await?;
    let answer = EvidenceList { data: evidence_rows(&provider), version: provider.version };
    reply::private(&answer)
}

/// A piece of evidence to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceBody)]
pub struct NewBody {
    /// The provider.
    provider: Uuid,
    /// The piece; its kind and its tier go together as in the provider file.
    evidence: Evidence,
    /// True where `evidence.sha256` names a file that was uploaded.
    #[serde(default)]
    file: bool,
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "read_at_source")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "")]
    #[serde(default)]
    reason: String,
}

/// Record a piece of evidence
///
/// The answer says its position, by which statements name it.
#[utoipa::path(
    tag = "evidence",
    operation_id = "create_evidence",
    security(("bearer" = ["edit_listings"])),
    request_body(content = NewBody, description = "The piece, and why it is recorded"),
    responses((status = 201, description = "Recorded", body = Recorded), TransitionErrors),
)]
#[post("/v1/admin/evidence")]
pub async fn create_evidence(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<NewBody>,
) -> Result<HttpResponse, Problem> {
    let NewBody { provider, evidence, file, reason_code, reason: text } = body.0;
    let why = reason(&reason_code, &text)?;
    let new = (provider, evidence, file);
    let done = blocking(&shared, move |app| app.add_evidence(&by.actor, &why, new)).await?;
    Ok(reply::created(reply::private(&done)?, None))
}

/// Upload a file behind evidence
///
/// A PDF, PNG or JPEG of at most 10 MiB, as its own bytes. It is kept under its SHA-256 and
/// never shown to the public.
#[utoipa::path(
    tag = "evidence",
    operation_id = "create_evidence_file",
    security(("bearer" = ["edit_listings"])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses((status = 201, description = "Kept", body = FileRecord), UploadErrors),
)]
#[post("/v1/admin/evidence/files")]
pub async fn create_evidence_file(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: FileBytes,
) -> Result<HttpResponse, Problem> {
    let bytes = body.whole()?;
    let why = Reason::new("upload", "");
    let record = blocking(&shared, move |app| app.keep_file(&by.actor, &why, &bytes)).await?;
    Ok(reply::created(reply::private(&record)?, None))
}

/// Download a file behind evidence
///
/// As an attachment, after its bytes were compared with its name.
#[utoipa::path(
    tag = "evidence",
    operation_id = "get_evidence_file",
    security(("bearer" = ["view_admin"])),
    params(("sha256" = String, Path, description = "SHA-256 of the file", example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
    responses(
        (status = 200, description = "The file, as an attachment", body = Vec<u8>, content_type = "application/octet-stream"),
        SignedInErrors,
    ),
)]
#[get("/v1/admin/evidence/files/{sha256}")]
pub async fn get_evidence_file(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
    sha256: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let sha256 = sha256.into_inner();
    let (record, bytes) = blocking(&shared, move |app| app.file(&sha256)).await?;
    let name = format!("{}.{}", record.sha256, record.media_type.extension());
    let attachment = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name)],
    };
    // A browser must save it and never show it: its sender decided what is in it.
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header((header::CONTENT_DISPOSITION, attachment))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}
