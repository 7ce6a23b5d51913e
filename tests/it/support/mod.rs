//! What tests of every part share.

pub mod app;
