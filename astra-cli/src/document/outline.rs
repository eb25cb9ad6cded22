//! A schema as a list of lines for people: fields with their types, bounds and docs, nested ones indented.

use serde_json::Value;

use super::place::Place;
use super::shape::{Extra, Shape};

/// Levels of nested arrays that are written out.
const ARRAYS_MAX: usize = 3;

/// Most lines; what is below is left out.
const ROWS_MAX: usize = 2_000;

/// One line: a field, or a variant of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// How far it is indented.
    pub(crate) depth: usize,
    /// The field's name, or the condition of a variant.
    pub(crate) name: String,
    /// Its type, whether it is required, its bounds.
    pub(crate) kind: String,
    /// What it is for.
    pub(crate) description: String,
}

/// What the schema is, in a few words.
pub(crate) fn kind(schema: &Place<'_>) -> String {
    let shape = Shape::of(schema);
    let mut kind = types(&shape, ARRAYS_MAX);
    if shape.is_nullable {
        kind.push_str(" or null");
    }
    let bounds = bounds(&shape);
    if bounds.is_empty() { kind } else { format!("{kind}, {}", bounds.join(", ")) }
}

/// The fields below the schema. One that is part of itself is named, and not opened again.
pub(crate) fn rows(schema: &Place<'_>) -> Vec<Row> {
    let mut outline = Outline { rows: Vec::new(), open: Vec::new() };
    outline.below(schema, 0);
    if outline.rows.len() >= ROWS_MAX {
        outline.rows.truncate(ROWS_MAX);
        let kind = format!("only the first {ROWS_MAX} lines are shown");
        outline.rows.push(Row { depth: 0, name: "...".to_owned(), kind, description: String::new() });
    }
    outline.rows
}

/// What is written so far.
struct Outline {
    rows: Vec<Row>,
    /// Pointers of the schemas that this is within.
    open: Vec<String>,
}

impl Outline {
    fn below(&mut self, schema: &Place<'_>, depth: usize) {
        let shape = Shape::of(schema);
        let pointer = shape.pointer().to_owned();
        if self.open.contains(&pointer) || self.rows.len() >= ROWS_MAX {
            return;
        }
        self.open.push(pointer);
        let required = shape.required();
        for (name, field) in shape.fields() {
            let is_required = required.contains(name);
            let kind = if is_required { format!("{}, required", kind(&field)) } else { kind(&field) };
            self.push(depth, name.to_owned(), kind, description(&field));
            self.below(&field, depth + 1);
        }
        if let Extra::Of(values) = shape.extra() {
            self.push(depth, "(any name)".to_owned(), kind(&values), description(&values));
            self.below(&values, depth + 1);
        }
        self.variants(&shape, depth);
        if let Some(elements) = shape.items() {
            self.below(&elements, depth);
        }
        self.open.pop();
    }

    fn variants(&mut self, shape: &Shape<'_>, depth: usize) {
        let tags = shape.tags();
        for (index, variant) in shape.variants.iter().enumerate() {
            let condition = match &tags {
                Some((field, tags)) => format!("if {field} is {}", tags[index]),
                None => "either".to_owned(),
            };
            self.push(depth, condition, kind(variant), description(variant));
            self.below(variant, depth + 1);
        }
    }

    fn push(&mut self, depth: usize, name: String, kind: String, description: String) {
        self.rows.push(Row { depth, name, kind, description });
    }
}

fn description(schema: &Place<'_>) -> String {
    let own = schema.text("description").map(str::to_owned);
    // Beside null, the description stands with the reference.
    let shape = Shape::of(schema);
    own.or_else(|| Some(shape.keyword("description")?.as_str()?.to_owned())).unwrap_or_default()
}

fn types(shape: &Shape<'_>, arrays: usize) -> String {
    if let (Some(elements), Some(arrays)) = (shape.items(), arrays.checked_sub(1)) {
        return format!("array of {}", types(&Shape::of(&elements), arrays));
    }
    if !shape.variants.is_empty() {
        return shape.name().unwrap_or("one of these").to_owned();
    }
    let types = shape.types();
    let listed = if types.len() >= 6 { "any".to_owned() } else { types.into_iter().collect::<Vec<_>>().join(" or ") };
    match shape.name().filter(|_| listed == "object") {
        Some(name) => name.to_owned(),
        None => listed,
    }
}

