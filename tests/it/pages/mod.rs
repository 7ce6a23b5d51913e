//! The pages: catalogues, templates and words.

mod texts;
