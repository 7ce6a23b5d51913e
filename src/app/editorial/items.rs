//! Statements, prices, credentials, ways to pay, coverage and evidence that a person adds or
//! takes back.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    EditError, Fault, Receipt,
    create::line_of,
    door::{Errand, edit},
};
use crate::{
    app::{App, import::Knowledge},
    domain::provider::{Kept, Origin, Provider},
    import::{Cites, Line},
    store::Action,
};

/// The lists of a provider to which items are added.
const LISTS: &[&str] = &["evidence", "facts", "prices", "payments", "coverage"];

/// The lists of a site to which items are added.
const SITE_LISTS: &[&str] = &["facts", "prices", "credentials"];

/// Adds items and takes others back.
///
/// `added` has the lists of a line of the provider file, and `sites` by the id of the site.
/// Items name evidence by its position in the listing's list, in which new pieces come behind
/// those that are there. `withdrawn` are the numbers (`n`) of items that stand.
///
/// # Errors
/// Items that an import would refuse, or that lean on evidence which does not stand; numbers
/// of items that do not stand; evidence that something which stands leans on.
pub fn change_items(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    added: &Map<String, Value>,
    withdrawn: &[u32],
) -> Result<Receipt, EditError> {
    edit(app, errand, at, |work, provider| {
        let (row, sites) = row(provider, added)?;
        let pieces = provider.evidence.len();
        let knowledge = Knowledge { gazetteer: app.gazetteer, rulebook: &app.rulebook };
        let line =
            line_of(row, &knowledge.checker(work.today), |field| place_of(field, pieces, &sites))?;
        take_back(provider, withdrawn, work.today)?;
        add(provider, line, pieces, &sites)?;
        leans_on_what_stands(provider)?;
        Ok(Action::Change)
    })
}

/// The new items as a line of the provider file, behind the evidence that is there already;
/// and the sites that they are about, by their places in the listing and in the line.
fn row(
    provider: &Provider,
    added: &Map<String, Value>,
) -> Result<(Value, Vec<(usize, String)>), EditError> {
    let pieces: Vec<Value> = provider.evidence.iter().map(|kept| json!(kept.item)).collect();
    let mut row = json!({
        "source_key": provider.source_key,
        "name": provider.profile.name,
        "fictional": provider.fictional,
        "evidence": pieces,
    });
    let mut sites = Vec::new();
    for (list, items) in added {
        match (list.as_str(), items) {
            ("sites", Value::Object(by_id)) => {
                let mut lines = Vec::new();
                for (id, lists) in by_id {
                    let (at, line) = site_row(provider, id, lists)?;
                    sites.push((at, id.clone()));
                    lines.push(line);
                }
                put(&mut row, "sites", Value::Array(lines));
            }
            ("evidence", Value::Array(fresh)) => {
                if let Some(Value::Array(all)) = row.get_mut("evidence") {
                    all.extend(fresh.iter().cloned());
                }
            }
            (list, items) if LISTS.contains(&list) => put(&mut row, list, items.clone()),
            (list, _) => return Err(no_list(&format!("/{list}"), LISTS)),
        }
    }
    Ok((row, sites))
}

fn site_row(provider: &Provider, id: &str, lists: &Value) -> Result<(usize, Value), EditError> {
    let pointer = format!("/sites/{id}");
    let wanted = Uuid::try_parse(id).ok();
    let found = provider.sites.iter().enumerate();
    let (at, site) = found
        .filter(|(_, site)| site.withdrawn_on.is_none())
        .find(|(_, site)| Some(site.id) == wanted)
        .ok_or_else(|| {
            let detail = "no site of this listing that stands has this id";
            EditError::fault(pointer.clone(), detail)
        })?;
    let Value::Object(lists) = lists else {
        return Err(EditError::fault(pointer, "it is no object"));
    };
    let mut line = json!({"source_key": site.source_key});
    for (list, items) in lists {
        if !SITE_LISTS.contains(&list.as_str()) {
            return Err(no_list(&format!("{pointer}/{list}"), SITE_LISTS));
        }
        put(&mut line, list, items.clone());
    }
    Ok((at, line))
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(name.to_owned(), value);
    }
}

fn no_list(pointer: &str, known: &[&str]) -> EditError {
    let detail = format!("no list of items has this name; known are {}", known.join(", "));
    EditError::fault(pointer, detail)
}

