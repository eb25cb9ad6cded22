//! A schema as what it allows: references, `allOf` and the ways to say null are behind it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::place::Place;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The keywords of unions.
pub(crate) const UNIONS: [&str; 2] = ["oneOf", "anyOf"];

/// Unions within unions that are looked into.
const DEPTH_MAX: usize = 4;

/// What a schema allows.
#[derive(Debug, Clone)]
pub(crate) struct Shape<'d> {
    /// The schema and all that it is made of.
    parts: Vec<Place<'d>>,
    /// Whether null is allowed.
    pub(crate) is_nullable: bool,
    /// The alternatives but null; fewer than two are none.
    pub(crate) variants: Vec<Place<'d>>,
}

/// Fields that have no schema of their own.
#[derive(Debug, Clone)]
pub(crate) enum Extra<'d> {
    /// Are allowed.
    Open,
    /// Are refused.
    Closed,
    /// Are of this schema.
    Of(Place<'d>),
}

impl<'d> Shape<'d> {
    /// The shape of the schema at `place`.
    pub(crate) fn of(place: &Place<'d>) -> Self {
        let mut shape = Self { parts: Vec::new(), is_nullable: false, variants: Vec::new() };
        shape.take(place.clone());
        shape.is_nullable |= shape.variants.iter().any(|variant| Shape::of_level(variant).is_nullable);
        shape
    }

    /// The shape without a look into its variants.
    fn of_level(place: &Place<'d>) -> Self {
        let mut shape = Self { parts: Vec::new(), is_nullable: false, variants: Vec::new() };
        shape.take(place.clone());
        shape
    }

    fn take(&mut self, place: Place<'d>) {
        if self.parts.iter().any(|part| part.pointer == place.pointer) {
            return;
        }
        self.is_nullable |= named_types(&place).1;
        self.parts.push(place.clone());
        if let Some(target) = place.target() {
            self.take(target);
        }
        place.elements("allOf").into_iter().for_each(|part| self.take(part));
        for key in UNIONS {
            let (mut others, has_null) = alternatives(&place, key);
            self.is_nullable |= has_null;
            match others.len() {
                1 => others.drain(..).for_each(|only| self.take(only)),
                _ => self.variants.append(&mut others),
            }
        }
    }

    /// Where it stands, behind its references.
    pub(crate) fn pointer(&self) -> &str {
        &self.place().pointer
    }

