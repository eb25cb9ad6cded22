//! Schemas become types. What has no name and needs one gets it from where it stands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Field, Named, Shape, Type, Variant};
use crate::codegen::naming;
use crate::document::place::Place;
use crate::document::shape::{UNIONS, alternatives, named_types};
use crate::harmless::turns_direction;

/// The types of a document, as they are found.
pub(super) struct Types<'d> {
    pub(super) named: Vec<Named>,
    names: BTreeSet<String>,
    /// The document's own that are not read yet, by the names that they will have.
    unread: BTreeMap<String, Place<'d>>,
}

/// The name by which the schema of a component goes in clients.
pub(super) fn type_name(component: &str) -> String {
    let is_fit = component.starts_with(|first: char| first.is_ascii_uppercase())
        && component.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_fit { component.to_owned() } else { naming::pascal(component) }
}

impl<'d> Types<'d> {
    /// The document's own types.
    pub(super) fn read(document: &Place<'d>) -> Result<Self, String> {
        let schemas = document.raw("components").map(|components| components.members("schemas")).unwrap_or_default();
        let mut types = Self { named: Vec::new(), names: BTreeSet::new(), unread: BTreeMap::new() };
        let names: Vec<String> = schemas.iter().map(|(component, _)| type_name(component)).collect();
        for (name, (_, schema)) in names.iter().zip(schemas) {
            if !types.names.insert(name.clone()) {
                return Err(format!("two schemas would both be called {name}"));
            }
            types.unread.insert(name.clone(), schema);
        }
        names.iter().for_each(|name| types.ensure(name));
        Ok(types)
    }

    /// Reads the document's own type of this name, unless it is read, or being read: what others are made of is needed
    /// before its place in the document.
    fn ensure(&mut self, name: &str) {
        if let Some(schema) = self.unread.remove(name) {
            let shape = self.shape(name, &schema, false);
            self.add(name.to_owned(), shape, &schema);
        }
    }

    /// The object that a name stands for, behind all its other names.
    fn object(&mut self, name: &str) -> Option<Shape> {
        let mut name = name.to_owned();
        for _ in 0..=self.names.len() {
            self.ensure(&name);
            match &self.named.iter().find(|named| named.name == name)?.shape {
                Shape::Alias(ty) => match ty.without_null() {
                    Type::Named(other) => name.clone_from(other),
                    _ => return None,
                },
                shape => return Some(shape.clone()),
            }
        }
        None
    }

    fn add(&mut self, name: String, shape: Shape, schema: &Place<'_>) {
        let description = text(schema, "description");
        let example = schema.value.get("example").cloned();
        self.named.push(Named { name, description, shape, is_sent: false, is_received: false, example });
    }

