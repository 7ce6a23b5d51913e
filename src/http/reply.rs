//! Answers: the media type that the client asked for, entity tags, caching.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, Accept, EntityTag, Header as _, HeaderValue, Quality},
    },
    web::Bytes,
};
use sha2::{Digest as _, Sha256};

use super::problem::{Kind, Problem};

/// A media type that the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// JSON.
    Json,
    /// One JSON text a line.
    NdJson,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// A page for people.
    Html,
    /// Plain text.
    Text,
    /// Bytes.
    Octets,
}

impl Media {
    /// Its name without parameters.
    #[must_use]
    pub const fn essence(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::NdJson => "application/x-ndjson",
            Self::GeoJson => "application/geo+json",
            Self::Html => "text/html",
            Self::Text => "text/plain",
            Self::Octets => "application/octet-stream",
        }
    }

    /// The value of `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::NdJson => "application/x-ndjson",
            Self::GeoJson => "application/geo+json",
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Octets => "application/octet-stream",
        }
    }
}

/// The best of what is offered for what the client accepts; the first where it does not care.
///
/// # Errors
/// Nothing that is offered is accepted.
pub fn negotiate(request: &HttpRequest, offered: &[Media]) -> Result<Media, Problem> {
    let refused = || {
        let names: Vec<&str> = offered.iter().map(|media| media.essence()).collect();
        Problem::new(Kind::NotAcceptable, format!("This can be had as {}.", names.join(", ")))
    };
    let first = offered.first().copied().ok_or_else(refused)?;
    match request.headers().get(header::ACCEPT) {
        None => return Ok(first),
        Some(value) if value.as_bytes() == b"*/*" => return Ok(first),
        Some(value) if value.as_bytes() == first.essence().as_bytes() => return Ok(first),
        Some(_) => {}
    }
    // A header that cannot be read says nothing about what the client wants.
    let Ok(accept) = Accept::parse(request) else { return Ok(first) };
    let mut best = None;
    for media in offered {
        let quality = quality_of(*media, &accept);
        if quality > best.map_or(Quality::ZERO, |(quality, _)| quality) {
            best = Some((quality, *media));
        }
    }
    best.map(|(_, media)| media).ok_or_else(refused)
}

/// Sees that the client takes JSON, where there is nothing else to be had.
///
/// # Errors
/// It does not.
pub fn takes_json(request: &HttpRequest) -> Result<(), Problem> {
    negotiate(request, &[Media::Json]).map(drop)
}

/// How much the client wants a media type: by the most specific range that it falls in.
fn quality_of(media: Media, accept: &Accept) -> Quality {
    let (kind, subtype) = media.essence().split_once('/').unwrap_or_default();
    let mut found = (0, Quality::ZERO);
    for range in accept.iter() {
        let specific = match range.item.essence_str().split_once('/') {
            Some(("*", "*")) => 1,
            Some((of, "*")) if of == kind => 2,
            Some((of, exact)) if of == kind && exact == subtype => 3,
            _ => 0,
        };
        if specific > found.0 {
            found = (specific, range.quality);
        }
    }
    found.1
}

/// Who may keep an answer, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nobody: it is about one person's question.
    NoStore,
    /// The client, which asks each time whether it still holds.
    Revalidate,
    /// Everybody, for an hour: reference data.
    Public,
    /// Everybody, for a few seconds: what moves on with every change.
    Briefly,
    /// Everybody, for good: what never changes.
    Immutable,
}

impl Caching {
    const fn value(self) -> &'static str {
        match self {
            Self::NoStore => "no-store",
            Self::Revalidate => "private, no-cache",
            Self::Public => "public, max-age=3600",
            Self::Briefly => "public, max-age=2",
            Self::Immutable => "public, max-age=31536000, immutable",
        }
    }
}

