//! Bedside: the public directory of supervised, in-person ketamine care in the United States.
//!
//! The layers, from the inside out: [`domain`] says what the words mean, [`rules`] decides,
//! [`gazetteer`] knows places, [`catalog`] answers from memory, [`auth`] proves who somebody is,
//! [`store`] keeps, [`import`] reads files, [`app`] combines them into use cases, [`http`] and
//! [`cli`] let people in.
//! ARCHITECTURE.md says which may name which.

#![forbid(unsafe_code)]

pub mod app;
pub mod auth;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod gazetteer;
pub mod http;
pub mod import;
pub mod log;
pub mod pages;
pub mod rules;
pub mod store;
pub mod telemetry;
pub mod verify;

/// Everything here is made of many small texts, on all processors at once: a third of an import
/// and of a page went into the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
