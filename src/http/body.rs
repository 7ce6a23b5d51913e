//! Bodies: read within a size and a time, and only as JSON.

use std::sync::Arc;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut, Data},
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};

use serde::de::DeserializeOwned;

use super::{
    problem::{FieldError, Kind, Location, Problem},
    shared::Shared,
    strict_json,
};
use crate::app::evidence::files::MOST_BYTES;

/// How much of a body that is too large is still read before it is refused: a client that is
/// cut off in the middle of sending often never sees the answer.
const DRAINED_BYTES: usize = 8 * 1_024 * 1_024;

/// How long a file may take to arrive: a little less than a request may take in all.
pub(super) const FILE_TIME: std::time::Duration = std::time::Duration::from_secs(9);

/// A whole body that claims to be JSON; nobody has parsed it yet.
#[derive(Debug)]
pub struct JsonBytes(pub Bytes);

impl FromRequest for JsonBytes {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Some(shared) = request.app_data::<Data<Shared>>().map(|data| Arc::clone(data))
            else {
                return Err(Problem::internal("the application has no shared state"));
            };
            let limits = &shared.limits;
            let reading = read(payload, limits.body_bytes);
            let bytes = tokio::time::timeout(limits.body_time, reading)
                .await
                .unwrap_or_else(|_| Err(Problem::of(Kind::RequestTimeout)))?;
            // The type is judged after the body was read, for the same reason as its size.
            check_type(&request)?;
            Ok(Self(bytes))
        })
    }
}

/// A file as it was sent, of at most 10 MiB; what it is shows when it is looked at.
#[derive(Debug)]
pub struct FileBytes {
    bytes: Bytes,
    plain: bool,
}

impl FileBytes {
    /// The file's own bytes.
    ///
    /// # Errors
    /// The request says that they are something else.
    pub fn whole(self) -> Result<Bytes, Problem> {
        let detail = "Send the file's own bytes as application/octet-stream.";
        let refused = || Problem::new(Kind::UnsupportedMediaType, detail);
        self.plain.then_some(self.bytes).ok_or_else(refused)
    }
}

impl FromRequest for FileBytes {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let reading = read(payload, MOST_BYTES);
            let bytes = tokio::time::timeout(FILE_TIME, reading)
                .await
                .unwrap_or_else(|_| Err(Problem::of(Kind::RequestTimeout)))?;
            let headers = request.headers();
            let sent = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let plain = sent == Some("application/octet-stream")
                && !headers.contains_key(header::CONTENT_ENCODING);
            Ok(Self { bytes, plain })
        })
    }
}

async fn read(mut payload: Payload, most: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    let mut received = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| {
            Problem::new(Kind::BadRequest, "The body ended early or is wrongly framed.")
        })?;
        received = received.saturating_add(chunk.len());
        if received > most.max(DRAINED_BYTES) {
            break;
        }
        if received <= most {
            body.extend_from_slice(&chunk);
        }
    }
    if received > most {
        let detail = format!("The body is larger than {most} bytes.");
        return Err(Problem::new(Kind::PayloadTooLarge, detail));
    }
    Ok(body.freeze())
}

fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let json =
        headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_json);
    if plain && json { Ok(()) } else { Err(Problem::of(Kind::UnsupportedMediaType)) }
}

/// A body as a type whose members are all known: unknown names are refused.
///
/// # Errors
/// Text that is no JSON of that shape.
pub fn typed<T: DeserializeOwned>(body: &JsonBytes) -> Result<T, Problem> {
    let value = strict_json::read(&body.0)?;
    // An array would be taken for the members of a struct in their order.
    let read = if value.is_object() {
        serde_json::from_value(value).map_err(|error| error.to_string())
    } else {
        Err("expected an object".to_owned())
    };
    read.map_err(|detail| {
        let place = Location::Pointer(String::new());
        let errors = vec![FieldError::new(place, "invalid", detail.clone())];
        Problem::new(Kind::InvalidBody, detail).with_errors(errors)
    })
}

/// `application/json`, in UTF-8 if it says in what.
fn is_json(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
                value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}
