//! The only module that names actix-web.
