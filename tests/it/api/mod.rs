//! The API over the wire: one file per resource, and what holds for all of them.

mod accounts;
mod bad_input;
mod clinics;
mod editorial;
mod evidence;
mod gate;
mod log;
mod matters;
mod outage;
mod params;
mod privacy;
mod providers;
mod reference;
mod rules;
mod search;
mod service;