/// Where a place within the line is in the body.
fn place_of(field: &str, pieces: usize, sites: &[(usize, String)]) -> String {
    let split = |list: &str| -> Option<(usize, String)> {
        let rest = field.strip_prefix(list)?;
        let (at, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
        Some((at.parse().ok()?, rest))
    };
    if let Some((at, rest)) = split("/evidence/") {
        return format!("/evidence/{}{rest}", at.saturating_sub(pieces));
    }
    match split("/sites/").and_then(|(at, rest)| Some((sites.get(at)?, rest))) {
        Some(((_, id), rest)) => format!("/sites/{id}{rest}"),
        None => field.to_owned(),
    }
}

/// Adds the items of a checked line.
fn add(
    provider: &mut Provider,
    line: Line,
    pieces: usize,
    sites: &[(usize, String)],
) -> Result<(), EditError> {
    let mut pen = Pen { next_n: provider.next_n, faults: Vec::new() };
    let fresh = line.evidence.into_iter().skip(pieces).collect();
    pen.write(&mut provider.evidence, fresh, "/evidence");
    pen.write(&mut provider.facts, line.facts, "/facts");
    pen.write(&mut provider.prices, line.prices, "/prices");
    pen.write(&mut provider.payments, line.payments, "/payments");
    pen.write(&mut provider.coverage, line.coverage, "/coverage");
    for (items, (at, id)) in line.sites.into_iter().zip(sites) {
        let Some(site) = provider.sites.get_mut(*at) else { continue };
        pen.write(&mut site.facts, items.facts, &format!("/sites/{id}/facts"));
        pen.write(&mut site.prices, items.prices, &format!("/sites/{id}/prices"));
        pen.write(&mut site.credentials, items.credentials, &format!("/sites/{id}/credentials"));
    }
    provider.next_n = pen.next_n;
    if pen.faults.is_empty() { Ok(()) } else { Err(EditError::Invalid(pen.faults)) }
}

/// Writes items down for a person.
struct Pen {
    next_n: u32,
    faults: Vec<Fault>,
}

impl Pen {
    fn write<T: PartialEq>(&mut self, kept: &mut Vec<Kept<T>>, items: Vec<T>, pointer: &str) {
        for (at, item) in items.into_iter().enumerate() {
            if let Some(same) = kept.iter().find(|known| known.stands() && known.item == item) {
                let detail = format!("it stands already, as item {}", same.n);
                self.faults.push(Fault::new(format!("{pointer}/{at}"), detail));
                continue;
            }
            kept.push(Kept::new(self.next_n, Origin::Person, item));
            self.next_n = self.next_n.saturating_add(1);
        }
    }
}

/// Withdraws the items with these numbers.
fn take_back(
    provider: &mut Provider,
    numbers: &[u32],
    on: chrono::NaiveDate,
) -> Result<(), EditError> {
    fn strike<T>(items: &mut [Kept<T>], left: &mut HashSet<u32>, on: chrono::NaiveDate) {
        for kept in items.iter_mut().filter(|kept| kept.stands()) {
            if left.remove(&kept.n) {
                kept.withdraw(Origin::Person, on);
            }
        }
    }
    let mut left: HashSet<u32> = numbers.iter().copied().collect();
    strike(&mut provider.facts, &mut left, on);
    strike(&mut provider.prices, &mut left, on);
    strike(&mut provider.payments, &mut left, on);
    strike(&mut provider.coverage, &mut left, on);
    strike(&mut provider.evidence, &mut left, on);
    for site in &mut provider.sites {
        strike(&mut site.facts, &mut left, on);
        strike(&mut site.prices, &mut left, on);
        strike(&mut site.credentials, &mut left, on);
    }
    let unknown = numbers.iter().enumerate().filter(|(_, n)| left.contains(n));
    let faults: Vec<Fault> = unknown
        .map(|(at, n)| {
            Fault::new(format!("/withdraw/{at}"), format!("no item that stands has the number {n}"))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(EditError::Invalid(faults)) }
}

/// Nothing that a person leaves standing may lean on evidence that a person has withdrawn.
fn leans_on_what_stands(provider: &Provider) -> Result<(), EditError> {
    let pieces = provider.evidence.iter().zip(0_u32..);
    let gone: HashSet<u32> = pieces.filter(|(kept, _)| !kept.stands()).map(|(_, at)| at).collect();
    let mut faults = Vec::new();
    let mut look = |items: &mut dyn Iterator<Item = (u32, &[u32])>| {
        for (n, cited) in items {
            if let Some(at) = cited.iter().find(|at| gone.contains(at)) {
                let detail = format!(
                    "item {n} leans on the evidence at position {at}, which is withdrawn; \
                     withdraw the item too"
                );
                faults.push(Fault::new("", detail));
            }
        }
    };
    look(&mut leaning(&provider.facts));
    look(&mut leaning(&provider.prices));
    for site in &provider.sites {
        look(&mut leaning(&site.facts));
        look(&mut leaning(&site.prices));
        look(&mut leaning(&site.credentials));
    }
    if faults.is_empty() { Ok(()) } else { Err(EditError::Invalid(faults)) }
}

fn leaning<T: Cites>(items: &[Kept<T>]) -> impl Iterator<Item = (u32, &[u32])> {
    items.iter().filter(|kept| kept.stands()).map(|kept| (kept.n, kept.item.evidence()))
}
