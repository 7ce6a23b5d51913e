//! The API over the wire: one file per resource, and what holds for all of them.

mod accounts;
mod auth_coverage;
mod bad_input;
mod clients;
mod clinics;
mod editorial;
mod evidence;
mod forged_tokens;
mod gate;
mod journal_coverage;
mod limits;
mod log;
mod matters;
pub mod operations;
mod outage;
mod params;
mod privacy;
mod providers;
mod reference;
mod rules;
mod search;
mod service;
