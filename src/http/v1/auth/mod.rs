//! Signing in and out.

pub mod token;