    /// The part that has a name of its own, else the schema as it is written.
    pub(crate) fn place(&self) -> &Place<'d> {
        self.parts.iter().find(|part| part.component().is_some()).unwrap_or(&self.parts[0])
    }

    /// The name of its component.
    pub(crate) fn name(&self) -> Option<&str> {
        self.place().component()
    }

    /// The value of a keyword, from the first part that has it.
    pub(crate) fn keyword(&self, key: &str) -> Option<&'d Value> {
        self.parts.iter().find_map(|part| part.value.get(key))
    }

    /// The types but null. Of any type is what says nothing.
    pub(crate) fn types(&self) -> BTreeSet<&'d str> {
        self.types_within(DEPTH_MAX)
    }

    fn types_within(&self, depth: usize) -> BTreeSet<&'d str> {
        match self.parts.iter().find(|part| part.value.get("type").is_some()) {
            Some(part) => named_types(part).0.into_iter().collect(),
            None => self.types_of_its_content(depth),
        }
    }

    fn types_of_its_content(&self, depth: usize) -> BTreeSet<&'d str> {
        let names: BTreeSet<_> = self.values().into_iter().flatten().map(type_of).collect();
        if !names.is_empty() {
            return names;
        }
        if self.variants.is_empty() {
            return TYPES.into_iter().collect();
        }
        // A variant that is the union itself adds nothing.
        let deeper = |variant| Some(Shape::of_level(variant).types_within(depth.checked_sub(1)?));
        self.variants.iter().filter_map(deeper).flatten().collect()
    }

    /// The values that are allowed if not all are; null is not among them.
    pub(crate) fn values(&self) -> Option<Vec<&'d Value>> {
        let values = match (self.keyword("const"), self.keyword("enum")) {
            (Some(value), _) => vec![value],
            (None, Some(Value::Array(values))) => values.iter().collect(),
            _ => return None,
        };
        Some(values.into_iter().filter(|value| !value.is_null()).collect())
    }

    /// The fields in the document's order.
    pub(crate) fn fields(&self) -> Vec<(&'d str, Place<'d>)> {
        let mut fields: Vec<(&str, Place<'d>)> = Vec::new();
        for (name, field) in self.parts.iter().flat_map(|part| part.members("properties")) {
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, field));
            }
        }
        fields
    }

    /// A field.
    pub(crate) fn field(&self, name: &str) -> Option<Place<'d>> {
        self.parts.iter().find_map(|part| part.raw("properties")?.raw(name))
    }

    /// The names of the fields that must be there.
    pub(crate) fn required(&self) -> BTreeSet<&'d str> {
        let lists = self.parts.iter().filter_map(|part| part.value.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// The fields that it does not name.
    pub(crate) fn extra(&self) -> Extra<'d> {
        for key in ["additionalProperties", "unevaluatedProperties"] {
            let Some(place) = self.parts.iter().find_map(|part| part.raw(key)) else { continue };
            match place.value {
                Value::Bool(false) => return Extra::Closed,
                Value::Object(schema) if !schema.is_empty() => return Extra::Of(place),
                _ => {}
            }
        }
        Extra::Open
    }

    /// The schema of an array's elements.
    pub(crate) fn items(&self) -> Option<Place<'d>> {
        self.part("items").filter(|items| items.value.as_object().is_some_and(|schema| !schema.is_empty()))
    }

    /// The schema under a keyword.
    pub(crate) fn part(&self, key: &str) -> Option<Place<'d>> {
        self.parts.iter().find_map(|part| part.raw(key)).filter(|part| part.value.is_object())
    }

    /// The field that distinguishes its variants, with each variant's value: named by a discriminator, or the one in which
    /// each variant has a constant of its own.
    pub(crate) fn tags(&self) -> Option<(&'d str, Vec<String>)> {
        let first = Shape::of_level(self.variants.first()?);
        let named = self.keyword("discriminator").and_then(|it| it.get("propertyName")?.as_str());
        let candidates = named.into_iter().chain(first.fields().into_iter().map(|(name, _)| name));
        let tagged = |field: &'d str| {
            let tags: Option<Vec<String>> = self.variants.iter().map(|variant| self.tag(variant, field)).collect();
            tags.filter(|tags| tags.iter().collect::<BTreeSet<_>>().len() == tags.len()).map(|tags| (field, tags))
        };
        candidates.into_iter().find_map(tagged)
    }

    fn tag(&self, variant: &Place<'d>, field: &str) -> Option<String> {
        let constant = Shape::of_level(variant).field(field).and_then(|place| {
            let values = Shape::of_level(&place).values()?;
            <[_; 1]>::try_from(values).ok()?[0].as_str().map(str::to_owned)
        });
        let target = variant.text("$ref");
        let mapping = || self.keyword("discriminator")?.get("mapping")?.as_object();
        let mapped = || mapping()?.iter().find(|(_, value)| value.as_str() == target).map(|(tag, _)| tag.clone());
        constant.or_else(|| target.and_then(|_| mapped()))
    }
}

/// The types that a schema names but null, in its order, and whether it allows null beside them.
pub(crate) fn named_types<'d>(schema: &Place<'d>) -> (Vec<&'d str>, bool) {
    let named: Vec<&str> = match schema.value.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // What is null alone is an alternative of others, and no type that allows null.
    let is_nullable = schema.is("nullable") || (schema.value["type"].is_array() && named.contains(&"null"));
    (named.into_iter().filter(|name| *name != "null").collect(), is_nullable)
}

