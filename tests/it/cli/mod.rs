//! The program as its users run it: what it prints, where, and with which exit code.

mod admin;
mod files;
mod kill;
mod rules;
mod search;
mod serve;
