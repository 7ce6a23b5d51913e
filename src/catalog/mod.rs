//! The immutable in-memory picture of everything public, with its indexes.

mod columns;
mod hours;
mod listing;
mod names;
mod plain;
mod providers;
mod query;
mod space;

pub use hours::{MINUTES_PER_WEEK, WeeklyHours, minute_of_week};
pub use listing::{Listing, ListingClass, ListingRecord, OpenSet, SplicedItem};
pub use names::{NameQuery, fold_name};
pub use plain::{Catalog, CatalogBuilder, CatalogHandle, Change};
pub use providers::{ExactKey, Found, ProviderRecord, Standing};
pub use query::{Answer, Filters, Hit, KeyValue, LeftOut, Place, Query, Sort, SortKey, View};
pub use space::distance_m;
