//! What a change says about itself in its headers: the version that it is made from, and a key by
//! which it is known if it is sent again.

use actix_web::{HttpRequest, http::header};
use sha2::{Digest as _, Sha256};

use super::problem::{Kind, Problem};
use crate::app::editorial::Retry;

/// The longest `Idempotency-Key`, in characters.
const MOST_KEY: usize = 128;

/// The versions that `If-Match` names. An entity tag of a listing is its version in quotes; a
/// weak one matches nothing (RFC 9110, section 13.1.1).
///
/// # Errors
/// 428 without the header or with `*`, which would overwrite unseen; 400 where it is no list of
/// entity tags.
pub fn if_match(request: &HttpRequest) -> Result<Vec<i64>, Problem> {
    let mut versions = Vec::new();
    let mut given = false;
    for value in request.headers().get_all(header::IF_MATCH) {
        given = true;
        let text = value.to_str().map_err(|_not_ascii| bad_tag())?;
        if text.trim() == "*" {
            return Err(Problem::of(Kind::PreconditionRequired));
        }
        for tag in text.split(',').map(str::trim) {
            let (weak, tag) = tag.strip_prefix("W/").map_or((false, tag), |tag| (true, tag));
            let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            let inner = inner.filter(|inner| !inner.contains('"')).ok_or_else(bad_tag)?;
            // A tag that no listing ever had matches none.
            versions.extend(inner.parse::<i64>().ok().filter(|_| !weak));
        }
    }
    if given { Ok(versions) } else { Err(Problem::of(Kind::PreconditionRequired)) }
}

fn bad_tag() -> Problem {
    Problem::new(Kind::BadRequest, "If-Match: expected entity tags in quotes, such as \"4\".")
}

/// How the request is known if it is sent again; `None` where it names no key.
///
/// # Errors
/// 400 where the header is no string in quotes (RFC 8941) of 1 to 128 characters.
pub fn retry(request: &HttpRequest, body: &[u8]) -> Result<Option<Retry>, Problem> {
    let mut values = request.headers().get_all("idempotency-key");
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_not_ascii| bad_key())?;
    if values.next().is_some() {
        return Err(bad_key());
    }
    let key = string(text.trim()).ok_or_else(bad_key)?;
    if !(1..=MOST_KEY).contains(&key.chars().count()) {
        return Err(bad_key());
    }
    let mut hash = Sha256::new();
    for part in [request.method().as_str(), request.path(), request.query_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(body);
    Ok(Some(Retry { key, request: hash.finalize().into() }))
}

fn bad_key() -> Problem {
    let detail = "Idempotency-Key: expected one string in quotes of 1 to 128 characters, such as \"8e03978e\".";
    Problem::new(Kind::BadRequest, detail)
}

/// A string of RFC 8941, section 3.3.3.
fn string(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut read = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => read.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            '"' => return None,
            ' '..='~' => read.push(c),
            _ => return None,
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn versions(value: &str) -> Result<Vec<i64>, Kind> {
        let request = TestRequest::default().insert_header(("If-Match", value)).to_http_request();
        if_match(&request).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_version_is_a_strong_tag() {
        assert_eq!(versions("\"4\""), Ok(vec![4]));
        assert_eq!(versions("\"4\", \"7\""), Ok(vec![4, 7]));
        assert_eq!(versions("W/\"4\""), Ok(vec![]));
        assert_eq!(versions("\"other\""), Ok(vec![]));
        assert_eq!(versions("*"), Err(Kind::PreconditionRequired));
        assert_eq!(versions("4"), Err(Kind::BadRequest));
        let bare = TestRequest::default().to_http_request();
        assert_eq!(if_match(&bare).unwrap_err().kind(), Kind::PreconditionRequired);
    }

    #[test]
    fn a_key_is_a_string_in_quotes() {
        let read = |value: &str| {
            let request =
                TestRequest::default().insert_header(("Idempotency-Key", value)).to_http_request();
            retry(&request, b"{}").map(|retry| retry.map(|retry| retry.key))
        };
        assert_eq!(read("\"k-1\"").unwrap(), Some("k-1".into()));
        assert_eq!(read(r#""a\"b\\c""#).unwrap(), Some(r#"a"b\c"#.into()));
        for bad in ["k-1", "\"\"", "\"a\"b\"", r#""a\b""#, "\"k\";a=1"] {
            assert_eq!(read(bad).unwrap_err().kind(), Kind::BadRequest, "{bad}");
        }
        assert_eq!(read(&format!("\"{}\"", "x".repeat(129))).unwrap_err().kind(), Kind::BadRequest);
        let request = |path: &str| {
            let request = TestRequest::with_uri(path).insert_header(("Idempotency-Key", "\"k\""));
            retry(&request.to_http_request(), b"{}").unwrap()
        };
        assert_eq!(request("/a"), request("/a"));
        assert_ne!(request("/a"), request("/b"));
    }
}
