//! The only module that names actix-web: requests in, problems and answers out.

mod body;
mod docs;
mod gate;
mod log_files;
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

pub use body::JsonBytes;
pub use server::Server;
