//! API keys: `bsd_live_`, a public id of eight characters, a secret of 43, and a checksum of
//! eight that tells a mistyped key from an unknown one without asking anybody.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Secret, digest};

/// How a key begins, so that people and scanners of leaked secrets know it for one.
pub const PREFIX: &str = "bsd_live_";

const ID: usize = 8;
const SECRET: usize = 43;
const CHECKSUM: usize = 8;

/// A fresh key with its public id.
#[must_use]
pub fn fresh() -> (String, Secret) {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; ID] = rand::random();
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    let id: String = bytes.iter().filter_map(letter).collect();
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let body = format!("{PREFIX}{id}{secret}");
    let key = format!("{body}{}", checksum(&body));
    (id, Secret::from(key))
}

/// The public id of a text that has the shape and the checksum of a key.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    let rest = key.strip_prefix(PREFIX)?;
    let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if rest.len() != ID + SECRET + CHECKSUM || !plain {
        return None;
    }
    let (body, sum) = key.split_at_checked(key.len() - CHECKSUM)?;
    (checksum(body) == sum).then(|| rest.get(..ID)).flatten()
}

fn checksum(body: &str) -> String {
    digest(body).iter().take(CHECKSUM / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_id_and_any_other_character_spoils_it() {
        let (id, key) = fresh();
        let key = key.expose();
        assert_eq!(key.len(), PREFIX.len() + ID + SECRET + CHECKSUM);
        assert_eq!(id_of(key), Some(id.as_str()));
        for at in 0..key.len() {
            let mut other = key.to_owned().into_bytes();
            other[at] = if other[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(id_of(std::str::from_utf8(&other).unwrap()), None, "at {at}");
        }
        for other in ["", PREFIX, "bsd_live_ä", key.trim_start_matches('b'), &format!("{key}0")] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
