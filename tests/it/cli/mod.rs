//! The program as its users run it: what it prints, where, and with which exit code.

mod admin;
mod durability;
mod files;
mod instances;
mod keeping;
mod kill;
mod log;
mod rules;
mod screening;
mod search;
mod serve;
