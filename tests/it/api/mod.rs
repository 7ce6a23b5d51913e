//! The API over the wire: one file per resource, and what holds for all of them.

mod accounts;
mod auth_coverage;
mod bad_input;
mod clients;
mod clinics;
mod editorial;
mod forged_tokens;
mod gate;
mod journal_coverage;
pub mod operations;
mod params;
mod privacy;
mod providers;
mod reference;
mod rules;
mod search;
mod service;
