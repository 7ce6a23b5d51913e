//! Forms as browsers send them: fields, and files with them.
//!
//! What was typed comes through whatever is wrong with a file, so that a page can show it again.

use actix_multipart::Multipart;
use actix_web::{
    FromRequest as _, HttpRequest,
    dev::Payload,
    http::header,
    web::{self, Bytes, BytesMut},
};
use futures_util::StreamExt as _;

use super::{
    body::FILE_TIME,
    problem::{Kind, Problem},
};
use crate::app::evidence::files::MOST_BYTES;

/// The most files that come at a time.
pub const MOST_FILES: usize = 5;

/// How much is typed into a form at most, in bytes.
const TYPED_BYTES: usize = 64 * 1_024;

/// How much of a form is read at most: its files, and more of one that is too large, since a client
/// that is cut off in the middle of sending often never sees the answer.
const READ_BYTES: usize = 64 * 1_024 * 1_024;

/// Why the files of a form cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// One is larger than 10 MiB.
    TooLarge,
    /// There are more than [`MOST_FILES`].
    TooMany,
    /// They did not arrive in time.
    TooSlow,
}

/// What a browser sends. Not for logs, so it has no debug form.
#[derive(Default)]
pub struct SentForm {
    /// What was typed and chosen, by the fields' names, in their order.
    pub fields: Vec<(String, String)>,
    /// The files; none where one of them cannot be taken.
    pub files: Vec<Bytes>,
    /// Why the files cannot be taken.
    pub fault: Option<FileFault>,
}

impl SentForm {
    /// Reads a body, with files or without.
    ///
    /// # Errors
    /// What is no form, is cut off, or holds more text than anybody types.
    pub async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
            let read = web::Form::<Vec<(String, String)>>::from_request(request, &mut payload);
            let fields = read.await.map_err(|error| {
                Problem::of(Kind::from_status(error.as_response_error().status_code()))
            })?;
            return Ok(Self { fields: fields.into_inner(), ..Self::default() });
        }
        let mut form = Self::default();
        let parts = Multipart::new(request.headers(), payload);
        match tokio::time::timeout(FILE_TIME, form.take_in(parts)).await {
            Ok(read) => read?,
            Err(_) => form.fault = Some(FileFault::TooSlow),
        }
        if form.fault.is_some() {
            form.files.clear();
        }
        Ok(form)
    }

    async fn take_in(&mut self, mut parts: Multipart) -> Result<(), Problem> {
        let (mut received, mut typed) = (0_usize, 0_usize);
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(broken)?;
            let name = part.name().unwrap_or_default().to_owned();
            // A browser names the file that was chosen, and sends an empty name where none was.
            let file = part.content_disposition().and_then(|about| about.get_filename());
            let file = file.map(str::is_empty);
            let most = if file.is_some() { MOST_BYTES } else { TYPED_BYTES };
            let mut bytes = BytesMut::new();
            let mut fits = true;
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(broken)?;
                received = received.saturating_add(chunk.len());
                if received > READ_BYTES {
                    self.fault = Some(FileFault::TooLarge);
                    return Ok(());
                }
                fits &= bytes.len().saturating_add(chunk.len()) <= most;
                if fits {
                    bytes.extend_from_slice(&chunk);
                }
            }
            match file {
                Some(true) => {}
                Some(false) if !fits => self.fault = Some(FileFault::TooLarge),
                Some(false) if self.files.len() == MOST_FILES => {
                    self.fault.get_or_insert(FileFault::TooMany);
                }
                Some(false) => self.files.push(bytes.freeze()),
                None => {
                    typed = typed.saturating_add(bytes.len());
                    if !fits || typed > TYPED_BYTES {
                        return Err(Problem::of(Kind::PayloadTooLarge));
                    }
                    let text = String::from_utf8(bytes.into()).map_err(broken)?;
                    self.fields.push((name, text));
                }
            }
        }
        Ok(())
    }
}

/// The cause is not passed on, since it may quote what was sent.
fn broken<E>(_cause: E) -> Problem {
    Problem::new(Kind::BadRequest, "The form ended early or is wrongly framed.")
}