fn bounds(shape: &Shape<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(values) = shape.values() {
        found.push(values.into_iter().map(shown).collect::<Vec<_>>().join(" | "));
    }
    if let Some(format) = shape.keyword("format").and_then(Value::as_str) {
        found.push(format.to_owned());
    }
    for (least, most, unit) in [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " elements"),
        ("minProperties", "maxProperties", " fields"),
    ] {
        match (shape.keyword(least).map(shown), shape.keyword(most).map(shown)) {
            (Some(least), Some(most)) if least == most => found.push(format!("{least}{unit}")),
            (Some(least), Some(most)) => found.push(format!("{least} to {most}{unit}")),
            (Some(least), None) => found.push(format!("at least {least}{unit}")),
            (None, Some(most)) => found.push(format!("at most {most}{unit}")),
            (None, None) => {}
        }
    }
    for (key, words) in [("exclusiveMinimum", "more than"), ("exclusiveMaximum", "less than")] {
        found.extend(shape.keyword(key).filter(|value| value.is_number()).map(|value| format!("{words} {value}")));
    }
    let pattern = shape.keyword("pattern").and_then(Value::as_str);
    // Any text without a null character is not worth a word.
    found.extend(pattern.filter(|pattern| *pattern != "^[^\\x00]*$").map(|pattern| format!("/{pattern}/")));
    let default = shape.keyword("default").filter(|value| !value.is_null());
    found.extend(default.map(|value| format!("default {}", shown(value))));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outlined(document: &Value) -> Vec<String> {
        let rows = rows(&Place::root(document)).into_iter();
        rows.map(|row| format!("{}{}: {}; {}", " ".repeat(row.depth), row.name, row.kind, row.description)).collect()
    }

    #[test]
    fn tells_types_bounds_and_docs_of_nested_fields() {
        let document = json!({
            "properties": {
                "name": {"type": ["string", "null"], "maxLength": 5, "minLength": 1, "pattern": "^a$", "description": "Its name."},
                "part": {"oneOf": [{"$ref": "#/components/schemas/Part", "description": "A part."}, {"type": "null"}]},
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}, "maxItems": 3},
            },
            "required": ["name"],
            "components": {"schemas": {"Part": {"type": "object", "properties": {
                "size": {"type": "integer", "format": "int32", "minimum": 1, "default": 2},
                "state": {"enum": ["on", "off"]},
                "part": {"$ref": "#/components/schemas/Part"},
            }}}},
        });
        assert_eq!(
            outlined(&document),
            [
                "name: string or null, 1 to 5 characters, /^a$/, required; Its name.",
                "part: Part or null; A part.",
                " size: integer, int32, at least 1, default 2; ",
                " state: string, on | off; ",
                " part: Part; ",
                "list: array of Part, at most 3 elements; ",
                " size: integer, int32, at least 1, default 2; ",
                " state: string, on | off; ",
                " part: Part; ",
            ]
        );
    }

    #[test]
    fn tells_the_variants_of_unions_and_the_values_of_maps() {
        let document = json!({
            "oneOf": [
                {"type": "object", "properties": {"type": {"const": "a"}}},
                {"type": "object", "properties": {"type": {"const": "b"}}, "additionalProperties": {"type": "string"}},
            ],
        });
        assert_eq!(
            outlined(&document),
            [
                "if type is a: object; ",
                " type: string, a; ",
                "if type is b: object; ",
                " type: string, b; ",
                " (any name): string; ",
            ]
        );
        assert_eq!(kind(&Place::root(&json!({}))), "any");
        let endless = json!({"type": "array", "items": {"$ref": "#"}});
        assert_eq!(kind(&Place::root(&endless)), "array of array of array of array");
        assert_eq!(outlined(&endless), Vec::<String>::new());
        assert_eq!(kind(&Place::root(&json!({"type": ["integer", "string"]}))), "integer or string");
    }
}
