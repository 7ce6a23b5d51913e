//! What tests of every part share: the service itself, and a database of their own on either
//! backend.

pub mod accounts;
pub mod app;
pub mod db;
pub mod flows;
pub mod matters;
pub mod postgres;
pub mod program;
pub mod providers;
pub mod proxy;

pub use db::{Backend, TestDb};