/// The alternatives of a schema under `key`, one of [`UNIONS`], but null, and whether null is one of them.
pub(crate) fn alternatives<'d>(schema: &Place<'d>, key: &str) -> (Vec<Place<'d>>, bool) {
    let (nulls, others): (Vec<_>, Vec<_>) = schema.elements(key).into_iter().partition(is_null);
    (others, !nulls.is_empty())
}

fn is_null(place: &Place<'_>) -> bool {
    let is_only_value =
        place.value.get("enum").and_then(Value::as_array).is_some_and(|values| **values == [Value::Null]);
    place.text("type") == Some("null") || place.value.get("const").is_some_and(Value::is_null) || is_only_value
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn types(schema: &Value) -> Vec<&str> {
        Shape::of(&Place::root(schema)).types().into_iter().collect()
    }

    #[test]
    fn all_ways_to_allow_null_are_one() {
        for schema in [
            json!({"type": ["string", "null"]}),
            json!({"type": "string", "nullable": true}),
            json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"anyOf": [{"type": "string"}, {"const": null}]}),
            json!({"allOf": [{"type": ["null", "string"]}]}),
        ] {
            let shape = Shape::of(&Place::root(&schema));
            assert!(shape.is_nullable && shape.variants.is_empty(), "{schema}");
            assert_eq!(types(&schema), ["string"], "{schema}");
        }
        assert_eq!(types(&json!({})).len(), 6);
        assert_eq!(types(&json!({"enum": [1, "a"]})), ["integer", "string"]);
        let nested = json!({"oneOf": [{"type": "string", "nullable": true}, {"type": "array"}]});
        assert!(Shape::of(&Place::root(&nested)).is_nullable);
    }

    #[test]
    fn parts_are_one_object() {
        let document = json!({
            "allOf": [{"$ref": "#/a"}, {"properties": {"y": {}}, "required": ["y"]}],
            "a": {"type": "object", "properties": {"x": {}}, "required": ["x"], "additionalProperties": false},
        });
        let shape = Shape::of(&Place::root(&document));
        let fields: Vec<_> = shape.fields().into_iter().map(|(name, place)| (name, place.pointer)).collect();
        assert_eq!(fields, [("x", "#/a/properties/x".to_owned()), ("y", "#/allOf/1/properties/y".to_owned())]);
        assert_eq!(shape.required().len(), 2);
        assert!(matches!(shape.extra(), Extra::Closed));
    }

    #[test]
    fn variants_are_told_apart_by_constants_or_by_a_mapping() {
        let constants = json!({"oneOf": [
            {"properties": {"n": {"type": "string"}, "type": {"const": "a"}}},
            {"properties": {"n": {"type": "string"}, "type": {"enum": ["b"]}}},
        ]});
        assert_eq!(Shape::of(&Place::root(&constants)).tags(), Some(("type", vec!["a".into(), "b".into()])));
        let mapped = json!({
            "oneOf": [{"$ref": "#/a"}, {"$ref": "#/b"}],
            "discriminator": {"propertyName": "kind", "mapping": {"one": "#/a", "two": "#/b"}},
            "a": {"type": "object"}, "b": {"type": "object"},
        });
        assert_eq!(Shape::of(&Place::root(&mapped)).tags(), Some(("kind", vec!["one".into(), "two".into()])));
        let neither = json!({"oneOf": [{"type": "string"}, {"type": "array"}]});
        assert_eq!(Shape::of(&Place::root(&neither)).tags(), None);
    }

    #[test]
    fn a_schema_within_itself_has_a_shape() {
        let document = json!({"oneOf": [{"$ref": "#"}, {"type": "string"}], "allOf": [{"$ref": "#"}]});
        let shape = Shape::of(&Place::root(&document));
        assert_eq!((shape.variants.len(), shape.types()), (2, BTreeSet::from(["string"])));
    }
}
