//! Values of a document's examples as Go writes them.

use serde_json::{Map, Value};

use super::names;
use super::scope::{Kind, Scope};
use super::structs::{self, Form, Planned};
use super::table::{pairs, quoted, raw};
use super::unions;
use crate::codegen::model::{Named, Shape, Type};
use crate::codegen::naming::UsedNames;

/// How wide a literal may be before it takes several lines.
const WIDTH: usize = 64;
/// How deep literals of types without examples go.
const DEPTH: usize = 4;
/// How deep literals go at all: a choice may be one of itself.
const DEPTH_MAX: usize = 32;

/// A value of type `ty`: the example, or something that fits.
pub(super) fn value<'a>(scope: &Scope<'a>, ty: &'a Type, example: Option<&Value>, depth: usize) -> String {
    let kind = scope.kind(ty);
    match (kind, example) {
        (Kind::Nullable(_), None | Some(Value::Null)) => "nil".to_owned(),
        (Kind::Nullable(inner), _) if scope.is_nilable(inner) => value(scope, inner, example, depth),
        (Kind::Nullable(inner), _) => pointer(scope, inner, example, depth),
        (Kind::Any, _) => any(example.unwrap_or(&Value::Null)),
        (Kind::Plain("string"), Some(Value::String(string))) => raw(string),
        (Kind::Plain("string"), _) => quoted("text"),
        (Kind::Plain("bool"), _) => (example == Some(&Value::Bool(true))).to_string(),
        (Kind::Plain("int"), _) => example.and_then(Value::as_i64).unwrap_or(1).to_string(),
        (Kind::Plain(_), _) => float(example.and_then(Value::as_f64).unwrap_or(1.0)),
        (Kind::Time, _) => moment(example.and_then(Value::as_str).unwrap_or_default()),
        (Kind::Enum(named), _) => constant(scope, named, example.and_then(Value::as_str)),
        (Kind::List(inner), _) => {
            let nothing = Vec::new();
            let items = example.and_then(Value::as_array).unwrap_or(&nothing);
            list(scope, &scope.go(ty), inner, items, depth)
        }
        (Kind::Map(inner), _) => {
            let nothing = Map::new();
            let items = example.and_then(Value::as_object).unwrap_or(&nothing);
            let item = |(name, item): (&String, &Value)| (quoted(name), value(scope, inner, Some(item), depth + 1));
            composed(&scope.go(ty), items.iter().map(item).collect())
        }
        (Kind::Object(named), _) => object(scope, named, example, depth),
        (Kind::Union(named), _) => case(scope, named, example, depth),
        (Kind::Choice(named), _) => choice(scope, named, example, depth),
    }
}

/// A pointer to such a value.
pub(super) fn pointer<'a>(scope: &Scope<'a>, ty: &'a Type, example: Option<&Value>, depth: usize) -> String {
    let inner = value(scope, ty, example, depth);
    match scope.kind(ty) {
        Kind::Object(_) => format!("&{inner}"),
        _ => format!("{}({inner})", scope.own("Ptr")),
    }
}

fn list<'a>(scope: &Scope<'a>, go: &str, inner: &'a Type, items: &[Value], depth: usize) -> String {
    let ty = format!("{}{{", scope.go(inner));
    let item = |item: &Value| {
        let text = value(scope, inner, Some(item), depth + 1);
        // What the list says already.
        text.strip_prefix(&ty).map(|rest| format!("{{{rest}")).unwrap_or(text)
    };
    let items: Vec<String> = items.iter().map(item).collect();
    spread(go, &items, items.iter().map(|item| format!("{item},")).collect())
}

/// A literal of pairs.
pub(super) fn composed(go: &str, entries: Vec<(String, String)>) -> String {
    let short: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let entries: Vec<(String, String)> = entries.into_iter().map(|(name, value)| (name, value + ",")).collect();
    spread(go, &short, pairs(&entries))
}

fn spread(go: &str, short: &[String], long: Vec<String>) -> String {
    let in_one = format!("{go}{{{}}}", short.join(", "));
    if in_one.chars().count() <= WIDTH && !in_one.contains('\n') || short.is_empty() {
        return in_one;
    }
    let lines: Vec<String> = long.join("\n").lines().map(|line| format!("\t{line}")).collect();
    format!("{go}{{\n{}\n}}", lines.join("\n"))
}