    /// What `schema` is; `place` names it if it has no name and needs one.
    pub(super) fn ty(&mut self, schema: &Place<'d>, place: &str) -> Type {
        if let Some(name) = reference(schema) {
            return Type::Named(name);
        }
        if let Some(constant) = schema.value.get("const") {
            return Type::Constant(constant.clone());
        }
        let (types, is_nullable) = named_types(schema);
        // 3.0 has no `const`.
        if let Some([only @ Value::String(_)]) = schema.value.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            return nullable_if(is_nullable, Type::Constant(only.clone()));
        }
        if let Some(only) = only_branch(schema) {
            let inner = self.ty(&only, place);
            return nullable_if(schema.is("nullable"), inner);
        }
        if schema.value.get("allOf").is_some_and(Value::is_array) {
            let inner = match self.hoisted_parts(schema, place) {
                Some(name) => Type::Named(name),
                None => Type::Any,
            };
            return nullable_if(is_nullable, inner);
        }
        if let Some((branches, is_nullable)) = branches(schema) {
            let inner = match branches.as_slice() {
                [] => Type::Any,
                [branch] => self.ty(branch, place),
                _ if is_anything(&branches) => return Type::Any,
                _ => self.hoisted(schema, place),
            };
            return nullable_if(is_nullable, inner);
        }
        let inner = match types.as_slice() {
            ["string"] if strings(schema).is_some() => self.hoisted(schema, place),
            [kind] => self.plain(kind, schema, place),
            [] if schema.value.get("properties").is_some() => self.plain("object", schema, place),
            _ => return Type::Any,
        };
        nullable_if(is_nullable, inner)
    }

    fn plain(&mut self, kind: &str, schema: &Place<'d>, place: &str) -> Type {
        match kind {
            "string" if schema.text("format") == Some("date-time") => Type::DateTime,
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "array" => {
                let item = schema.raw("items").map_or(Type::Any, |items| self.ty(&items, &format!("{place}Item")));
                Type::List(Box::new(item))
            }
            "object" if has_fields(schema) => self.hoisted(schema, place),
            "object" => Type::Map(Box::new(self.rest(schema, place).unwrap_or(Type::Any))),
            _ => Type::Any,
        }
    }

    /// The type of fields that are not listed, where they may be sent.
    fn rest(&mut self, schema: &Place<'d>, place: &str) -> Option<Type> {
        let rest = schema.raw("additionalProperties")?;
        match rest.value {
            Value::Bool(true) => Some(Type::Any),
            Value::Object(_) => Some(self.ty(&rest, &format!("{place}Value"))),
            _ => None,
        }
    }

    /// Gives a schema the name of its place. The same schema at the same place is the same type.
    fn hoisted(&mut self, schema: &Place<'d>, place: &str) -> Type {
        let shape = self.shape(place, schema, true);
        let is_there = |name: &String| self.named.iter().any(|named| named.name == *name && named.shape == shape);
        let mut names = naming::candidates(place, "");
        let name = names.find(|name| !self.names.contains(name) || is_there(name)).unwrap_or_default();
        if self.names.insert(name.clone()) {
            self.add(name.clone(), shape, schema);
        }
        Type::Named(name)
    }

    /// As [`Types::hoisted`], of parts that apply together; nothing if they are no object.
    fn hoisted_parts(&mut self, schema: &Place<'d>, place: &str) -> Option<String> {
        match self.hoisted(schema, place) {
            Type::Named(name)
                if self.named.iter().any(|named| named.name == name && named.shape == Shape::Alias(Type::Any)) =>
            {
                self.named.retain(|named| named.name != name);
                self.names.remove(&name);
                None
            }
            Type::Named(name) => Some(name),
            _ => None,
        }
    }

    /// What the type `name` is; `beside_null` if null is seen to by what mentions it.
    fn shape(&mut self, name: &str, schema: &Place<'d>, beside_null: bool) -> Shape {
        if reference(schema).is_some() || only_branch(schema).is_some() || schema.value.get("const").is_some() {
            return Shape::Alias(self.ty(schema, name));
        }
        if let Some((branches, is_nullable)) = branches(schema) {
            return match branches.as_slice() {
                [_, _, ..] if (beside_null || !is_nullable) && !is_anything(&branches) => {
                    self.union(name, schema, &branches)
                }
                _ => Shape::Alias(self.ty(schema, &format!("{name}Value"))),
            };
        }
        if let Some(parts) = parts(schema) {
            return self.merged(name, &parts, schema);
        }
        let (types, is_nullable) = named_types(schema);
        match types.as_slice() {
            _ if is_nullable && !beside_null => Shape::Alias(self.ty(schema, &format!("{name}Value"))),
            ["string"] if strings(schema).is_some() => Shape::Enum(strings(schema).unwrap_or_default()),
            ["object"] | [] if has_fields(schema) => {
                Shape::Object { fields: self.fields(name, schema), rest: self.rest(schema, name) }
            }
            _ => Shape::Alias(self.ty(schema, name)),
        }
    }

    /// Objects that apply together are one.
    fn merged(&mut self, name: &str, parts: &[Place<'d>], whole: &Place<'d>) -> Shape {
        let mut fields: Vec<Field> = Vec::new();
        let mut rest = None;
        for part in parts.iter().chain([whole]) {
            let shape = match reference(part) {
                Some(other) => self.object(&other),
                None if has_fields(part) => {
                    Some(Shape::Object { fields: self.fields(name, part), rest: self.rest(part, name) })
                }
                None => self::parts(part)
                    .filter(|_| !std::ptr::eq(part.value, whole.value))
                    .map(|inner| self.merged(name, &inner, part)),
            };
            if let Some(Shape::Object { fields: more, rest: open }) = shape {
                fields.retain(|field| more.iter().all(|other| other.name != field.name));
                fields.extend(more);
                rest = rest.or(open);
            }
        }
        // A part may ask for fields that another one describes.
        let asks =
            |part: &Place<'_>, name: &str| part.elements("required").iter().any(|own| own.value.as_str() == Some(name));
        for field in &mut fields {
            field.is_required |= parts.iter().chain([whole]).any(|part| asks(part, &field.name));
        }
        if fields.is_empty() { Shape::Alias(Type::Any) } else { Shape::Object { fields, rest } }
    }

    fn fields(&mut self, name: &str, schema: &Place<'d>) -> Vec<Field> {
        let required: BTreeSet<&str> =
            schema.elements("required").iter().filter_map(|required| required.value.as_str()).collect();
        let mut fields = Vec::new();
        for (field, schema) in schema.members("properties") {
            fields.push(Field {
                name: field.to_owned(),
                description: described(&schema),
                ty: self.ty(&schema, &format!("{name}{}", naming::pascal(field))),
                is_required: required.contains(field),
                is_deprecated: schema.is("deprecated"),
                default: schema.value.get("default").cloned(),
                example: schema.value.get("example").cloned(),
            });
        }
        fields
    }

    fn union(&mut self, name: &str, schema: &Place<'d>, branches: &[Place<'d>]) -> Shape {
        let discriminator = schema.raw("discriminator");
        let tag = discriminator.as_ref().and_then(|it| it.text("propertyName")).map(str::to_owned);
        let mapping = discriminator.map(|it| it.members("mapping")).unwrap_or_default();
        let mut variants = Vec::new();
        for (place, branch) in branches.iter().enumerate() {
            let ty = self.ty(branch, &format!("{name}{}", place + 1));
            let value = branch.text("$ref").and_then(|path| {
                let mapped = mapping.iter().find(|(_, target)| target.value.as_str() == Some(path));
                mapped.map(|(value, _)| (*value).to_owned())
            });
            let own = match (&value, &ty) {
                (Some(value), _) => naming::pascal(value),
                (None, Type::Named(other)) => own_part(name, other),
                (None, other) => kind_name(other).to_owned(),
            };
            let is_taken = variants.iter().any(|variant: &Variant| variant.name == own);
            let own = if is_taken { format!("{own}{}", place + 1) } else { own };
            variants.push(Variant { name: own, value, description: described(branch), ty });
        }
        Shape::Union { tag, variants }
    }
}

