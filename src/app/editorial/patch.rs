//! Changes of what a listing says apart from its items: a JSON merge patch (RFC 7396) of the
//! profiles of the provider and of its sites.
//!
//! Absent leaves a field as it is, null takes it back, anything else sets it. What a person has
//! set or taken back stays so, whatever a file says later.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    EditError, Fault, Receipt,
    create::{is_free, line_of},
    door::{Errand, Work, edit},
};
use crate::{
    app::{App, import::Knowledge},
    domain::{
        editorial::SiteEditorial,
        provider::{Origin, Provider, Site, SiteProfile},
    },
    import::{
        Line, SlugKind,
        slug::{first_free, slug},
    },
    store::{self, Action},
};

/// The fields of a provider's profile.
const PROFILE: &[&str] = &[
    "name",
    "aliases",
    "website",
    "phone",
    "npi",
    "description",
    "prescribers",
    "prescribers_complete",
    "price_guarantee",
];

/// The fields of a site's profile.
const SITE: &[&str] = &[
    "name",
    "address",
    "position",
    "phone",
    "hours",
    "operating_status",
    "accepting_patients",
    "wait_days",
    "referral_required",
    "languages",
    "accessibility",
    "indications",
    "minimum_age",
    "maximum_age",
    "first_line",
    "integration",
    "follow_up",
    "course",
];

/// Changes profiles. `profile` is a merge patch of the provider's; `sites` has one for each
/// site, by the site's id or source key. Null withdraws a site, a new key adds one, and a
/// patch of a withdrawn site brings it back.
///
/// # Errors
/// A field that there is not, or values that an import would refuse.
pub fn patch(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    profile: &Map<String, Value>,
    sites: &Map<String, Value>,
) -> Result<Receipt, EditError> {
    known_fields(profile, PROFILE, "/profile")?;
    edit(app, errand, at, |work, provider| {
        let mut patched = Vec::new();
        let mut lines = Vec::new();
        for (name, patch) in sites {
            let known = site_named(provider, name)?;
            match patch {
                Value::Null => withdraw(provider, known, name, work)?,
                Value::Object(fields) => {
                    let pointer = site_pointer(name);
                    known_fields(fields, SITE, &pointer)?;
                    lines.push(site_line(provider, known, name, patch)?);
                    patched.push((known, name, fields));
                }
                _ => return Err(EditError::fault(site_pointer(name), "it is no object")),
            }
        }
        let row = row(provider, profile, lines)?;
        let names: Vec<&String> = patched.iter().map(|(_, name, _)| *name).collect();
        let knowledge = Knowledge { gazetteer: app.gazetteer, rulebook: &app.rulebook };
        let line = line_of(row, &knowledge.checker(work.today), |field| place_of(field, &names))?;
        provider.profile = part(&line)?;
        decide(&mut provider.editorial.fields, profile);
        lay_over(app, work, provider, line, &patched)?;
        Ok(Action::Change)
    })
}

/// Gives the patched sites their new profiles, and makes those that are new.
fn lay_over(
    app: &App,
    work: &mut Work<'_, '_>,
    provider: &mut Provider,
    line: Line,
    patched: &[(Option<usize>, &String, &Map<String, Value>)],
) -> Result<(), EditError> {
    let mut taken = HashSet::new();
    for (site_line, (known, _, fields)) in line.sites.into_iter().zip(patched) {
        let profile: SiteProfile = part(&site_line)?;
        let at = match known {
            Some(at) => *at,
            None => {
                let name = profile.name.as_deref().unwrap_or(&provider.profile.name);
                let wanted = slug(name, Some(&profile.address));
                let mut failed: Option<store::Error> = None;
                let slug = first_free(wanted, |slug| {
                    is_free(work, &mut taken, &mut failed, SlugKind::Site, slug)
                });
                if let Some(error) = failed {
                    return Err(error.into());
                }
                provider.sites.push(Site {
                    id: app.clock.new_id(),
                    source_key: site_line.source_key,
                    slug,
                    withdrawn_on: None,
                    editorial: SiteEditorial { by: Some(Origin::Person), ..Default::default() },
                    profile: SiteProfile::default(),
                    facts: Vec::new(),
                    prices: Vec::new(),
                    credentials: Vec::new(),
                });
                provider.sites.len().saturating_sub(1)
            }
        };
        let Some(site) = provider.sites.get_mut(at) else { continue };
        site.withdrawn_on = None;
        site.editorial.withdrawn_by = None;
        site.profile = profile;
        decide(&mut site.editorial.fields, fields);
    }
    Ok(())
}

/// Notes which fields a person has decided.
fn decide(fields: &mut Vec<String>, patch: &Map<String, Value>) {
    fields.extend(patch.keys().cloned());
    fields.sort_unstable();
    fields.dedup();
}

