//! The schema of the facts in a request, as exact as the vocabulary is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{
            AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat,
            SchemaType, Type,
        },
    },
};

use crate::{
    domain::fact::FactValue,
    rules::{FactSpec, Kind, Rule, Rulebook},
};

/// What is known, by the fact's name; null and absent both mean unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactsGiven(pub BTreeMap<String, Option<FactValue>>);

/// For law rules by id, the date through which the law is taken to be confirmed: it replaces the
/// rulebook's date, earlier or later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LawDates(pub BTreeMap<String, NaiveDate>);

/// Every fact of the built-in vocabulary with the values that it takes, and no other.
impl PartialSchema for FactsGiven {
    fn schema() -> RefOr<Schema> {
        let mut object =
            closed_object("What is known, by the fact's name; null and absent both mean unknown.");
        // A test keeps the built-in rulebook loadable.
        if let Ok(rulebook) = Rulebook::built_in() {
            for fact in rulebook.vocabulary().facts() {
                object = object.property(&fact.name, of_fact(fact));
            }
        }
        object.into()
    }
}

impl ToSchema for FactsGiven {}

/// Every law rule of the built-in rulebook, and no other.
impl PartialSchema for LawDates {
    fn schema() -> RefOr<Schema> {
        let mut object = closed_object(
            "For law rules by id, the date through which the law is taken to be confirmed, in \
             place of the rulebook's, earlier or later.",
        );
        let date = |rule: &Rule| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
                .description(Some(format!(
                    "The last day for which this counts as law: {}",
                    rule.title
                )))
        };
        if let Ok(rulebook) = Rulebook::built_in() {
            for rule in rulebook.rules().iter().filter(|rule| rule.law.is_some()) {
                object = object.property(&rule.id, date(rule));
            }
        }
        object.into()
    }
}

impl ToSchema for LawDates {}

fn closed_object(description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some(description))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// A type, or null.
fn or_null(kind: Type) -> SchemaType {
    [kind, Type::Null].into_iter().collect()
}

fn of_fact(fact: &FactSpec) -> ObjectBuilder {
    let schema = ObjectBuilder::new().description(Some(&fact.meaning));
    match &fact.kind {
        Kind::Tri => schema.schema_type(or_null(Type::Boolean)),
        Kind::Int { min, max, .. } => {
            schema.schema_type(or_null(Type::Integer)).minimum(Some(*min)).maximum(Some(*max))
        }
        Kind::Enum(codes) => {
            let values = codes.iter().map(|code| Json::from(code.as_str())).chain([Json::Null]);
            schema.schema_type(or_null(Type::String)).enum_values(Some(values))
        }
        Kind::Set(codes) => {
            let item = ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(codes.iter().map(String::as_str)));
            schema
                .schema_type(or_null(Type::Object))
                .property("items", ArrayBuilder::new().items(RefOr::T(Schema::from(item))))
                .property("complete", ObjectBuilder::new().schema_type(Type::Boolean))
                .required("items")
                .required("complete")
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        }
    }
}