/// An entity tag made of all that an answer depends on.
#[must_use]
pub fn entity_tag(parts: &[&[u8]]) -> EntityTag {
    let mut hash = Sha256::new();
    // The version stands for the code that writes the answer.
    for part in [env!("CARGO_PKG_VERSION").as_bytes()].iter().chain(parts) {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    let half = hash.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    EntityTag::new_strong(format!("{half:032x}"))
}

/// True where the client already has what the tag stands for.
#[must_use]
pub fn is_unchanged(request: &HttpRequest, tag: &EntityTag) -> bool {
    let Some(given) = request.headers().get(header::IF_NONE_MATCH) else { return false };
    given.to_str().is_ok_and(|given| {
        given.split(',').map(str::trim).any(|one| {
            let one = one.strip_prefix("W/").unwrap_or(one);
            one == "*" || one.trim_matches('"') == tag.tag()
        })
    })
}

/// The answer 304.
#[must_use]
pub fn unchanged(tag: &EntityTag, caching: Caching) -> HttpResponse {
    let mut response = HttpResponse::NotModified()
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(caching.value())))
        .finish();
    set_tag(&mut response, tag);
    response
}

/// The answer 304, or the whole one if the client does not have it yet.
///
/// # Errors
/// Those of `body`.
pub fn conditional(
    request: &HttpRequest,
    tag: EntityTag,
    media: Media,
    caching: Caching,
    body: impl FnOnce() -> Result<Bytes, Problem>,
) -> Result<HttpResponse, Problem> {
    if is_unchanged(request, &tag) {
        return Ok(unchanged(&tag, caching));
    }
    let mut response = whole(media, caching, body()?);
    set_tag(&mut response, &tag);
    Ok(response)
}

/// Says what the answer is known by, and that it depends on what the client accepts.
pub fn set_tag(response: &mut HttpResponse, tag: &EntityTag) {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    // A tag of hexadecimal digits is always a header value.
    if let Ok(value) = HeaderValue::from_str(&tag.to_string()) {
        headers.insert(header::ETAG, value);
    }
}

/// The address of a page, and what the cursor of the next one is appended to.
#[must_use]
pub fn page_links(path: &str, address: &str) -> (String, String) {
    let mut this = path.to_owned();
    let mut next = format!("{path}?");
    if !address.is_empty() {
        this.push('?');
        this.push_str(address);
    }
    for pair in address.split('&') {
        if !pair.is_empty() && !pair.starts_with("cursor=") {
            next.push_str(pair);
            next.push('&');
        }
    }
    next.push_str("cursor=");
    (this, next)
}

/// The links of a page as a header (RFC 8288).
pub fn set_links(response: &mut HttpResponse, this: &str, next: Option<&str>) {
    let mut links = format!("<{this}>; rel=\"self\"");
    if let Some(next) = next {
        links.push_str(&format!(", <{next}>; rel=\"next\""));
    }
    // What stood in an address can stand in a header.
    if let Ok(value) = HeaderValue::from_str(&links) {
        response.headers_mut().insert(header::LINK, value);
    }
}

/// An answer without a tag.
#[must_use]
pub fn whole(media: Media, caching: Caching, body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media.content_type())))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(caching.value())))
        .body(body.into())
}

/// An answer in JSON for whoever asked, which nobody keeps.
///
/// # Errors
/// A mistake of ours.
pub fn private(value: &impl serde::Serialize) -> Result<HttpResponse, Problem> {
    Ok(whole(Media::Json, Caching::NoStore, json(value)?))
}

/// The same about one thing in a version; its `ETag` is what a change must name in `If-Match`.
///
/// # Errors
/// A mistake of ours.
pub fn versioned(version: i64, value: &impl serde::Serialize) -> Result<HttpResponse, Problem> {
    let mut response = private(value)?;
    set_tag(&mut response, &EntityTag::new_strong(version.to_string()));
    Ok(response)
}

/// The same answer about something that has just been made, with its address where it has one.
#[must_use]
pub fn created(mut answer: HttpResponse, at: Option<&str>) -> HttpResponse {
    *answer.status_mut() = StatusCode::CREATED;
    // An address of ours is always a header value.
    if let Some(at) = at.and_then(|at| HeaderValue::from_str(at).ok()) {
        answer.headers_mut().insert(header::LOCATION, at);
    }
    answer
}

/// The bytes of an answer.
///
/// # Errors
/// A value that has no JSON form: a mistake of ours.
pub fn json(value: &impl serde::Serialize) -> Result<Bytes, Problem> {
    serde_json::to_vec(value).map(Bytes::from).map_err(Problem::internal)
}
