//! What only people who work on the directory may do.

pub mod clinics;
