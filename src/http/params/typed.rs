//! The getters: a parameter's text as the type that its asker wants, or a mistake.

use std::{borrow::Cow, str::FromStr};

use chrono::{NaiveDate, NaiveDateTime};

use super::{Kind, Param, Params, Source, Value, json};

impl<'a> Params<'a> {
    /// A text, without white space around it.
    pub fn text(&mut self, param: &'static Param) -> Option<String> {
        let value = self.one(param)?;
        self.parse_text(param, &value).map(|text| text.to_string())
    }

    /// A text that may not be left out.
    pub fn required_text(&mut self, param: &'static Param) -> String {
        if !self.has(param) {
            self.asked.push(param.name);
            self.fail(param, "missing", "must be given".into());
            return String::new();
        }
        self.text(param).unwrap_or_default()
    }

    /// The texts of a parameter that must be given, in their order; commas join several.
    pub fn texts_in_order(&mut self, param: &'static Param) -> Vec<String> {
        let given = self.take(param);
        if given.is_empty() {
            self.fail(param, "missing", "must be given".into());
        }
        let mut texts = Vec::new();
        for (value, _) in given {
            let Value::Text(text) = &value else {
                self.refuse(param, &value);
                continue;
            };
            for part in text.split(',').map(str::trim) {
                if param.accepts_text(part) {
                    texts.push(part.to_owned());
                } else {
                    self.refuse(param, &Value::Text(Cow::Borrowed(part)));
                }
            }
        }
        texts
    }

    /// The texts of a parameter that may be repeated, sorted and each once.
    pub fn texts(&mut self, param: &'static Param) -> Vec<String> {
        self.many(param, |params, value| params.parse_text(param, &value).map(|t| t.to_string()))
    }

    /// A code of a closed list.
    pub fn code<C: FromStr>(&mut self, param: &'static Param) -> Option<C> {
        let value = self.one(param)?;
        self.parse_code(param, &value)
    }

    /// The codes of a parameter that may be repeated, sorted and each once.
    pub fn codes<C: FromStr + Ord>(&mut self, param: &'static Param) -> Vec<C> {
        self.many(param, |params, value| params.parse_code(param, &value))
    }

    /// A truth value.
    pub fn flag(&mut self, param: &'static Param) -> Option<bool> {
        let value = self.one(param)?;
        let flag = match (&value, self.source) {
            (Value::Flag(flag), _) => Some(*flag),
            (Value::Text(text), Source::Query) => text.parse().ok(),
            _ => None,
        };
        if flag.is_none() {
            self.refuse(param, &value);
        }
        flag
    }

    /// A whole number within the bounds of its parameter.
    pub fn integer<N: TryFrom<i64>>(&mut self, param: &'static Param) -> Option<N> {
        let value = self.one(param)?;
        let number = match (&value, self.source) {
            (Value::Integer(number), _) => Some(*number),
            // JSON knows one sort of number: 20.0 is the integer 20.
            (Value::Number(number), _) if number.fract() == 0.0 => {
                format!("{number:.0}").parse().ok()
            }
            (Value::Text(text), Source::Query) => whole(text),
            _ => None,
        };
        let Some(number) = number else {
            self.refuse(param, &value);
            return None;
        };
        let inside = param.bounds_contain_integer(number);
        let number = N::try_from(number).ok().filter(|_| inside);
        if number.is_none() {
            self.out_of_range(param, &value);
        }
        number
    }

    /// A number within the bounds of its parameter.
    pub fn number(&mut self, param: &'static Param) -> Option<f64> {
        let value = self.one(param)?;
        self.parse_number(param, &value, 0)
    }

    /// A coordinate in degrees, which an address may hold with two decimals at most.
    pub fn degrees(&mut self, param: &'static Param) -> Option<f64> {
        let value = self.one(param)?;
        if let Value::Text(text) = &value {
            self.judge_precision(param, text);
        }
        self.parse_number(param, &value, 0)
    }

    /// Four coordinates: west, south, east, north. In an address they are joined by commas, in
    /// a body they are an array.
    pub fn degrees_of_box(&mut self, param: &'static Param) -> Option<[f64; 4]> {
        let mut numbers = Vec::with_capacity(4);
        match self.source {
            Source::Query => {
                let Value::Text(text) = self.one(param)? else { return None };
                for part in text.split(',') {
                    self.judge_precision(param, part);
                    let value = Value::Text(Cow::Borrowed(part));
                    numbers.push(self.parse_number(param, &value, numbers.len())?);
                }
            }
            Source::Body => {
                let taken = self.take(param);
                if taken.is_empty() {
                    return None;
                }
                for (value, _) in taken {
                    numbers.push(self.parse_number(param, &value, numbers.len())?);
                }
            }
        }
        let found = <[f64; 4]>::try_from(numbers).ok();
        if found.is_none() {
            self.fail(param, "wrong-length", "give four numbers: west, south, east, north".into());
        }
        found
    }

    /// A civil date within the bounds of its parameter.
    pub fn date(&mut self, param: &'static Param) -> Option<NaiveDate> {
        let value = self.one(param)?;
        let parsed = match &value {
            Value::Text(text) if text.len() == 10 => text.parse::<NaiveDate>().ok(),
            _ => None,
        };
        let Some(date) = parsed else {
            self.refuse(param, &value);
            return None;
        };
        if param.bounds_contain_date(date) {
            return Some(date);
        }
        self.out_of_range(param, &value);
        None
    }

