//! The only module that names actix-web: requests in, problems and answers out.

pub mod authorized;
mod blocking;
mod body;
mod docs;
mod gate;
mod metrics;
pub mod openapi;
mod ops;
pub mod params;
pub mod problem;
mod refusals;
mod reply;
mod routes;
pub mod server;
pub mod shared;
mod strict_json;
pub mod v1;

pub use authorized::Authorized;
pub use blocking::blocking;
pub use body::{JsonBytes, typed};
pub use server::Server;
