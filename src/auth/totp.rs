//! One-time codes as a second factor (RFC 6238): six digits of HMAC-SHA-1 every 30 seconds,
//! since that is what every authenticator program does.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use chrono::{DateTime, Utc};

/// Seconds that a code stands for.
const STEP: i64 = 30;

/// Digits of a code.
pub const DIGITS: usize = 6;

/// Bytes of a secret: as many as SHA-1 gives.
pub const SECRET_BYTES: usize = 20;

/// A fresh secret.
#[must_use]
pub fn fresh_secret() -> Vec<u8> {
    rand::random::<[u8; SECRET_BYTES]>().to_vec()
}

/// The time step for which a code is the right one, if it is so now, a step ago or a step ahead,
/// and later than the last one that was taken: no code works twice.
#[must_use]
pub fn accepted_step(secret: &[u8], code: &str, last: i64, now: DateTime<Utc>) -> Option<i64> {
    let current = now.timestamp().div_euclid(STEP);
    // All three are computed, so that the time taken does not tell which one fits.
    let steps = [current - 1, current, current + 1];
    let fits = steps.map(|step| {
        verify_slices_are_equal(code_at(secret, step, DIGITS).as_bytes(), code.as_bytes()).is_ok()
    });
    steps.into_iter().zip(fits).filter(|(step, fits)| *fits && *step > last).map(|(s, _)| s).next()
}

/// The code of a time step, as so many digits.
#[must_use]
pub fn code_at(secret: &[u8], step: i64, digits: usize) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    // RFC 4226, 5.3: the low half of the last byte says where to cut.
    let bytes = tag.as_ref();
    let at = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let cut = bytes.get(at..at + 4).and_then(|cut| <[u8; 4]>::try_from(cut).ok());
    let number = u64::from(u32::from_be_bytes(cut.unwrap_or_default()) & 0x7fff_ffff);
    let mut code = format!("{number:0digits$}");
    code.split_off(code.len() - digits)
}

/// The code of a time.
#[must_use]
pub fn code_now(secret: &[u8], now: DateTime<Utc>) -> String {
    code_at(secret, now.timestamp().div_euclid(STEP), DIGITS)
}

/// A secret as people type it: base32 without padding (RFC 4648).
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(letter(LETTERS, held >> bits));
        }
    }
    if bits > 0 {
        text.extend(letter(LETTERS, held << (5 - bits)));
    }
    text
}

fn letter(letters: &[u8; 32], bits: u32) -> Option<char> {
    let at = usize::try_from(bits & 31).ok()?;
    letters.get(at).copied().map(char::from)
}

/// What an authenticator program reads from a QR code or a link.
#[must_use]
pub fn uri(secret: &[u8], name: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let secret = base32(secret);
    format!("otpauth://totp/Bedside:{name}?secret={secret}&issuer=Bedside")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (time, code) in [
            (59_i64, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(secret, time / STEP, 8), code, "{time}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_only_near_its_time() {
        let secret = fresh_secret();
        let at = |second| DateTime::from_timestamp(second, 0).unwrap_or_default();
        let code = code_now(&secret, at(1_000_000));
        let step = 1_000_000 / STEP;
        let accepted = |last, second| accepted_step(&secret, &code, last, at(second));
        assert_eq!(accepted(0, 1_000_000), Some(step));
        assert_eq!(accepted(0, 1_000_000 + STEP), Some(step));
        assert_eq!(accepted(0, 1_000_000 - STEP), Some(step));
        assert_eq!(accepted(0, 1_000_000 + 3 * STEP), None);
        assert_eq!(accepted(step, 1_000_000), None, "it was taken already");
        for wrong in ["", "0", "1234567", "abcdef"] {
            assert_eq!(accepted_step(&secret, wrong, 0, at(1_000_000)), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (text, base) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), base);
        }
    }
}
