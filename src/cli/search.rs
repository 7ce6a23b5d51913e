//! `bedside search`: the search of the API from a terminal.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use url::form_urlencoded;

use super::{Exit, Failure, database, exit};
use crate::{
    app::{
        App,
        answer::{ClinicItem, SearchAnswer},
        request::MAX_LIMIT,
        search::{self, SearchError},
    },
    clock::SystemClock,
    config::{DatabaseArgs, Operator},
    domain::course_cost::CostState,
    http::{params::Params, v1::search_params},
};

/// `bedside search`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bedside search 20814 view=all\n  \
                        bedside search \"edwardsville il\" view=all radius=100 route=iv\n  \
                        bedside search view=all state=NY sort=name limit=5 --json")]
pub(super) struct SearchCommand {
    /// A place or a name, then any of the API's parameters as NAME=VALUE
    #[arg(value_name = "PLACE | NAME=VALUE")]
    words: Vec<String>,

    /// Print the API's answer
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    database: DatabaseArgs,
}

impl SearchCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let query = self.query();
        let mut params = Params::from_query(&query).map_err(input)?;
        let request = search_params::read(&mut params);
        params.finish().map_err(input)?;

        let clock = Arc::new(SystemClock);
        let store = database::open_existing(&self.database, clock.clone())?;
        let app = App::open(store, clock, Operator::default()).map_err(database::app_failure)?;
        let answer = search::answer(&app, &request).map_err(refused)?;
        if self.json {
            let text = serde_json::to_string_pretty(&answer).context("cannot write the answer")?;
            return exit::print(&text);
        }
        exit::print(&table(&answer))
    }

    /// The words as a query string: what has a `=` is a parameter, the rest is `q`.
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut free = Vec::new();
        for word in &self.words {
            match word.split_once('=') {
                Some((name, value)) => {
                    query.append_pair(name, value);
                }
                None => free.push(word.as_str()),
            }
        }
        if !free.is_empty() {
            query.append_pair("q", &free.join(" "));
        }
        query.finish()
    }
}

fn input(problem: crate::http::problem::Problem) -> Failure {
    Failure::Input(anyhow::anyhow!(problem.for_terminal()))
}

/// Why a search was refused, with what to ask instead.
fn refused(error: SearchError) -> Failure {
    match &error {
        SearchError::AmbiguousPlace { candidates, .. } => {
            let places: Vec<&str> = candidates.iter().map(|place| place.label.as_str()).collect();
            Failure::Input(anyhow::anyhow!("{error}; say which: {}", places.join("; ")))
        }
        SearchError::PlaceNotFound(_) => {
            Failure::Input(anyhow::anyhow!("{error}; give a ZIP code, or a city with its state"))
        }
        SearchError::Unreadable(_) => Failure::Other(error.into()),
        _ => Failure::Input(error.into()),
    }
}

/// The answer as a table of text, one clinic a row, and what was left out below it.
fn table(answer: &SearchAnswer) -> String {
    let mut rows =
        vec![["CLINIC", "PLACE", "MILES", "COURSE", "PHONE", "STATUS"].map(str::to_owned)];
    rows.extend(answer.data.iter().map(row));
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|c| c.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let meta = &answer.meta;
    text.push_str(&format!("\n{} found, as of {}", meta.total, meta.as_of));
    if meta.next_cursor.is_some() {
        text.push_str(&format!(
            ", the first {} of them here (limit={MAX_LIMIT} shows more)",
            answer.data.len()
        ));
    }
    if let Some(origin) = &meta.origin {
        text.push_str(&format!(", from {} ({})", origin.label, origin.precision));
    }
    if meta.fictional {
        text.push_str("; every clinic here is made up");
    }
    let left_out: Vec<String> = meta
        .left_out
        .counts()
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| format!("{count} {}", reason.replace('_', " ")))
        .collect();
    if !left_out.is_empty() {
        text.push_str(&format!("\nleft out: {}", left_out.join(", ")));
    }
    text.push_str("\nIn a crisis call or text 988.\n");
    text
}

/// US cents as dollars, with the cents where there are any.
fn dollars(cents: Option<i64>) -> String {
    match cents.map(|cents| (cents / 100, cents % 100)) {
        None => String::new(),
        Some((dollars, 0)) => format!("${dollars}"),
        Some((dollars, cents)) => format!("${dollars}.{cents:02}"),
    }
}

fn row(item: &ClinicItem) -> [String; 6] {
    let cost = &item.course_cost;
    [
        item.name.clone(),
        [item.address.city.clone(), item.address.state.map(|s| s.to_string())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
        item.distance.map_or_else(String::new, |distance| format!("{:.1}", distance.mi)),
        match cost.state {
            CostState::Complete => dollars(cost.min_cents),
            CostState::AtLeast => format!("from {}", dollars(cost.min_cents)),
            CostState::Unpublished => "not published".to_owned(),
        },
        item.phone.clone().unwrap_or_default(),
        item.safety.text.clone(),
    ]
}
