//! The query string of an address: `name=value` joined by `&`, percent-encoded UTF-8.

use std::borrow::Cow;

use super::{
    super::problem::{FieldError, Kind, Location, Problem},
    Entry, MAX_PARAMETERS, Value,
};

/// The longest decoded name or value, in bytes.
const MAX_VALUE_BYTES: usize = 2_048;

/// The parameters in their order.
pub(super) fn entries(text: &str) -> Result<Vec<Entry<'_>>, Problem> {
    let mut entries = Vec::with_capacity(8);
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if entries.len() == MAX_PARAMETERS {
            return Err(Problem::new(
                Kind::InvalidParameter,
                format!("more than {MAX_PARAMETERS} parameters"),
            ));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).ok_or_else(|| garbled("a parameter's name"))?;
        let Some(value) = decode(value) else { return Err(garbled(&name)) };
        entries.push(Entry { name, value: Value::Text(value), index: None, taken: false });
    }
    Ok(entries)
}

fn garbled(name: &str) -> Problem {
    let detail = "percent-encoded UTF-8 of at most 2,048 bytes without control characters";
    Problem::new(Kind::InvalidParameter, format!("{name}: give {detail}")).with_errors(vec![
        FieldError::new(
            Location::Parameter(name.to_owned()),
            "invalid-encoding",
            format!("give {detail}"),
        ),
    ])
}

/// Undoes percent-encoding; `+` is a space. None where that gives no clean text.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if text.len() > 3 * MAX_VALUE_BYTES {
        return None;
    }
    let decoded = if text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => 16 * nibble(rest.next()?)? + nibble(rest.next()?)?,
                other => other,
            });
        }
        Cow::Owned(String::from_utf8(bytes).ok()?)
    } else {
        Cow::Borrowed(text)
    };
    let clean = decoded.len() <= MAX_VALUE_BYTES && !decoded.chars().any(char::is_control);
    clean.then_some(decoded)
}

fn nibble(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}
