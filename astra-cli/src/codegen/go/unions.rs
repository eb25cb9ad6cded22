//! Unions: interfaces where a tag distinguishes their cases, and structs with a field for each case where none does.

use super::comments;
use super::names;
use super::scope::{Kind, Scope};
use super::table::quoted;
use crate::codegen::Source;
use crate::codegen::model::{Named, Shape, Type, Variant};
use crate::codegen::naming::UsedNames;

/// The cases of a union with a tag: the tag's value and the name of the struct.
pub(super) fn cases<'a>(scope: &Scope<'a>, named: &'a Named) -> Vec<(&'a str, String)> {
    let Shape::Union { variants, .. } = &named.shape else { return Vec::new() };
    let case = |variant: &'a Variant| match (&variant.value, &variant.ty) {
        (Some(value), Type::Named(name)) => Some((value.as_str(), scope.name(name))),
        _ => None,
    };
    variants.iter().filter_map(case).collect()
}

/// The tag of a union.
pub(super) fn tag(named: &Named) -> &str {
    match &named.shape {
        Shape::Union { tag: Some(tag), .. } => tag,
        _ => "",
    }
}

/// The interface of a union with a tag.
pub(super) fn write_interface<'a>(source: &mut Source, scope: &Scope<'a>, named: &'a Named) {
    let (name, unknown) = (scope.name(&named.name), scope.unknown(named));
    let cases = cases(scope, named);
    let mut field = names::exported(tag(named));
    if field == "Raw" || field == "MarshalJSON" {
        field.push_str("Tag");
    }
    comments::write_named(source, &name, &named.description);
    source.line("//");
    source.line("// It is one of these:");
    let mut listed: Vec<&str> = Vec::new();
    for (_, case) in &cases {
        if !listed.contains(&case.as_str()) {
            source.comment("//", &format!("  - *{case}"));
            listed.push(case);
        }
    }
    source.comment("//", &format!("  - *{unknown}"));
    source.block(&format!("type {name} interface {{"), "}", |inner| {
        inner.line(format!("is{name}()"));
    });
    source.gap();
    comments::write(source, &format!("{unknown} is a case of {name} that came after this client was made."));
    source.block(&format!("type {unknown} struct {{"), "}", |inner| {
        inner.line(format!("// {field} tells what it is."));
        inner.line(format!("{field} string")).gap();
        inner.line("// Raw is all of it.");
        inner.line("Raw json.RawMessage");
    });
    source.gap().line(format!("func (*{unknown}) is{name}() {{}}")).gap();
    source.line("// MarshalJSON writes it as it came.");
    source.block(&format!("func (v {unknown}) MarshalJSON() ([]byte, error) {{"), "}", |inner| {
        inner.line("return v.Raw.MarshalJSON()");
    });
    source.gap();
    source.block(&format!("func {}(data []byte) ({name}, error) {{", scope.reader(named)), "}", |inner| {
        inner.line(format!("tag := tagOf(data, {})", quoted(tag(named))));
        inner.line("switch tag {");
        let mut seen: Vec<&str> = Vec::new();
        for (value, case) in &cases {
            if !seen.contains(value) {
                inner.line(format!("case {}:\n\treturn decodeObject[{case}](data)", quoted(value)));
                seen.push(value);
            }
        }
        inner.line("}");
        inner.line(format!("return &{unknown}{{{field}: tag, Raw: bytes.Clone(data)}}, nil"));
    });
}

/// A case of a union without a tag, as its struct has it.
struct Case<'a> {
    variant: &'a Variant,
    field: String,
    /// The type of the value, and that of the field, which has nil.
    ty: String,
    is_nilable: bool,
    decode: String,
}

fn plan<'a>(scope: &Scope<'a>, variants: &'a [Variant]) -> Vec<Case<'a>> {
    let mut taken = UsedNames::of(["Raw", "MarshalJSON", "UnmarshalJSON"]);
    let case = |variant: &'a Variant| {
        let ty = scope.go(&variant.ty);
        let decode = scope.decoder(&variant.ty).unwrap_or_else(|| format!("decodeValue[{ty}]"));
        let field = taken.claim(&names::exported(&variant.name), "Value");
        Case { variant, field, is_nilable: scope.is_nilable(&variant.ty), ty, decode }
    };
    variants.iter().map(case).collect()
}

