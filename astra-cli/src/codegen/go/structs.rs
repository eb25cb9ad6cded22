//! Objects become structs.

use serde_json::Value;

use super::comments;
use super::names;
use super::scope::{Kind, Scope};
use super::table::{quoted, raw};
use crate::codegen::Source;
use crate::codegen::model::{Field, Named, Shape, Type};
use crate::codegen::naming::UsedNames;

/// A field of an object, as the struct has it.
pub(super) struct Planned<'a> {
    pub(super) field: &'a Field,
    /// `AgentID`
    pub(super) name: String,
    /// `*string`
    pub(super) ty: String,
    pub(super) form: Form,
}

/// How a field of the object is said in Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Always there.
    Plain,
    /// Absent if nil.
    Optional,
    /// Behind a pointer of its own, and absent if that is nil.
    Pointer,
    /// `Nullable`
    Nullable,
    /// Always the same, so that the struct does not have it.
    Constant,
    /// A name that Go's tags cannot say: it is among `Extra`.
    Unsayable,
}

/// The fields of an object.
pub(super) fn plan<'a>(scope: &Scope<'a>, named: &'a Named) -> Vec<Planned<'a>> {
    let Shape::Object { fields, .. } = &named.shape else { return Vec::new() };
    let mut taken = UsedNames::of(["Extra", "MarshalJSON", "UnmarshalJSON"]);
    let mut planned: Vec<Planned<'a>> = fields
        .iter()
        .map(|field| {
            let (form, ty) = form(scope, named, field);
            Planned { field, name: String::new(), ty, form }
        })
        .collect();
    // Of `id` and `@id`, the first is `ID`, wherever it stands.
    let is_plain = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    for of_plain_names in [true, false] {
        let shown = planned.iter_mut().filter(|it| !matches!(it.form, Form::Constant | Form::Unsayable));
        for field in shown.filter(|it| is_plain(&it.field.name) == of_plain_names) {
            field.name = taken.claim(&names::exported(&field.field.name), "Field");
        }
    }
    planned
}

fn form<'a>(scope: &Scope<'a>, owner: &'a Named, field: &'a Field) -> (Form, String) {
    let ty = &field.ty;
    let go = scope.go(ty);
    if !is_sayable(&field.name) {
        return (Form::Unsayable, go);
    }
    if field.is_required {
        return match ty {
            Type::Constant(_) => (Form::Constant, go),
            _ if holds(scope, ty, owner) => (Form::Plain, format!("*{go}")),
            _ => (Form::Plain, go),
        };
    }
    match scope.kind(ty) {
        Kind::Nullable(inner) if scope.is_patched(&owner.name) => {
            (Form::Nullable, format!("{}[{}]", scope.own("Nullable"), scope.go(inner)))
        }
        _ if scope.is_nilable(ty) => (Form::Optional, go),
        _ => (Form::Pointer, format!("*{go}")),
    }
}

/// Whether a value of type `ty` has one of `owner` in itself, without a pointer between.
fn holds<'a>(scope: &Scope<'a>, ty: &'a Type, owner: &'a Named) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut queue = vec![ty];
    while let Some(ty) = queue.pop() {
        let Kind::Object(named) = scope.kind(ty) else { continue };
        if named.name == owner.name {
            return true;
        }
        if seen.contains(&named.name.as_str()) {
            continue;
        }
        seen.push(&named.name);
        if let Shape::Object { fields, .. } = &named.shape {
            queue.extend(fields.iter().filter(|field| field.is_required).map(|field| &field.ty));
        }
    }
    false
}

/// Whether a tag can have this name.
fn is_sayable(name: &str) -> bool {
    let is_fit = |letter: char| {
        letter.is_alphabetic() || letter.is_ascii_digit() || "!#$%&()*+-./:;<=>?@[]^_{|}~ ".contains(letter)
    };
    !name.is_empty() && name.chars().all(is_fit)
}

/// The struct of an object, and how it is read and written where Go does not know by itself. `unions` are the interfaces
/// that it belongs to.
pub(super) fn write<'a>(source: &mut Source, scope: &Scope<'a>, named: &'a Named, unions: &[String]) {
    let planned = plan(scope, named);
    let name = scope.name(&named.name);
    let rest = rest(scope, named, &planned);
    comments::write_named(source, &name, &named.description);
    let shown: Vec<&Planned> = planned.iter().filter(|field| !field.name.is_empty()).collect();
    if shown.is_empty() && rest.is_none() {
        source.line(format!("type {name} struct{{}}"));
    } else {
        source.block(&format!("type {name} struct {{"), "}", |inner| {
            for (place, field) in shown.iter().enumerate() {
                if place > 0 {
                    inner.gap();
                }
                comments::write(inner, &said(field.field));
                inner.line(format!("{} {} {}", field.name, field.ty, tag(field)));
            }
            if let Some((ty, _)) = &rest {
                if !shown.is_empty() {
                    inner.gap();
                }
                inner.line("// Extra has the fields that are not among these.");
                inner.line(format!("Extra map[string]{ty} `json:\"-\"`"));
            }
        });
    }
    for union in unions {
        source.gap().line(format!("func (*{name}) is{union}() {{}}"));
    }
    write_encoding(source, &name, &planned, rest.is_some());
    write_decoding(source, scope, &name, &planned, rest);
}

