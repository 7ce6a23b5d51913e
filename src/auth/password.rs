//! Passwords: argon2id with 19 MiB, two passes and one lane, kept as a PHC string.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// The fewest characters.
pub const SHORTEST: usize = 8;

/// The most characters; more would only make hashing slower.
pub const LONGEST: usize = 256;

/// Memory in KiB.
const MEMORY: u32 = 19_456;

/// Passes over it.
const PASSES: u32 = 2;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short or too long.
    #[error("give a password of {SHORTEST} to {LONGEST} characters")]
    Length,
    /// Everybody tries it first.
    #[error("this password is on the list of those that are tried first; choose another")]
    Common,
    /// It is the name of the account.
    #[error("the password must not be the name of the account")]
    Name,
}

/// Hashing failed: there was no memory, or no randomness.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashError(#[source] argon2::password_hash::Error);

/// Judges a new password.
///
/// # Errors
/// Why it is refused.
pub fn judge(password: &str, name: &str) -> Result<(), Weak> {
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Err(Weak::Length);
    }
    if password.eq_ignore_ascii_case(name) {
        return Err(Weak::Name);
    }
    if super::common::is_common(password) {
        return Err(Weak::Common);
    }
    Ok(())
}

/// The PHC string of a password, with a salt of its own.
///
/// # Errors
/// Where there is no memory or no randomness.
pub fn hash(password: &str) -> Result<String, HashError> {
    hasher().hash_password(password.as_bytes()).map(|phc| phc.to_string()).map_err(HashError)
}

/// Whether a password is the one that was hashed. A PHC string that cannot be read fits none.
#[must_use]
pub fn verify(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|phc| hasher().verify_password(password.as_bytes(), &phc).is_ok())
}

/// Spends the time of [`verify`] where there is no account, so that nobody can tell by the clock.
pub fn pretend(password: &str) {
    static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody's password").ok());
    if let Some(phc) = NOBODYS.as_deref() {
        let _fits_nobody = verify(password, phc);
    }
}

/// Whether a hash was made with less effort than today's.
#[must_use]
pub fn is_outdated(phc: &str) -> bool {
    let Ok(phc) = PasswordHash::new(phc) else { return true };
    let Ok(params) = Params::try_from(&phc) else { return true };
    phc.algorithm.as_str() != Algorithm::Argon2id.as_str()
        || params.m_cost() < MEMORY
        || params.t_cost() < PASSES
}

fn hasher() -> Argon2<'static> {
    // These are within the bounds of argon2; its own default has the same numbers.
    let params = Params::new(MEMORY, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
