//! What a log says that is shown, and whether that is what is served.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Fault;

/// What the log said last about a provider.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// This record is shown.
    Shown(Value),
    /// It is not shown for now.
    Suspended,
    /// It was taken off for good.
    Delisted,
    /// It became part of another.
    Merged(String),
    /// What was said was withdrawn, so that nothing can be compared.
    Withdrawn,
}

/// What the log says about every provider, by id.
#[derive(Debug, Default)]
pub struct States(BTreeMap<String, Listing>);

impl States {
    /// Takes the next entry in; a payload that was withdrawn is none. Gives the provider's id.
    ///
    /// # Errors
    /// A leaf or a payload that says nothing that is known here.
    pub fn take(&mut self, leaf: &str, payload: Option<&str>) -> Result<String, Fault> {
        let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
        let leaf = parsed(leaf).ok_or_else(|| Fault::new("a leaf cannot be read"))?;
        let id = leaf.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| Fault::new("a leaf names nothing"))?.to_owned();
        let unknown = || Fault(format!("what is said of {id} cannot be read"));
        let payload = payload.map(|text| parsed(text).ok_or_else(unknown)).transpose()?;
        let said = |name: &str| payload.as_ref().and_then(|payload| payload.pointer(name).cloned());
        let listing = match leaf.get("action").and_then(Value::as_str) {
            Some("suspended") => Listing::Suspended,
            Some("delisted") => Listing::Delisted,
            Some("merged") => match said("/gone/into").as_ref().and_then(Value::as_str) {
                Some(into) => Listing::Merged(into.to_owned()),
                None => Listing::Withdrawn,
            },
            Some("published" | "changed") => match (&payload, said("/record")) {
                (_, Some(record)) => Listing::Shown(record),
                (None, None) => Listing::Withdrawn,
                (Some(_), None) => return Err(unknown()),
            },
            _ => return Err(unknown()),
        };
        self.0.insert(id.clone(), listing);
        Ok(id)
    }

    /// What is said about a provider.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&Listing> {
        self.0.get(id)
    }

    /// Every provider that is shown or was, with what is said about it.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Listing)> {
        self.0.iter().map(|(id, listing)| (id.as_str(), listing))
    }
}

/// Where something that is served is not what the log says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences(pub Vec<String>);

impl Differences {
    /// Compares a provider's record with the answer about it: each member of the record must be
    /// in the answer as it is in the record.
    pub fn provider(&mut self, record: &Value, served: &Value) {
        self.members("", record, served, &["clinics"]);
    }

    /// Compares a clinic's record with the answer about it. The answer's prices are the clinic's
    /// own and then the provider's, which are in the provider's record.
    pub fn clinic(&mut self, record: &Value, served: &Value) {
        let at = record.get("slug").and_then(Value::as_str).unwrap_or("clinic");
        let mut served = served.clone();
        if let Some(Value::Array(prices)) = served.get_mut("prices") {
            prices.retain(|price| price.get("of_site") == Some(&Value::Bool(true)));
        }
        self.members(at, record, &served, &[]);
    }

    fn members(&mut self, at: &str, record: &Value, served: &Value, apart: &[&str]) {
        for (name, said) in record.as_object().into_iter().flatten() {
            if apart.contains(&name.as_str()) {
                continue;
            }
            let at = format!("{at}/{name}");
            match served.get(name) {
                Some(Value::Array(served)) if name == "facts" => self.facts(&at, said, served),
                Some(served) => self.same(&at, said, served),
                None => self.0.push(format!("{at} is not served")),
            }
        }
    }

    fn same(&mut self, at: &str, said: &Value, served: &Value) {
        match (said, served) {
            (Value::Object(_), Value::Object(_)) => self.members(at, said, served, &[]),
            (Value::Array(said), Value::Array(served)) if said.len() == served.len() => {
                for (n, (said, served)) in said.iter().zip(served).enumerate() {
                    self.same(&format!("{at}/{n}"), said, served);
                }
            }
            _ if said == served => {}
            _ => self.0.push(format!("{at} is served as {served} and logged as {said}")),
        }
    }

    /// Facts by their names. What the record does not name was never asked, and must read so.
    fn facts(&mut self, at: &str, said: &Value, served: &[Value]) {
        let said: &[Value] = said.as_array().map_or(&[], Vec::as_slice);
        let name = |fact: &Value| fact.get("name").and_then(Value::as_str).map(str::to_owned);
        for one in said {
            let found = served.iter().find(|served| name(served) == name(one));
            let at = format!("{at}/{}", name(one).unwrap_or_default());
            match found {
                Some(found) => self.whole(&at, one, found),
                None => self.0.push(format!("{at} is not served")),
            }
        }
        for one in served.iter().filter(|one| said.iter().all(|said| name(said) != name(one))) {
            let silent = one.get("value").is_none_or(Value::is_null)
                && one.get("reason").and_then(Value::as_str) == Some("never_asked")
                && one.get("claims").is_none();
            if !silent {
                let name = name(one).unwrap_or_default();
                self.0.push(format!("{at}/{name} is served as {one} and not logged"));
            }
        }
    }

    /// A fact is the same where each has what the other has, but for the words that name it.
    fn whole(&mut self, at: &str, said: &Value, served: &Value) {
        let mut served = served.clone();
        if let Some(members) = served.as_object_mut() {
            members.remove("label");
        }
        if *said != served {
            self.0.push(format!("{at} is served as {served} and logged as {said}"));
        }
    }
}