/// What is left of a variant's name without the words that it shares with its union's: of `MessageParts` in
/// `MessageContent`, `Parts`.
fn own_part(union: &str, variant: &str) -> String {
    let (union, words) = (naming::words(union), naming::words(variant));
    let shared = union.iter().zip(&words).take_while(|(one, other)| one == other).count();
    if shared < words.len() { naming::pascal(&words[shared..].join("_")) } else { naming::pascal(variant) }
}

const fn kind_name(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "Any",
        Type::String => "Text",
        Type::DateTime => "Time",
        Type::Integer => "Integer",
        Type::Number => "Number",
        Type::Boolean => "Boolean",
        Type::Constant(_) => "Constant",
        Type::List(_) => "List",
        Type::Map(_) => "Map",
        Type::Named(_) => "Named",
        Type::Nullable(_) => "Nullable",
    }
}

fn nullable_if(is_nullable: bool, ty: Type) -> Type {
    match ty {
        Type::Any | Type::Nullable(_) => ty,
        other if is_nullable => Type::Nullable(Box::new(other)),
        other => other,
    }
}

/// The name of the type that a schema refers to.
pub(super) fn reference(schema: &Place<'_>) -> Option<String> {
    schema.text("$ref")?.strip_prefix("#/components/schemas/").map(type_name)
}

/// The schemas that apply together.
fn parts<'d>(schema: &Place<'d>) -> Option<Vec<Place<'d>>> {
    schema.value.get("allOf")?.is_array().then(|| schema.elements("allOf"))
}

/// The one schema of an `allOf` that says no more than a description.
fn only_branch<'d>(schema: &Place<'d>) -> Option<Place<'d>> {
    let [only] = <[_; 1]>::try_from(parts(schema)?).ok()?;
    (!has_fields(schema)).then_some(only)
}

/// The branches of a choice but for null, and whether null is among them.
fn branches<'d>(schema: &Place<'d>) -> Option<(Vec<Place<'d>>, bool)> {
    let key = UNIONS.into_iter().find(|key| schema.value.get(*key).is_some())?;
    schema.value.get(key)?.as_array()?;
    let (others, has_null) = alternatives(schema, key);
    Some((others, has_null || schema.is("nullable")))
}

/// Whether the branches are the kinds of JSON, so that everything fits.
fn is_anything(branches: &[Place<'_>]) -> bool {
    let kinds: BTreeSet<&str> = branches.iter().filter_map(|branch| branch.text("type")).collect();
    ["object", "array", "string", "boolean"].iter().all(|kind| kinds.contains(kind))
}

fn strings(schema: &Place<'_>) -> Option<Vec<String>> {
    let values = schema.value.get("enum")?.as_array()?;
    Some(values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn has_fields(schema: &Place<'_>) -> bool {
    schema.value.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
}

/// The description beside a schema, or that of the branch which is not null.
fn described(schema: &Place<'_>) -> String {
    let own = text(schema, "description");
    if !own.is_empty() {
        return own;
    }
    match branches(schema).as_ref().map(|(branches, _)| branches.as_slice()) {
        Some([branch]) => text(branch, "description"),
        _ => own,
    }
}

/// A text as clients have it; empty if there is none.
pub(super) fn text(place: &Place<'_>, name: &str) -> String {
    let text = place.text(name).unwrap_or_default().trim();
    if !text.chars().any(is_unusual) {
        return text.to_owned();
    }
    // All that ends a line somewhere ends one here, so that every writer of comments sees the same lines.
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    text.chars().filter(|letter| !is_unusual(*letter)).collect()
}

/// What a description has no use for: control characters, and what turns the direction of writing.
fn is_unusual(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || turns_direction(letter)
}
