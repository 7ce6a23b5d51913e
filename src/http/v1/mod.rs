//! The API, version 1: one file per resource.

pub mod admin;
pub mod auth;
pub mod check;
pub mod clinics;
pub mod export;
pub mod log;
pub mod providers;
pub mod reference;
pub mod root;
pub mod rules;
pub mod search;
pub mod search_params;