    /// A local date and time to the minute.
    pub fn date_time(&mut self, param: &'static Param) -> Option<NaiveDateTime> {
        let value = self.one(param)?;
        let parsed = match &value {
            Value::Text(text) if text.len() == 16 => {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()
            }
            _ => None,
        };
        let inside = parsed.filter(|at| param.bounds_contain_date(at.date()));
        match (parsed, inside) {
            (_, Some(at)) => return Some(at),
            (Some(_), None) => self.out_of_range(param, &value),
            (None, _) => self.refuse(param, &value),
        }
        None
    }

    /// Takes every value of the parameter out of the request.
    fn take(&mut self, param: &'static Param) -> Vec<(Value<'a>, Option<usize>)> {
        self.asked.push(param.name);
        let mut found = Vec::new();
        for entry in &mut self.entries {
            if entry.name == param.name {
                entry.taken = true;
                found.push((std::mem::replace(&mut entry.value, Value::EmptyList), entry.index));
            }
        }
        found
    }

    /// The one value of a parameter that takes one.
    fn one(&mut self, param: &'static Param) -> Option<Value<'a>> {
        let mut found = self.take(param);
        let first = found.pop()?;
        if !found.is_empty() || first.1.is_some() || first.0 == Value::EmptyList {
            let detail = match self.source {
                Source::Query => "may be given once only",
                Source::Body => "takes one value, no array",
            };
            self.fail(param, "duplicate", detail.into());
            return None;
        }
        Some(first.0)
    }

    fn many<T: Ord>(
        &mut self,
        param: &'static Param,
        parse: impl Fn(&mut Self, Value<'a>) -> Option<T>,
    ) -> Vec<T> {
        let mut values: Vec<T> = Vec::new();
        for (value, index) in self.take(param) {
            if value == Value::EmptyList {
                self.fail(param, "empty", "give at least one value, or leave it out".into());
                continue;
            }
            let before = self.errors.len();
            values.extend(parse(self, value));
            // A mistake inside an array is told with its index.
            if let (Some(at), Some(error)) = (index, self.errors.get_mut(before)) {
                error.pointer = Some(format!("{}/{at}", json::pointer(param.name)));
            }
        }
        values.sort_unstable();
        values.dedup();
        values
    }

    fn parse_text<'v>(&mut self, param: &Param, value: &'v Value<'_>) -> Option<&'v str> {
        let Value::Text(text) = value else {
            self.refuse(param, value);
            return None;
        };
        let text = text.trim();
        if param.accepts_text(text) {
            return Some(text);
        }
        self.refuse(param, value);
        None
    }

    fn parse_code<C: FromStr>(&mut self, param: &Param, value: &Value<'_>) -> Option<C> {
        // Codes of different lists differ in more than case, so a reader's `md` is Maryland.
        let listed = |text: &str| match param.kind {
            Kind::Code(list) => list().iter().any(|code| code.eq_ignore_ascii_case(text)),
            _ => true,
        };
        let code = match value {
            Value::Text(text) if listed(text) => text
                .parse()
                .or_else(|_| text.to_ascii_lowercase().parse())
                .or_else(|_| text.to_ascii_uppercase().parse())
                .ok(),
            _ => None,
        };
        if code.is_none() {
            self.refuse(param, value);
        }
        code
    }

    /// `part` tells which bounds count where a parameter has several numbers.
    fn parse_number(&mut self, param: &Param, value: &Value<'_>, part: usize) -> Option<f64> {
        let number = match (value, self.source) {
            (Value::Number(number), _) => Some(*number),
            (Value::Integer(number), _) => format!("{number}").parse().ok(),
            (Value::Text(text), Source::Query) => decimal(text),
            _ => None,
        };
        let Some(number) = number else {
            self.refuse(param, value);
            return None;
        };
        if param.bounds_contain(number, part) {
            return Some(number);
        }
        self.out_of_range(param, value);
        None
    }

    fn judge_precision(&mut self, param: &Param, text: &str) {
        let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
        if decimals.trim_end_matches('0').len() > 2 && decimal(text).is_some() {
            self.too_precise = true;
            self.fail(
                param,
                "too-precise",
                "at most two decimals in an address; POST /v1/clinics/search takes more".into(),
            );
        }
    }

    fn refuse(&mut self, param: &Param, value: &Value<'_>) {
        let detail = format!("{}; got {}", param.expects(), self.shown(value));
        self.fail(param, "invalid", detail);
    }

    fn out_of_range(&mut self, param: &Param, value: &Value<'_>) {
        let detail = format!("{}; got {}", param.expects(), self.shown(value));
        self.fail(param, "out-of-range", detail);
    }

    /// The value for the client's eyes, cut short.
    fn shown(&self, value: &Value<'_>) -> String {
        match value {
            Value::Text(text) => {
                let start: String = text.chars().take(60).collect();
                let more = if start.len() < text.len() { "…" } else { "" };
                match self.source {
                    Source::Query => format!("`{start}{more}`"),
                    Source::Body => format!("the text `{start}{more}`"),
                }
            }
            Value::Number(number) => number.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::EmptyList => "an empty array".into(),
            Value::Other(what) => (*what).into(),
        }
    }
}

/// A number written plainly: digits with an optional sign and decimals.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (plain(whole) && plain(part) && text.len() <= 32).then(|| text.parse().ok()).flatten()
}

/// A whole number written plainly.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
