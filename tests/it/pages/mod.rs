//! The pages: what each answers, and the texts that it answers with.

mod answers;
mod changes;
mod errors;
mod hostile;
mod links;
mod reports;
mod sizes;
mod texts;
