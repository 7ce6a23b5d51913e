//! The immutable in-memory picture of everything public, with its indexes.
//!
//! Pure: no I/O and no clock. A [`Catalog`] is built by a [`CatalogBuilder`], answers
//! [`Catalog::search`] from memory, and is swapped whole through a [`CatalogHandle`].
//!
//! A catalog has three segments of the same make: a large one, built now and then, one with what
//! changed since, and a small one with the last few changes. A change makes the small segment
//! anew and marks what it replaces in the others, so that its price depends on the last few
//! changes alone.

mod build;
mod collect;
mod columns;
mod flagged;
mod gone;
mod handle;
mod hours;
mod layers;
mod listing;
mod names;
mod packed;
mod plan;
mod providers;
mod query;
mod region;
mod schedules;
mod search;
mod segment;
mod sorting;
mod space;
mod terms;
mod tree;
mod whole;

pub use gone::{Fate, GoneRecord};
pub use handle::CatalogHandle;
pub use hours::{MINUTES_PER_WEEK, WeeklyHours, minute_of_week};
pub use listing::{Listing, ListingClass, ListingRecord, OpenSet, SplicedItem};
pub use names::{NameQuery, fold_name};
pub use providers::{KeyKind, Provider, ProviderKey, ProviderPage, ProviderRecord};
pub use query::{Answer, Filters, Hit, KeyValue, LeftOut, Place, Query, Sort, SortKey, View};
pub use space::distance_m;
pub use whole::{Catalog, CatalogBuilder, Change};
