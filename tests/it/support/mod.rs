<<<<<<< HEAD
//! What tests of every part share: a database of their own on either backend.

pub mod db;
mod postgres;
pub mod providers;

pub use db::{Backend, TestDb};
=======
//! What tests of every part share.

pub mod app;
>>>>>>> http
