//! The API, version 1: one file per resource.

pub mod reference;
pub mod root;
pub mod search_params;