/// Which site is meant; `None` for a key that no site has. An id is never a new key.
fn site_named(provider: &Provider, name: &str) -> Result<Option<usize>, EditError> {
    let id = Uuid::try_parse(name).ok();
    let known =
        provider.sites.iter().position(|site| Some(site.id) == id || site.source_key == name);
    match (known, id) {
        (None, Some(_)) => {
            let detail = "no site of this listing has this id; a new one is named by a key";
            Err(EditError::fault(site_pointer(name), detail))
        }
        (known, _) => Ok(known),
    }
}

fn withdraw(
    provider: &mut Provider,
    known: Option<usize>,
    name: &str,
    work: &Work<'_, '_>,
) -> Result<(), EditError> {
    let site = known.and_then(|at| provider.sites.get_mut(at)).ok_or_else(|| {
        EditError::fault(site_pointer(name), "no site of this listing has this key")
    })?;
    if site.withdrawn_on.is_none() {
        site.withdrawn_on = Some(work.today);
    }
    site.editorial.withdrawn_by = Some(Origin::Person);
    Ok(())
}

/// The site's part of a line of the provider file, patched.
fn site_line(
    provider: &Provider,
    known: Option<usize>,
    name: &str,
    patch: &Value,
) -> Result<Value, EditError> {
    let known = known.and_then(|at| provider.sites.get(at));
    let profile = known.map_or_else(SiteProfile::default, |site| site.profile.clone());
    let mut line = tree(&profile)?;
    merge_patch(&mut line, patch);
    let key = known.map_or(name, |site| site.source_key.as_str());
    if let Value::Object(line) = &mut line {
        line.insert("source_key".into(), key.into());
    }
    Ok(line)
}

/// The profiles as a line of the provider file, so that they are checked as one.
fn row(
    provider: &Provider,
    profile: &Map<String, Value>,
    sites: Vec<Value>,
) -> Result<Value, EditError> {
    let mut row = tree(&provider.profile)?;
    merge_patch(&mut row, &Value::Object(profile.clone()));
    if let Value::Object(row) = &mut row {
        row.insert("source_key".into(), json!(provider.source_key));
        row.insert("fictional".into(), json!(provider.fictional));
        row.insert("evidence".into(), json!([]));
        row.insert("sites".into(), Value::Array(sites));
    }
    Ok(row)
}

/// Source: RFC 7396, section 2.
fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge_patch(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

fn known_fields(
    patch: &Map<String, Value>,
    known: &[&str],
    pointer: &str,
) -> Result<(), EditError> {
    let faults: Vec<Fault> = patch
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| {
            let detail = format!("no field has this name; known are {}", known.join(", "));
            Fault::new(format!("{pointer}/{}", escaped(name)), detail)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(EditError::Invalid(faults)) }
}

/// Where a place within the line is in the body of the patch.
fn place_of(field: &str, sites: &[&String]) -> String {
    let Some(rest) = field.strip_prefix("/sites/") else { return format!("/profile{field}") };
    let (at, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let name = at.parse::<usize>().ok().and_then(|at| sites.get(at));
    match (name, rest) {
        (Some(name), "") => site_pointer(name),
        (Some(name), rest) => format!("{}/{rest}", site_pointer(name)),
        (None, _) => field.to_owned(),
    }
}

fn site_pointer(name: &str) -> String {
    format!("/sites/{}", escaped(name))
}

/// A name within a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn tree(value: &impl serde::Serialize) -> Result<Value, EditError> {
    serde_json::to_value(value).map_err(unreadable)
}

/// The part of a line that another type keeps.
fn part<T: DeserializeOwned>(line: &impl serde::Serialize) -> Result<T, EditError> {
    serde_json::from_value(tree(line)?).map_err(unreadable)
}

/// A profile that is no JSON, or none of ours: a mistake of ours.
fn unreadable(error: serde_json::Error) -> EditError {
    EditError::Store(store::Error::Corrupt {
        what: "a profile".into(),
        source: Some(Box::new(error)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_tells_absent_null_and_value_apart() {
        // Cases of RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        ] {
            let mut merged = target.clone();
            merge_patch(&mut merged, &patch);
            assert_eq!(merged, result, "{target} with {patch}");
        }
    }

    #[test]
    fn the_fields_are_those_of_the_profiles() {
        let schema = crate::import::schema::provider_file_schema();
        let known = |schema: &Value| -> Vec<String> {
            schema["properties"].as_object().unwrap().keys().cloned().collect()
        };
        for name in known(&schema["$defs"]["SiteLine"]) {
            let item = ["source_key", "facts", "prices", "credentials"].contains(&name.as_str());
            assert_eq!(SITE.contains(&name.as_str()), !item, "{name}");
        }
        for name in PROFILE {
            assert!(known(&schema).contains(&(*name).to_owned()), "{name}");
        }
    }
}
