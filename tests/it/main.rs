//! All integration tests in one binary: one link step, and modules that mirror the source.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    clippy::string_slice,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

mod api;
mod app;
mod catalog;
mod cli;
mod course_cost;
mod gazetteer;
mod hours;
mod import;
mod log;
mod openapi;
mod pages;
mod rules;
mod store;
mod support;
mod tidy;