/// What a field's comment says.
fn said(field: &Field) -> String {
    let mut text = field.description.clone();
    if let Some(default) = field.default.as_ref().filter(|default| !default.is_null()) {
        text.push_str(&format!("\n\nDefault: {default}"));
    }
    if field.is_deprecated {
        text.push_str("\n\nDeprecated: it is on its way out.");
    }
    text
}

fn tag(field: &Planned) -> String {
    let name = &field.field.name;
    let name = if name == "-" { "-," } else { name };
    match field.form {
        Form::Optional | Form::Pointer | Form::Nullable => {
            format!("`json:\"{},omitzero\"`", name.trim_end_matches(','))
        }
        _ => format!("`json:\"{name}\"`"),
    }
}

/// The type and the decoder of what is not listed, if there is any.
fn rest<'a>(scope: &Scope<'a>, named: &'a Named, planned: &[Planned]) -> Option<(String, String)> {
    let Shape::Object { rest, .. } = &named.shape else { return None };
    let decoded = |ty: &'a Type| {
        let go = scope.go(ty);
        let decode = scope.decoder(ty).unwrap_or_else(|| format!("decodeValue[{go}]"));
        (go, decode)
    };
    let is_unsayable = planned.iter().any(|field| field.form == Form::Unsayable);
    match rest {
        _ if is_unsayable => Some(("any".to_owned(), "decodeValue[any]".to_owned())),
        Some(ty) => Some(decoded(ty)),
        None => None,
    }
}

fn write_encoding(source: &mut Source, name: &str, planned: &[Planned], has_rest: bool) {
    let constants: Vec<String> = planned
        .iter()
        .filter(|field| field.form == Form::Constant)
        .filter_map(|field| match &field.field.ty {
            Type::Constant(value) => Some(format!("{}:{value}", Value::String(field.field.name.clone()))),
            _ => None,
        })
        .collect();
    if constants.is_empty() && !has_rest {
        return;
    }
    let constants = raw(&constants.join(","));
    source.gap().line("// MarshalJSON writes the fields, and what goes without saying.");
    source.block(&format!("func (v {name}) MarshalJSON() ([]byte, error) {{"), "}", |inner| {
        inner.line(format!("type plain {name}"));
        inner.line(match has_rest {
            true => format!("return encodeWithExtra(plain(v), {constants}, v.Extra)"),
            false => format!("return encodeWith(plain(v), {constants})"),
        });
    });
}

fn write_decoding<'a>(
    source: &mut Source,
    scope: &Scope<'a>,
    name: &str,
    planned: &[Planned<'a>],
    rest: Option<(String, String)>,
) {
    let decoded: Vec<(&Planned, String)> = planned
        .iter()
        .filter(|field| !field.name.is_empty())
        .filter_map(|field| Some((field, decoder(scope, field)?)))
        .collect();
    if decoded.is_empty() && rest.is_none() {
        return;
    }
    source.gap().line("// UnmarshalJSON reads what Go cannot read by itself, too.");
    source.block(&format!("func (v *{name}) UnmarshalJSON(data []byte) error {{"), "}", |inner| {
        inner.line(format!("type plain {name}"));
        if decoded.is_empty() {
            inner.block("if err := json.Unmarshal(data, (*plain)(v)); err != nil {", "}", |inner| {
                inner.line("return err");
            });
        } else {
            write_shadowed(inner, &decoded, rest.is_none());
        }
        if let Some((_, decode)) = &rest {
            let known: Vec<String> = planned
                .iter()
                .filter(|field| field.form != Form::Unsayable)
                .map(|field| format!(", {}", quoted(&field.field.name)))
                .collect();
            inner.line(format!("return decodeExtra(data, &v.Extra, {decode}{})", known.concat()));
        }
    });
}

/// Reads an object but for the fields that need a decoder, and then those; `is_last` if nothing comes behind.
fn write_shadowed(source: &mut Source, decoded: &[(&Planned, String)], is_last: bool) {
    source.block("wire := struct {", "}{plain: (*plain)(v)}", |inner| {
        inner.line("*plain");
        let rows: Vec<Vec<String>> = decoded
            .iter()
            .map(|(field, _)| {
                let name = if field.field.name == "-" { "-," } else { field.field.name.as_str() };
                vec![field.name.clone(), "json.RawMessage".to_owned(), format!("`json:\"{name}\"`")]
            })
            .collect();
        super::table::aligned(&rows).iter().for_each(|line| {
            inner.line(line);
        });
    });
    source.block("if err := json.Unmarshal(data, &wire); err != nil {", "}", |inner| {
        inner.line("return err");
    });
    for (place, (field, decode)) in decoded.iter().enumerate() {
        let read = format!("decodeInto(wire.{0}, &v.{0}, {decode})", field.name);
        if is_last && place + 1 == decoded.len() {
            source.line(format!("return {read}"));
        } else {
            source.block(&format!("if err := {read}; err != nil {{"), "}", |inner| {
                inner.line("return err");
            });
        }
    }
}

/// What reads a field, if Go cannot by itself.
fn decoder<'a>(scope: &Scope<'a>, field: &Planned<'a>) -> Option<String> {
    match field.form {
        Form::Nullable => scope.decoder(field.field.ty.without_null()).map(|decode| format!("nullable({decode})")),
        _ => scope.decoder(&field.field.ty),
    }
}