fn object<'a>(scope: &Scope<'a>, named: &'a Named, example: Option<&Value>, depth: usize) -> String {
    let example = example.or(named.example.as_ref()).and_then(Value::as_object);
    let mut entries = Vec::new();
    let planned = structs::plan(scope, named);
    for field in &planned {
        let given = example.and_then(|example| example.get(&field.field.name));
        // Without an example of the whole, it is made of what must be there.
        let own = || if example.is_none() && field.field.is_required { field.field.example.as_ref() } else { None };
        let is_made_up = example.is_none() && field.field.is_required && depth < DEPTH;
        let given = given.or_else(own);
        if field.name.is_empty() || (given.is_none() && !is_made_up) {
            continue;
        }
        if let Some(text) = member(scope, field, given, depth) {
            entries.push((field.name.clone(), text));
        }
    }
    if let (Some(example), Shape::Object { rest: Some(rest), .. }) = (example, &named.shape) {
        let is_known = |name: &str| planned.iter().any(|field| field.field.name == name);
        let extra = example.iter().filter(|(name, _)| !is_known(name));
        let extra: Vec<_> =
            extra.map(|(name, item)| (quoted(name), value(scope, rest, Some(item), depth + 1))).collect();
        if !extra.is_empty() {
            entries.push(("Extra".to_owned(), composed(&format!("map[string]{}", scope.go(rest)), extra)));
        }
    }
    composed(&scope.name(&named.name), entries)
}

/// A field; nothing if it is absent.
fn member<'a>(scope: &Scope<'a>, field: &Planned<'a>, given: Option<&Value>, depth: usize) -> Option<String> {
    let ty = &field.field.ty;
    let is_null = given == Some(&Value::Null);
    match field.form {
        Form::Constant | Form::Unsayable => None,
        Form::Nullable if is_null => Some(format!("{}[{}]()", scope.own("Null"), scope.go(ty.without_null()))),
        Form::Nullable => {
            let inner = ty.without_null();
            let text = value(scope, inner, given, depth + 1);
            // Of a value, Go would not guess the interface.
            let ty = match scope.kind(inner) {
                Kind::Union(_) | Kind::Any => format!("[{}]", scope.go(inner)),
                _ => String::new(),
            };
            Some(format!("{}{ty}({text})", scope.own("Value")))
        }
        Form::Optional | Form::Pointer if is_null => None,
        Form::Pointer => Some(pointer(scope, ty, given, depth + 1)),
        // A pointer of its own, against a struct that holds itself.
        Form::Plain if field.ty != scope.go(ty) => Some(pointer(scope, ty, given, depth + 1)),
        Form::Optional | Form::Plain => Some(value(scope, ty, given, depth + 1)),
    }
}

fn case<'a>(scope: &Scope<'a>, named: &'a Named, example: Option<&Value>, depth: usize) -> String {
    let Shape::Union { variants, .. } = &named.shape else { return "nil".to_owned() };
    let tag = example.and_then(|example| example.get(unions::tag(named))).and_then(Value::as_str);
    let variant = match tag {
        Some(tag) => variants.iter().find(|variant| variant.value.as_deref() == Some(tag)),
        None => variants.first(),
    };
    match variant.map(|variant| scope.kind(&variant.ty)) {
        Some(Kind::Object(named)) => format!("&{}", object(scope, named, example, depth)),
        _ => "nil".to_owned(),
    }
}

