//! What a parameter is, said once: for the reader and for the OpenAPI document.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use utoipa::openapi::{
    Object, ObjectBuilder, RefOr, Required, Schema,
    path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{
        AdditionalProperties, ArrayBuilder, KnownFormat, OneOfBuilder, SchemaFormat, SchemaType,
        Type,
    },
};

/// What values a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text of 1 to `max` characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// A text of a certain shape.
    Shaped {
        /// Whether a text has it.
        check: fn(&str) -> bool,
        /// The same as a regular expression, for the document.
        pattern: &'static str,
        /// The same in words: "five digits".
        words: &'static str,
    },
    /// A code of a closed list.
    Code(fn() -> Vec<&'static str>),
    /// True or false.
    Flag,
    /// A whole number, both ends included.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number, both ends included.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// West, south, east and north in degrees.
    Box,
    /// A civil date, both ends included.
    Date {
        /// The first.
        min: NaiveDate,
        /// The last.
        max: NaiveDate,
    },
    /// A local date and time, `YYYY-MM-DDTHH:MM`.
    DateTime {
        /// The first day.
        min: NaiveDate,
        /// The last day.
        max: NaiveDate,
    },
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name, in addresses and in bodies.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// A value that it may have, as it stands in an address.
    pub example: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// True where it may be repeated; repeated values are alternatives.
    pub many: bool,
    /// What it is when it is left out, as it stands in an address.
    pub default: Option<&'static str>,
    /// True where it may not be left out.
    pub required: bool,
    /// True where repeated values are joined by commas in the document.
    pub joined: bool,
}

impl Param {
    /// A parameter that is given once or not at all.
    #[must_use]
    pub const fn one(
        name: &'static str,
        kind: Kind,
        example: &'static str,
        about: &'static str,
    ) -> Self {
        Self {
            name,
            about,
            example,
            kind,
            many: false,
            default: None,
            required: false,
            joined: false,
        }
    }

    /// A parameter that may be repeated.
    #[must_use]
    pub const fn many(
        name: &'static str,
        kind: Kind,
        example: &'static str,
        about: &'static str,
    ) -> Self {
        Self { many: true, ..Self::one(name, kind, example, about) }
    }

