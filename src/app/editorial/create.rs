//! A new listing, as a person writes it down.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

use super::{
    EditError, Fault, Receipt,
    door::{Errand, Work, once},
    holds,
};
use crate::{
    app::{App, import::Knowledge},
    domain::{
        ListingState,
        provider::{Kept, Origin, Provider},
    },
    import::{Checker, Line, MergeContext, Merged, Mode, SlugKind, merge, read},
    store::{self, Action},
};

/// Records a new listing as a draft. `line` is a line of the provider file.
///
/// # Errors
/// A line that an import would refuse, or a key that another listing has.
pub fn create(app: &App, errand: Errand<'_>, line: Value) -> Result<Receipt, EditError> {
    let line = checked(app, line)?;
    once(app, errand, |mut work| {
        let known = work.tx.read().by_source_keys(&[&line.source_key])?;
        if let Some(known) = known.into_values().next() {
            let detail = format!("the listing {} has this key; change that one", known.id);
            return Err(EditError::Conflict(detail));
        }
        let provider = drawn_up(app, &mut work, line)?;
        work.tx.put_provider(Action::Create, &provider)?;
        Ok(Receipt::new(&provider, holds::of(&provider, work.register)))
    })
}

fn checked(app: &App, line: Value) -> Result<Line, EditError> {
    let knowledge = Knowledge { gazetteer: app.gazetteer, rulebook: &app.rulebook };
    let line = line_of(line, &knowledge.checker(app.clock.today()), str::to_owned)?;
    if line.listing_state.is_some_and(|state| state != ListingState::Draft) {
        let detail = "a new listing is a draft; leave the state out";
        return Err(EditError::fault("/listing_state", detail));
    }
    if !line.flags.is_empty() {
        return Err(EditError::fault("/flags", "flags are decided one by one; leave them out"));
    }
    Ok(line)
}

/// A checked line, or everything that is wrong with it at its place in the body.
pub(super) fn line_of(
    line: Value,
    checker: &Checker<'_>,
    pointer: impl Fn(&str) -> String,
) -> Result<Line, EditError> {
    read::from_tree(0, line, checker).result.map_err(|errors| {
        let faults = errors.into_iter().map(|error| Fault::of(error, &pointer));
        EditError::Invalid(faults.collect())
    })
}

/// The provider that a line describes, with everything in it put there by a person.
fn drawn_up(app: &App, work: &mut Work<'_, '_>, line: Line) -> Result<Provider, EditError> {
    let mut failed: Option<store::Error> = None;
    let mut taken = HashSet::new();
    let (today, now) = (work.today, work.tx.at());
    let mut context = MergeContext {
        as_of: today,
        now,
        mode: Mode::Ordinary,
        new_id: &mut || app.clock.new_id(),
        reserve_slug: &mut |kind, slug| is_free(work, &mut taken, &mut failed, kind, slug),
    };
    let (Merged::Created(provider) | Merged::Updated(provider)) = merge(None, line, &mut context)
    else {
        return Err(EditError::Unknown);
    };
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut provider = *provider;
    provider.listing_state = ListingState::Draft;
    by_a_person(&mut provider);
    Ok(provider)
}

/// Takes a slug; false where it is taken.
pub(super) fn is_free(
    work: &mut Work<'_, '_>,
    taken: &mut HashSet<(SlugKind, String)>,
    failed: &mut Option<store::Error>,
    kind: SlugKind,
    slug: &str,
) -> bool {
    let stored = match kind {
        SlugKind::Provider => store::SlugKind::Provider,
        SlugKind::Site => store::SlugKind::Site,
    };
    match work.tx.read().slug_owners(stored, &[slug]) {
        Ok(owners) if !owners.is_empty() => return false,
        Ok(_) => {}
        Err(error) => {
            failed.get_or_insert(error);
        }
    }
    taken.insert((kind, slug.to_owned()))
}

fn by_a_person(provider: &mut Provider) {
    fn all<T>(items: &mut [Kept<T>]) {
        items.iter_mut().for_each(|kept| kept.by = Origin::Person);
    }
    provider.editorial.fields = fields(&provider.profile);
    all(&mut provider.facts);
    all(&mut provider.prices);
    all(&mut provider.payments);
    all(&mut provider.coverage);
    all(&mut provider.evidence);
    for site in &mut provider.sites {
        site.editorial.by = Some(Origin::Person);
        site.editorial.fields = fields(&site.profile);
        all(&mut site.facts);
        all(&mut site.prices);
        all(&mut site.credentials);
    }
}

/// The fields of a profile that say something.
pub(super) fn fields(profile: &impl Serialize) -> Vec<String> {
    match serde_json::to_value(profile) {
        Ok(Value::Object(fields)) => {
            // These two are written down even where they say nothing.
            let says_nothing = |name: &str, value: &Value| match name {
                "prescribers_complete" => *value == Value::Bool(false),
                "address" => value.as_object().is_some_and(serde_json::Map::is_empty),
                _ => false,
            };
            let said = fields.into_iter().filter(|(name, value)| !says_nothing(name, value));
            said.map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    }
}
