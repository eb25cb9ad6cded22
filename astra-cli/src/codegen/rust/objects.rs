//! Writes objects: structures with public fields.

use serde_json::Value;

use super::layout::{Head, function, literal};
use super::models::nameless;
use super::names;
use super::plan::{Mode, Plan};
use super::prose::document;
use crate::codegen::Source;
use crate::codegen::model::{Field, Named, Shape, Type};
use crate::codegen::naming::UsedNames;

/// A structure.
pub(super) struct Object<'a> {
    pub(super) name: String,
    /// The field that always has the same text, and is no field of the structure.
    pub(super) tag: Option<(&'a str, &'a str)>,
    pub(super) members: Vec<Member<'a>>,
    /// The member for fields that are not listed.
    pub(super) rest: Option<(String, &'a Type)>,
}

/// A field of a structure.
pub(super) struct Member<'a> {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) kind: Kind,
    pub(super) field: &'a Field,
}

/// What may be said of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Required,
    Optional,
    /// Absent, null, or a value.
    Patch,
}

/// How `named` is laid out, if it is an object.
pub(super) fn object<'a>(plan: &Plan<'a>, named: &'a Named, mode: Mode) -> Option<Object<'a>> {
    let Shape::Object { fields, rest } = &named.shape else { return None };
    // With room for other fields, the tag would be one of them.
    let tag = fields.iter().find_map(|field| match &field.ty {
        Type::Constant(Value::String(value)) if field.is_required && rest.is_none() => {
            Some((field.name.as_str(), value.as_str()))
        }
        _ => None,
    });
    let mut taken = UsedNames::default();
    let mut members = Vec::new();
    for field in fields.iter().filter(|field| tag.is_none_or(|(name, _)| field.name != name)) {
        let name = names::escaped(taken.claim(&crate::codegen::naming::snake(&field.name), ""));
        let (kind, ty) = if field.is_required {
            (Kind::Required, plan.part(&named.name, &field.ty, mode))
        } else if Plan::is_patch(field, mode) {
            (Kind::Patch, format!("Patch<{}>", plan.part(&named.name, field.ty.without_null(), mode)))
        } else {
            (Kind::Optional, format!("Option<{}>", plan.part(&named.name, field.ty.without_null(), mode)))
        };
        members.push(Member { name, ty, kind, field });
    }
    let rest = rest.as_ref().map(|ty| (taken.claim("extra", ""), ty));
    Some(Object { name: plan.name(&named.name, mode), tag, members, rest })
}

impl Object<'_> {
    /// What the constructor takes.
    pub(super) fn required(&self) -> impl Iterator<Item = &Member<'_>> {
        let is_asked = |member: &&Member| member.kind == Kind::Required && member.constant().is_none();
        self.members.iter().filter(is_asked)
    }

    /// Whether it begins with nothing.
    pub(super) fn has_default(&self) -> bool {
        self.members.iter().all(|member| member.kind != Kind::Required)
    }
}

impl Member<'_> {
    /// The only value that it has, written down.
    fn constant(&self) -> Option<String> {
        let Type::Constant(value) = &self.field.ty else { return None };
        Some(match value {
            Value::String(text) => format!("{}.to_owned()", literal(text)),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => "serde_json::Value::Null".to_owned(),
        })
    }
}

/// Writes an object.
pub(super) fn write(source: &mut Source, plan: &Plan, named: &Named, mode: Mode) {
    let Some(object) = object(plan, named, mode) else { return };
    document(source, 0, &named.description, &nameless(named));
    if mode == Mode::Change && object.name != plan.name(&named.name, Mode::Plain) {
        source.line("///").line("/// This is how it is changed: what is not set stays.");
    }
    let secrets = object.members.iter().filter(|member| is_secret(&member.field.name, &member.ty)).count();
    let derives = [
        if secrets == 0 { "Debug, " } else { "" },
        "Clone, PartialEq, ",
        if object.has_default() { "Default, " } else { "" },
        "Serialize, Deserialize",
    ];
    source.line(format!("#[derive({})]", derives.concat()));
    if let Some((name, value)) = object.tag {
        source.line(format!("#[serde(tag = {}, rename = {})]", literal(name), literal(value)));
    }
    if object.members.is_empty() && object.rest.is_none() {
        source.line(format!("pub struct {} {{}}", object.name));
    } else {
        source.block(&format!("pub struct {} {{", object.name), "}", |source| fields(source, plan, &object));
    }
    if !object.has_default() && named.is_sent {
        constructor(source, plan, &object, mode);
    }
    if secrets > 0 {
        debug(source, &object);
    }
}