/// The struct of a union without a tag.
pub(super) fn write_choice<'a>(source: &mut Source, scope: &Scope<'a>, named: &'a Named) {
    let Shape::Union { variants, .. } = &named.shape else { return };
    let name = scope.name(&named.name);
    let cases = plan(scope, variants);
    comments::write_named(source, &name, &named.description);
    source.line("//").line("// One of its fields is set.");
    source.block(&format!("type {name} struct {{"), "}", |inner| {
        for case in &cases {
            comments::write(inner, &case.variant.description);
            let star = if case.is_nilable { "" } else { "*" };
            inner.line(format!("{} {star}{}", case.field, case.ty)).gap();
        }
        inner.line("// Raw is what came, if it is nothing of the above.");
        inner.line("Raw json.RawMessage");
    });
    for (case, constructor) in cases.iter().zip(scope.parts(named)) {
        write_constructor(source, scope, &name, &constructor, case);
    }
    source.gap().line("// MarshalJSON writes the field that is set.");
    source.block(&format!("func (v {name}) MarshalJSON() ([]byte, error) {{"), "}", |inner| {
        inner.line("switch {");
        for case in &cases {
            inner.line(format!("case v.{0} != nil:\n\treturn json.Marshal(v.{0})", case.field));
        }
        inner.line("}").line("return v.Raw.MarshalJSON()");
    });
    source.gap().line("// UnmarshalJSON sets the field that fits, or Raw.");
    source.block(&format!("func (v *{name}) UnmarshalJSON(data []byte) error {{"), "}", |inner| {
        inner.line(format!("*v = {name}{{}}"));
        for case in &cases {
            let asked = asked(scope, &case.variant.ty);
            let head = format!("if value, ok := decodeAs(data, {asked}); ok {{").replace("DECODE", &case.decode);
            inner.block(&head, "}", |inner| {
                let star = if case.is_nilable { "*" } else { "" };
                inner.line(format!("v.{} = {star}value", case.field)).line("return nil");
            });
        }
        inner.line("v.Raw = bytes.Clone(data)").line("return nil");
    });
}

fn write_constructor<'a>(source: &mut Source, scope: &Scope<'a>, name: &str, constructor: &str, case: &Case<'a>) {
    let parameter = names::parameter(&case.variant.name);
    let about = case.variant.description.trim_end_matches('.');
    source.gap();
    let text = match about {
        "" => format!("{constructor} makes one of {}.", case.ty),
        about => comments::about(constructor, &format!("{about}.")),
    };
    comments::write(source, &text);
    let (taken, given) = match scope.kind(&case.variant.ty) {
        Kind::List(item) => (format!("{parameter} ...{}", scope.go(item)), parameter),
        _ if case.is_nilable => (format!("{parameter} {}", case.ty), parameter),
        _ => (format!("{parameter} {}", case.ty), format!("&{parameter}")),
    };
    source.block(&format!("func {constructor}({taken}) {name} {{"), "}", |inner| {
        inner.line(format!("return {name}{{{}: {given}}}", case.field));
    });
}

/// What a value must begin with and have to be of type `ty`: the arguments of `decodeAs` behind the data.
fn asked<'a>(scope: &Scope<'a>, ty: &'a Type) -> String {
    let (first, required): (&str, Vec<&str>) = match scope.kind(ty) {
        Kind::Plain("string") | Kind::Time | Kind::Enum(_) => ("\"", Vec::new()),
        Kind::Plain("bool") => ("tf", Vec::new()),
        Kind::Plain(_) => ("-0123456789", Vec::new()),
        Kind::List(_) => ("[", Vec::new()),
        Kind::Map(_) => ("{", Vec::new()),
        Kind::Union(named) => ("{", vec![tag(named)]),
        Kind::Object(Named { shape: Shape::Object { fields, .. }, .. }) => {
            ("{", fields.iter().filter(|field| field.is_required).map(|field| field.name.as_str()).collect())
        }
        _ => ("{[\"tf-0123456789n", Vec::new()),
    };
    let required: Vec<String> = required.into_iter().map(|name| format!(", {}", quoted(name))).collect();
    format!("{}, DECODE{}", super::table::raw(first), required.concat())
}
