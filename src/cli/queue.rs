//! `bedside queue`: what to look at next, worked from the terminal.

use std::{fmt::Write as _, sync::Arc};

use clap::{Args, Subcommand};
use serde::Serialize;
use uuid::Uuid;

use super::{Exit, Failure, database, exit, files};
use crate::{
    app::queue::{
        Filter, ItemKind, Queue, QueueItem, QueuePage, TaskOutcome, Wanted, next, page,
        work::{self, Seen, WorkError},
    },
    clock::{Clock, SystemClock},
    config::DatabaseArgs,
    rules::Rulebook,
    store::{Actor, ActorKind, Done, Reason, Store, Tx},
};

/// `bedside queue`.
#[derive(Debug, Args)]
pub(super) struct QueueCommand {
    #[command(flatten)]
    database: DatabaseArgs,

    /// Print JSON
    #[arg(long, global = true)]
    json: bool,

    /// Only items of this kind: missing, stale, below_tier, conflicting, expiring or review
    #[arg(long, global = true, value_parser = kind)]
    kind: Option<ItemKind>,

    /// How many items to print
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    #[command(subcommand)]
    step: Option<Step>,
}

/// Who does it, and why.
#[derive(Debug, Args)]
struct Why {
    /// Who you are, so that two people do not take the same item
    #[arg(long = "as", value_name = "NAME", default_value = "terminal")]
    name: String,

    /// Why, in your own words; it is kept in the journal
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Take the first item that nobody has, for 15 minutes
    Next {
        #[command(flatten)]
        why: Why,
    },
    /// Give an item back
    Release {
        /// The item's id
        item: String,
        #[command(flatten)]
        why: Why,
    },
    /// Say that what an item is about was seen again today, unchanged
    Renew {
        /// The item's id
        item: String,
        #[command(flatten)]
        why: Why,
    },
    /// Decide whether the entry of an official list is about the provider
    Close {
        /// The task's id
        item: String,
        /// `confirmed` or `different`
        #[arg(value_parser = outcome)]
        outcome: TaskOutcome,
        /// The site that a confirmed entry is about, where it is about a place
        #[arg(long, value_name = "ID")]
        site: Option<Uuid>,
        #[command(flatten)]
        why: Why,
    },
}

fn kind(text: &str) -> Result<ItemKind, String> {
    let known: Vec<&str> = ItemKind::ALL.iter().map(|kind| kind.as_str()).collect();
    text.parse().map_err(|_error| format!("say one of {}", known.join(", ")))
}

fn outcome(text: &str) -> Result<TaskOutcome, String> {
    match text {
        "confirmed" => Ok(TaskOutcome::Confirmed),
        "different" => Ok(TaskOutcome::Different),
        _ => Err("say confirmed or different".to_owned()),
    }
}

/// What the steps share.
struct Desk {
    store: Store,
    rulebook: Rulebook,
    queue: Queue,
    clock: SystemClock,
    json: bool,
}

impl QueueCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let store = database::open_existing(&self.database, Arc::new(SystemClock))?;
        let desk = Desk {
            store,
            rulebook: files::rulebook()?,
            queue: Queue::default(),
            clock: SystemClock,
            json: self.json,
        };
        let filter = Filter { kind: self.kind, ..Filter::default() };
        match self.step {
            None => desk.list(filter, self.limit),
            Some(Step::Next { why }) => desk.next(&filter, &why),
            Some(Step::Release { item, why }) => {
                desk.write(&why, |tx, actor| work::release(tx, actor, &item))?;
                desk.say(&item, "nobody has it now")
            }
            Some(Step::Renew { item, why }) => {
                let done = desk.write(&why, |tx, actor| {
                    work::renew(tx, actor, &desk.rulebook, &item, &Seen::default())
                })?;
                desk.say(&item, &format!("counts from {}", done.at.date_naive()))
            }
            Some(Step::Close { item, outcome, site, why }) => {
                desk.write(&why, |tx, actor| work::close(tx, actor, &item, outcome, site))?;
                desk.say(&item, "closed")
            }
        }
    }
}