fn fields(source: &mut Source, plan: &Plan, object: &Object) {
    for Member { name, ty, kind, field } in &object.members {
        document(source, 1, &field.description, &format!("The field {}.", super::models::shown(&field.name)));
        if field.is_deprecated {
            source.line("///").line("/// Deprecated: there will be an end to it.");
        }
        if name.trim_start_matches("r#") != field.name {
            source.line(format!("#[serde(rename = {})]", literal(&field.name)));
        }
        match kind {
            Kind::Required => {}
            Kind::Optional => {
                source.line("#[serde(skip_serializing_if = \"Option::is_none\")]");
            }
            Kind::Patch => {
                source.line("#[serde(default, skip_serializing_if = \"Patch::is_keep\")]");
            }
        }
        source.line(format!("pub {name}: {ty},"));
    }
    if let Some((name, ty)) = &object.rest {
        source.line("/// Fields that the document does not list.").line("#[serde(flatten)]");
        source.line(format!("pub {name}: {},", plan.ty(&Type::Map(Box::new((*ty).clone())), Mode::Plain)));
    }
}

/// `new`, which takes what is required.
fn constructor(source: &mut Source, plan: &Plan, object: &Object, mode: Mode) {
    let required: Vec<&Member> = object.required().collect();
    let converted = |member: &Member| is_converted(plan, &member.field.ty, &member.ty);
    let parameters = required.iter().map(|member| {
        let ty = if converted(member) { format!("impl Into<{}>", member.ty) } else { member.ty.clone() };
        format!("{}: {ty}", member.name)
    });
    let name = "pub fn new".to_owned();
    let head = Head { name, parameters: parameters.collect(), gives: "Self".to_owned() };
    source.gap().block(&format!("impl {} {{", object.name), "}", |source| {
        source.line("/// What must be there, and nothing else.");
        source.line("#[must_use]");
        if required.len() > 7 {
            source.line("#[expect(clippy::too_many_arguments, reason = \"all are required\")]");
        }
        function(source, 1, &head, |source| {
            let values = object.members.iter().map(|member| match member.kind {
                Kind::Required if converted(member) => format!("{}: {}.into()", member.name, member.name),
                Kind::Required => member
                    .constant()
                    .map_or_else(|| member.name.clone(), |constant| format!("{}: {constant}", member.name)),
                Kind::Optional => format!("{}: None", member.name),
                Kind::Patch => format!("{}: Patch::Keep", member.name),
            });
            let rest = object.rest.iter().map(|(name, ty)| {
                let map = if **ty == Type::Any { "serde_json::Map" } else { "std::collections::BTreeMap" };
                format!("{name}: {map}::new()")
            });
            literal_of_self(source, &values.chain(rest).collect::<Vec<_>>());
        });
    });
    // What takes nothing is a default.
    if required.is_empty() && mode == Mode::Plain {
        source.gap().block(&format!("impl Default for {} {{", object.name), "}", |source| {
            source.block("fn default() -> Self {", "}", |source| {
                source.line("Self::new()");
            });
        });
    }
}

/// `Self { .. }`, in a line if rustfmt would leave it in one.
fn literal_of_self(source: &mut Source, values: &[String]) {
    let joined = values.join(", ");
    if joined.len() <= 18 {
        source.line(format!("Self {{ {joined} }}"));
    } else {
        source.block("Self {", "}", |source| {
            for value in values {
                source.line(format!("{value},"));
            }
        });
    }
}

/// Whether the constructor takes all that becomes a value of this type.
pub(super) fn is_converted(plan: &Plan, ty: &Type, written: &str) -> bool {
    !written.starts_with("Box<")
        && (matches!(plan.behind(ty), Type::String | Type::DateTime)
            || matches!(plan.shape_of(ty), Some(Shape::Union { .. })))
}

/// Whether a field must not be shown.
pub(super) fn is_secret(name: &str, ty: &str) -> bool {
    let words = crate::codegen::naming::words(name);
    let is_text = matches!(ty, "String" | "Option<String>" | "Patch<String>");
    let last = words.last().map(String::as_str).unwrap_or_default();
    is_text
        && (matches!(last, "password" | "passphrase" | "secret" | "token")
            || words.ends_with(&["api".into(), "key".into()]))
}

/// `Debug` without secrets.
fn debug(source: &mut Source, object: &Object) {
    source.gap().block(&format!("impl std::fmt::Debug for {} {{", object.name), "}", |source| {
        let head = "fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {";
        source.block(head, "}", |source| {
            source.line("formatter").deeper(|source| {
                source.line(format!(".debug_struct({})", literal(&object.name)));
                for Member { name, ty, field, .. } in &object.members {
                    let shown = name.trim_start_matches("r#");
                    let value = match (is_secret(&field.name, ty), ty.as_str()) {
                        (false, _) => format!("&self.{name}"),
                        (true, "Option<String>") => format!("&self.{name}.as_ref().map(|_| \"[redacted]\")"),
                        (true, _) => "&\"[redacted]\"".to_owned(),
                    };
                    let line = super::layout::call(".field", &[literal(shown), value], 4, 0);
                    source.line(line);
                }
                source.line(".finish_non_exhaustive()");
            });
        });
    });
}
