//! The only module that names diesel.
