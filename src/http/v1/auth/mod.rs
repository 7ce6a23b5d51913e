//! Signing in and out.

pub mod jwks;
pub mod session;
pub mod token;
pub mod totp;