fn choice<'a>(scope: &Scope<'a>, named: &'a Named, example: Option<&Value>, depth: usize) -> String {
    let Shape::Union { variants, .. } = &named.shape else { return "nil".to_owned() };
    let fits = |ty: &'a Type| match (scope.kind(ty), example) {
        (_, None) => true,
        (Kind::Plain("string") | Kind::Time | Kind::Enum(_), Some(example)) => example.is_string(),
        (Kind::Plain("bool"), Some(example)) => example.is_boolean(),
        (Kind::Plain(_), Some(example)) => example.is_number(),
        (Kind::List(_), Some(example)) => example.is_array(),
        (Kind::Object(_) | Kind::Map(_) | Kind::Union(_), Some(example)) => example.is_object(),
        (Kind::Any | Kind::Choice(_) | Kind::Nullable(_), Some(_)) => true,
    };
    let constructors = scope.parts(named);
    let fitting = variants.iter().zip(&constructors).find(|(variant, _)| fits(&variant.ty));
    let Some((variant, constructor)) = fitting.filter(|_| depth < DEPTH_MAX) else {
        return format!("{}{{}}", scope.name(&named.name));
    };
    if let (Kind::List(inner), Some(items)) = (scope.kind(&variant.ty), example.and_then(Value::as_array)) {
        let items: Vec<String> = items.iter().map(|item| value(scope, inner, Some(item), depth + 1)).collect();
        let in_one = format!("{constructor}({})", items.join(", "));
        if in_one.chars().count() <= WIDTH && !in_one.contains('\n') || items.is_empty() {
            return in_one;
        }
        let lines: Vec<String> = items.iter().flat_map(|item| item.lines()).map(|line| format!("\t{line}")).collect();
        let ends = lines.iter().map(|line| if ends_item(line) { format!("{line},") } else { line.clone() });
        return format!("{constructor}(\n{}\n)", ends.collect::<Vec<_>>().join("\n"));
    }
    format!("{constructor}({})", value(scope, &variant.ty, example, depth + 1))
}

/// Whether a line of an argument is its last: it is not deeper than the argument, and opens nothing.
fn ends_item(line: &str) -> bool {
    !line.starts_with("\t\t") && !line.ends_with(['{', '('])
}

fn constant(scope: &Scope<'_>, named: &Named, given: Option<&str>) -> String {
    let Shape::Enum(values) = &named.shape else { return quoted(given.unwrap_or_default()) };
    let constants = scope.parts(named);
    let place = given.map_or(Some(0), |given| values.iter().position(|value| value == given));
    match place.and_then(|place| constants.get(place)) {
        Some(constant) => constant.clone(),
        None => format!("{}({})", scope.name(&named.name), quoted(given.unwrap_or_default())),
    }
}

/// A value of any type.
pub(super) fn any(example: &Value) -> String {
    match example {
        Value::Null => "nil".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => raw(value),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(any).collect();
            spread("[]any", &items, items.iter().map(|item| format!("{item},")).collect())
        }
        Value::Object(fields) => {
            composed("map[string]any", fields.iter().map(|(name, value)| (quoted(name), any(value))).collect())
        }
    }
}

fn float(value: f64) -> String {
    let text = value.to_string();
    if text.contains(['.', 'e', 'N', 'i']) { text } else { text + ".0" }
}

/// `time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)`, of the moment's date and time of day.
fn moment(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let numbers: Vec<u32> =
        text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let (year, month, day, hour, minute, second) = match numbers.as_slice() {
        [year, month @ 1..=12, day @ 1..=31, hour @ 0..=23, minute @ 0..=59, second @ 0..=59, ..] => {
            (*year, *month, *day, *hour, *minute, *second)
        }
        _ => (2026, 1, 1, 0, 0, 0),
    };
    let month = MONTHS.get(month.saturating_sub(1) as usize).copied().unwrap_or("January");
    format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, 0, time.UTC)")
}

/// A name for a variable that holds a value of type `ty`.
pub(super) fn variable(ty: &Type, spare: &str) -> String {
    let Type::Named(name) = ty.without_null() else { return spare.to_owned() };
    let mut taken = UsedNames::of(["astra", "client", "ctx", "err", "fmt", "stream", "time", "event"]);
    let wanted = names::parameter(name);
    if taken.claim(&wanted, "") == wanted { wanted } else { spare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_value_has_a_literal() {
        for (value, expected) in [
            (json!(null), "nil"),
            (json!([1, "a", true]), "[]any{1, \"a\", true}"),
            (json!({"a": {"b": 0.5}}), "map[string]any{\"a\": map[string]any{\"b\": 0.5}}"),
        ] {
            assert_eq!(any(&value), expected);
        }
    }

    #[test]
    fn numbers_and_moments_are_of_their_types() {
        assert_eq!(float(5.0), "5.0");
        assert_eq!(float(0.2), "0.2");
        assert_eq!(moment("2026-11-23T21:09:30.000Z"), "time.Date(2026, time.November, 23, 21, 9, 30, 0, time.UTC)");
        assert_eq!(moment("soon"), "time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)");
    }
}
