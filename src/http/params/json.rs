//! A JSON body as parameters: one object whose values are scalars or arrays of scalars.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer as _,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    super::problem::{FieldError, Kind, Location, Problem},
    Entry, MAX_PARAMETERS, Value,
};

/// The longest array.
const MAX_ITEMS: usize = 200;

/// The parameters in their order, arrays taken apart.
pub(super) fn entries(body: &[u8]) -> Result<Vec<Entry<'_>>, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let entries = json.deserialize_map(Top).map_err(|error| refused(&error))?;
    json.end().map_err(|error| refused(&error))?;
    Ok(entries)
}

/// The problem that a JSON error is. Its text names line and column, never the content.
fn refused(error: &serde_json::Error) -> Problem {
    let detail = error.to_string();
    Problem::new(Kind::InvalidBody, detail.clone()).with_errors(vec![FieldError::new(
        Location::Pointer(String::new()),
        "invalid-json",
        detail,
    )])
}

/// The JSON pointer to a member of the top object.
pub(super) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

struct Top;

impl<'de> Visitor<'de> for Top {
    type Value = Vec<Entry<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<Entry<'de>> = Vec::new();
        let mut names = 0;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            names += 1;
            if names > MAX_PARAMETERS {
                return Err(de::Error::custom("too many members"));
            }
            if entries.iter().any(|entry| entry.name == name) {
                return Err(de::Error::custom("a member is given twice"));
            }
            match map.next_value()? {
                Given::One(value) => {
                    entries.push(Entry { name, value, index: None, taken: false });
                }
                Given::List(values) if values.is_empty() => {
                    entries.push(Entry {
                        name,
                        value: Value::EmptyList,
                        index: None,
                        taken: false,
                    });
                }
                Given::List(values) => {
                    entries.extend(values.into_iter().enumerate().map(|(at, value)| Entry {
                        name: name.clone(),
                        value,
                        index: Some(at),
                        taken: false,
                    }));
                }
            }
        }
        Ok(entries)
    }
}

/// What stands at a name.
enum Given<'a> {
    One(Value<'a>),
    List(Vec<Value<'a>>),
}

impl<'de> Deserialize<'de> for Given<'de> {
    fn deserialize<D: de::Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(AnyGiven)
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: de::Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(AnyValue)
    }
}

/// Writes the visits that a scalar may get, for both visitors alike.
macro_rules! scalars {
    ($wrap:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text, a number, true, false or an array of them")
        }

        fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
            Ok($wrap(Value::Flag(flag)))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
            Ok($wrap(Value::Integer(number)))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok($wrap(i64::try_from(number).map_or(Value::Other("a huge number"), Value::Integer)))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
            Ok($wrap(Value::Number(number)))
        }

        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok($wrap(clean(Cow::Borrowed(text))))
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok($wrap(clean(Cow::Owned(text.to_owned()))))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($wrap(Value::Other("null")))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($wrap(Value::Other("an object")))
        }
    };
}

struct AnyGiven;

impl<'de> Visitor<'de> for AnyGiven {
    type Value = Given<'de>;

    scalars!(Given::One);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            if values.len() == MAX_ITEMS {
                return Err(de::Error::custom("an array has too many items"));
            }
            values.push(value);
        }
        Ok(Given::List(values))
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    scalars!(std::convert::identity);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other("an array in an array"))
    }
}

/// Control characters have no place in any parameter.
fn clean(text: Cow<'_, str>) -> Value<'_> {
    if text.chars().any(char::is_control) {
        return Value::Other("a text with control characters");
    }
    Value::Text(text)
}
