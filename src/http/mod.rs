//! The only module that names actix-web: requests in, problems and answers out.

pub mod params;
pub mod problem;
pub mod v1;
