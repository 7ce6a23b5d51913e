//! The API, version 1: one file per resource.

pub mod admin;
pub mod answers;
pub mod auth;
pub mod check;
pub mod clinics;
pub mod documents;
pub mod export;
pub mod flags;
pub mod log;
pub mod providers;
pub mod reference;
pub mod replies;
pub mod reports;
pub mod root;
pub mod rules;
pub mod search;
pub mod search_params;
