//! The platform of a channel that is made, with what it needs: a type of its own in the document for each platform,
//! made of the fields that the platform names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{AdditionalProperties, Type};
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::channels::{FIELD_BYTES_MAX, Field, Format, built_in};

/// The kind of platforms that the program around the gateway brings.
const HOST: &str = "host";

/// The platform of a channel, with what it needs.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlatformInput(Map<String, Value>);

impl std::fmt::Debug for PlatformInput {
    // Secrets are among it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PlatformInput")
    }
}

impl PlatformInput {
    /// The platform's name, what is given for its fields, and where that stands in the request.
    pub fn into_parts(mut self) -> (String, BTreeMap<String, String>, &'static str) {
        let text = |value: Value| value.as_str().map(str::to_owned);
        let kind = self.0.shift_remove("kind").and_then(text).unwrap_or_default();
        if kind != HOST {
            let values = self.0.into_iter().filter_map(|(name, value)| Some((name, text(value)?)));
            return (kind, values.collect(), "/platform");
        }
        let name = self.0.shift_remove("name").and_then(text).unwrap_or_default();
        let values = self.0.shift_remove("values").and_then(|values| serde_json::from_value(values).ok());
        (name, values.unwrap_or_default(), "/platform/values")
    }
}

impl PartialSchema for PlatformInput {
    fn schema() -> RefOr<Schema> {
        let mut union = OneOfBuilder::new().description(Some("The platform of a channel, with what it needs."));
        for platform in built_in() {
            let mut object = ObjectBuilder::new()
                .schema_type(Type::Object)
                .description(Some(format!("{}.", platform.title())))
                .property("kind", tag(platform.kind()))
                .required("kind");
            for field in platform.fields() {
                object = object.property(field.name, text(field));
                if field.is_required {
                    object = object.required(field.name);
                }
            }
            union = union.item(object);
        }
        union.item(of_host()).into()
    }
}

impl ToSchema for PlatformInput {}

fn tag(kind: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some("The platform.")).enum_values(Some([kind]))
}

fn text(field: &Field) -> ObjectBuilder {
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(field.description))
        .example(Some(json!(field.example)))
        .min_length(field.is_required.then_some(1))
        .max_length(Some(field.bytes_max))
        .default(field.default.map(|default| json!(default)));
    let object = if field.is_secret { object.write_only(true) } else { object };
    match field.format {
        Format::Text | Format::Url => object,
        Format::Pattern(pattern) => object.pattern(Some(pattern)),
        Format::Choice(choices) => object.enum_values(Some(choices.iter().copied())),
    }
}

/// A platform of the program around the gateway.
fn of_host() -> ObjectBuilder {
    let name = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Its name."))
        .pattern(Some("^[a-z][a-z0-9_]{0,31}$"))
        .max_length(Some(32))
        .example(Some(json!("intranet_chat")));
    let value = ObjectBuilder::new().schema_type(Type::String).max_length(Some(FIELD_BYTES_MAX));
    let values = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Its settings and secrets, as channels.list_platforms names them."))
        .example(Some(json!({"token": "correct-horse"})))
        .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(Schema::Object(value.build())))));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("A platform of the program around the gateway."))
        .property("kind", tag(HOST))
        .property("name", name)
        .property("values", values)
        .required("kind")
        .required("name")
        .required("values")
}
