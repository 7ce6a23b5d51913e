//! The API over the wire: one file per resource, and what holds for all of them.

mod bad_input;
mod gate;
mod params;
mod privacy;
mod reference;
mod service;
