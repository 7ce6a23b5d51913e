//! Who somebody is and what they may do: roles, passwords, tokens and keys. Pure: the time is
//! a parameter, and nothing here reads a database or knows a framework.
//!
//! A person signs in with a name, a password and, where the role asks for it, a second factor,
//! and gets an access token of ten minutes: a JSON Web Token signed with Ed25519 that says who
//! they are and which session it belongs to. It does not say what they may do: roles are looked
//! up when the token is used, so that taking one away needs no waiting for tokens to end.
//!
//! A program has an API key. Of keys and of refresh tokens only SHA-256 digests are kept, which
//! is enough for secrets of 256 random bits; passwords are kept as argon2id.

mod access;
mod account;
pub mod api_key;
mod common;
mod device;
mod identity;
mod keys;
pub mod password;
mod secret;
mod token;
pub mod totp;

pub use access::{Permission, Role, Scope};
pub use account::{Client, Session, User, is_name};
pub use device::Devices;
pub use identity::{Identity, Kind};
pub use keys::{KeyRing, SigningKey};
pub use secret::{Secret, digest};
pub use token::{Claims, LIFETIME, LONGEST_TOKEN, Tokens};