    /// The same with a default.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The same, always to be given.
    #[must_use]
    pub const fn needed(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, with its values joined by commas.
    #[must_use]
    pub const fn joined(self) -> Self {
        Self { joined: true, ..self }
    }

    /// What a value must be, as a half sentence for people.
    pub(super) fn expects(&self) -> String {
        match self.kind {
            Kind::Text { max } => format!("expected a text of 1 to {max} characters"),
            Kind::Shaped { words, .. } => format!("expected {words}"),
            Kind::Code(list) => format!("expected one of {}", list().join(", ")),
            Kind::Flag => "expected true or false".into(),
            Kind::Integer { min, max } => format!("expected a whole number from {min} to {max}"),
            Kind::Number { min, max } => format!("expected a number from {min} to {max}"),
            Kind::Box => "expected west, south, east and north in degrees".into(),
            Kind::Date { min, max } => format!("expected a date YYYY-MM-DD from {min} to {max}"),
            Kind::DateTime { min, max } => {
                format!("expected a local time YYYY-MM-DDTHH:MM from {min} to {max}")
            }
        }
    }

    pub(super) fn accepts_text(&self, text: &str) -> bool {
        match self.kind {
            Kind::Text { max } => !text.is_empty() && text.chars().count() <= max,
            Kind::Shaped { check, .. } => check(text),
            _ => true,
        }
    }

    pub(super) fn bounds_contain_integer(&self, number: i64) -> bool {
        match self.kind {
            Kind::Integer { min, max } => (min..=max).contains(&number),
            _ => true,
        }
    }

    pub(super) fn bounds_contain(&self, number: f64, part: usize) -> bool {
        match self.kind {
            Kind::Number { min, max } => (min..=max).contains(&number),
            Kind::Box if part.is_multiple_of(2) => (-180.0..=180.0).contains(&number),
            Kind::Box => (-90.0..=90.0).contains(&number),
            _ => number.is_finite(),
        }
    }

    pub(super) fn bounds_contain_date(&self, date: NaiveDate) -> bool {
        match self.kind {
            Kind::Date { min, max } | Kind::DateTime { min, max } => (min..=max).contains(&date),
            _ => true,
        }
    }

    /// A value of the address as JSON has it.
    fn json(&self, text: &str) -> Json {
        match self.kind {
            Kind::Flag | Kind::Integer { .. } | Kind::Number { .. } => {
                text.parse().unwrap_or_else(|_| json!(text))
            }
            Kind::Box => text.split(',').map(|part| part.parse().unwrap_or(Json::Null)).collect(),
            _ => json!(text),
        }
    }

    /// The schema of one value.
    fn schema(&self) -> ObjectBuilder {
        let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        match self.kind {
            Kind::Text { max } => text.min_length(Some(1)).max_length(Some(max)),
            Kind::Shaped { pattern, .. } => text.pattern(Some(pattern)),
            Kind::Code(list) => text.enum_values(Some(list())),
            Kind::Flag => ObjectBuilder::new().schema_type(SchemaType::new(Type::Boolean)),
            Kind::Integer { min, max } => ObjectBuilder::new()
                .schema_type(SchemaType::new(Type::Integer))
                .minimum(Some(min))
                .maximum(Some(max)),
            Kind::Number { min, max } => ObjectBuilder::new()
                .schema_type(SchemaType::new(Type::Number))
                .minimum(Some(min))
                .maximum(Some(max)),
            Kind::Date { .. } => text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))),
            Kind::DateTime { .. } => text.pattern(Some(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")),
            Kind::Box => text.pattern(Some(r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$")),
        }
    }

    fn query_parameter(&self) -> Parameter {
        let one = self.schema();
        let one = match self.default {
            Some(default) if !self.many => one.default(Some(self.json(default))),
            _ => one,
        };
        let (schema, style): (RefOr<Schema>, _) = if self.many {
            (ArrayBuilder::new().items(one).min_items(Some(1)).into(), Some(ParameterStyle::Form))
        } else {
            (one.into(), None)
        };
        let example = match (self.kind, self.many) {
            (Kind::Box, _) => json!(self.example),
            (_, true) => json!([self.json(self.example)]),
            (_, false) => self.json(self.example),
        };
        ParameterBuilder::new()
            .name(self.name)
            .parameter_in(ParameterIn::Query)
            .required(if self.required { Required::True } else { Required::False })
            .description(Some(self.about))
            .schema(Some(schema))
            .style(style)
            .explode(self.many.then_some(!self.joined))
            .example(Some(example))
            .build()
    }

    fn body_property(&self) -> RefOr<Schema> {
        if matches!(self.kind, Kind::Box) {
            let number = ObjectBuilder::new()
                .schema_type(SchemaType::new(Type::Number))
                .minimum(Some(-180.0))
                .maximum(Some(180.0));
            return ArrayBuilder::new()
                .items(number)
                .min_items(Some(4))
                .max_items(Some(4))
                .description(Some(self.about))
                .into();
        }
        if self.many {
            return OneOfBuilder::new()
                .item(self.schema())
                .item(ArrayBuilder::new().items(self.schema()).min_items(Some(1)))
                .description(Some(self.about))
                .into();
        }
        let default = self.default.map(|default| self.json(default));
        self.schema().description(Some(self.about)).default(default).into()
    }
}

/// Declares a type that stands for some parameters in the document of an operation.
macro_rules! documented_params {
    ($(#[$meta:meta])* $name:ident, $params:expr) => {
        $(#[$meta])*
        pub struct $name;

        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::http::params::query_parameters($params)
            }
        }
    };
}
pub(in crate::http) use documented_params;

/// The parameters as the document lists them for an address.
#[must_use]
pub fn query_parameters(params: &[&Param]) -> Vec<Parameter> {
    params.iter().map(|param| param.query_parameter()).collect()
}

/// The parameters as the document describes them for a body: an object without other members.
#[must_use]
pub fn body_schema(about: &str, params: &[&Param], example: Json) -> Object {
    let mut object = ObjectBuilder::new()
        .description(Some(about))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        .examples([example]);
    for param in params {
        object = object.property(param.name, param.body_property());
        if param.required {
            object = object.required(param.name);
        }
    }
    object.build()
}