impl Desk {
    fn list(&self, filter: Filter, limit: u16) -> Result<Exit, Failure> {
        let wanted = Wanted { filter, after: None, limit: limit.into() };
        let (page, _) = page(&self.queue, (&self.store, &self.rulebook), self.clock.now(), &wanted)
            .map_err(database::failure)?;
        if self.json { print_json(&page) } else { exit::print(&table(&page)) }
    }

    fn next(&self, filter: &Filter, why: &Why) -> Result<Exit, Failure> {
        let both = (&self.store, &self.rulebook);
        let found = next(&self.queue, both, self.clock.now(), filter).map_err(database::failure)?;
        let Some(item) = found else {
            return if self.json { print_json(&()) } else { exit::print("nothing to do") };
        };
        let lease = self.write(why, |tx, actor| work::lease(tx, actor, &item.id))?.value;
        if self.json {
            return print_json(&serde_json::json!({"item": item, "lease": lease}));
        }
        let until = lease.until.format("%H:%M UTC");
        exit::print(&format!("{}\nyours until {until}", line(&item)))
    }

    fn write<T>(
        &self,
        why: &Why,
        change: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T, WorkError>,
    ) -> Result<Done<T>, Failure> {
        let actor = Actor::new(ActorKind::Operator, why.name.clone());
        let reason = Reason::new("queue", why.reason.clone());
        self.store.write(&actor, &reason, |tx| change(tx, &actor)).map_err(|error| match error {
            WorkError::Store(error) => database::failure(error),
            other => Failure::Input(other.into()),
        })
    }

    fn say(&self, item: &str, what: &str) -> Result<Exit, Failure> {
        if self.json {
            return print_json(&serde_json::json!({"item": item, "said": what}));
        }
        exit::print(&format!("{item}: {what}"))
    }
}

fn print_json(value: &impl Serialize) -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Other(error.into()))?;
    exit::print(&text)
}

/// The queue for people: its counts, the forecast, then an item a line.
fn table(page: &QueuePage) -> String {
    let counts = &page.counts;
    let mut text = format!(
        "{}: {} missing, {} stale, {} below their tier, {} conflicting, {} to review; \
         {}, {} and {} expire within 30, 60 and 90 days\n",
        page.as_of,
        counts.missing,
        counts.stale,
        counts.below_tier,
        counts.conflicting,
        counts.review,
        counts.expiring_30,
        counts.expiring_60,
        counts.expiring_90
    );
    for forecast in &page.forecast {
        let causes: Vec<String> = forecast
            .causes
            .iter()
            .take(5)
            .map(|cause| format!("{} {}", cause.listings, cause.cause))
            .collect();
        let because = if causes.is_empty() { "" } else { ": " };
        // Writing to a text never fails.
        let _ = writeln!(
            text,
            "{} listings lose their label within {} days{because}{}",
            forecast.listings,
            forecast.days,
            causes.join(", ")
        );
    }
    for item in &page.data {
        let _ = writeln!(text, "{}", line(item));
    }
    text
}

fn line(item: &QueueItem) -> String {
    let about = match (&item.task, &item.credential) {
        (Some(task), _) => {
            format!("{} ({}): {}, {}", task.title, task.agrees.join(", "), task.named, task.entry)
        }
        (None, Some(credential)) => credential.to_string(),
        (None, None) => item.facts.join(", "),
    };
    let place = item.site.as_ref().and_then(|site| site.city.as_deref());
    let place = place.map(|city| format!(", {city}")).unwrap_or_default();
    let (kind, risk) = (item.kind.as_str(), item.risk.as_str());
    format!("{risk} {kind} {} {}{place}: {about}\n  {}", item.since, item.provider.name, item.id)
}
