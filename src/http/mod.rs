//! The only module that names actix-web: requests in, problems and answers out.

mod asked;
pub mod authorized;
mod blocking;
mod body;
mod docs;
pub mod form;
mod gate;
mod hashing;
mod limits;
mod log_files;
mod metrics;
pub mod openapi;
mod ops;
pub mod params;
mod preconditions;
pub mod problem;
mod refusals;
mod reply;
mod routes;
pub mod server;
pub mod shared;
mod strict_json;
mod turn;
pub mod v1;
mod wire;

pub use asked::{IfMatch, Plain, Repeatable, Typed};
pub use authorized::Authorized;
pub use blocking::blocking;
pub use body::{FileBytes, JsonBytes, typed};
pub use server::Server;
