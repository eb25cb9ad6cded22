//! What changes in the bounds of values: numbers, lengths, patterns, formats. Those of answers break no client, since a
//! client has no reason to hold an answer against them; but a format may be the type that it reads into.

use serde_json::Value;

use super::Direction;
use super::schema::Comparison;
use crate::document::shape::Shape;

/// Pairs of keywords: the least and the most.
const RANGES: [(&str, &str); 3] =
    [("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];

/// Formats that take in another one.
const WIDER: [(&str, &str); 2] = [("int32", "int64"), ("float", "double")];

/// Compares the bounds of two schemas of the same type.
pub(super) fn compare(comparison: &mut Comparison<'_>, old: &Shape<'_>, new: &Shape<'_>) {
    for (least, most) in RANGES {
        bound(comparison, new, least, bound_of(old, least), bound_of(new, least), false);
        bound(comparison, new, most, bound_of(old, most), bound_of(new, most), true);
    }
    for (key, exclusive, is_most) in [("minimum", "exclusiveMinimum", false), ("maximum", "exclusiveMaximum", true)] {
        let limit = |shape| limit_of(shape, key, exclusive, is_most);
        bound(comparison, new, key, limit(old), limit(new), is_most);
    }
    for key in ["pattern", "multipleOf", "uniqueItems"] {
        let unless_false = |value: &&Value| **value != Value::Bool(false);
        let (before, after) = (old.keyword(key).filter(unless_false), new.keyword(key).filter(unless_false));
        if before != after {
            let is_narrower = after.is_some() && comparison.direction == Direction::Sent;
            let shown = |value: Option<&Value>| value.map_or("none".to_owned(), ToString::to_string);
            let change = format!("`{key}` {} instead of {}", shown(after), shown(before));
            comparison.judge(is_narrower, false, new.pointer(), change);
        }
    }
    format(comparison, old, new);
}

/// A bound: its value, and whether the value itself is outside.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    value: f64,
    is_exclusive: bool,
}

fn bound_of(shape: &Shape<'_>, key: &str) -> Option<Limit> {
    // A least length of nothing is none.
    let value = shape.keyword(key)?.as_f64().filter(|value| *value > 0.0 || key.starts_with("max"))?;
    Some(Limit { value, is_exclusive: false })
}

/// The bound of numbers, the stronger one if there are two. In OpenAPI 3.0 the exclusive one is a boolean beside it.
fn limit_of(shape: &Shape<'_>, key: &str, exclusive: &str, is_most: bool) -> Option<Limit> {
    let is_exclusive = shape.keyword(exclusive) == Some(&Value::Bool(true));
    let plain = shape.keyword(key).and_then(Value::as_f64).map(|value| Limit { value, is_exclusive });
    let other = shape.keyword(exclusive).and_then(Value::as_f64).map(|value| Limit { value, is_exclusive: true });
    match (plain, other) {
        (Some(plain), Some(other)) if is_stronger(plain, other, is_most) => Some(plain),
        (plain, other) => other.or(plain),
    }
}

fn is_stronger(one: Limit, other: Limit, is_most: bool) -> bool {
    let is_inside = if is_most { one.value < other.value } else { one.value > other.value };
    is_inside || one.value.total_cmp(&other.value).is_eq() && one.is_exclusive && !other.is_exclusive
}

fn bound(
    comparison: &mut Comparison<'_>,
    new: &Shape<'_>,
    key: &str,
    before: Option<Limit>,
    after: Option<Limit>,
    is_most: bool,
) {
    if before == after {
        return;
    }
    let is_narrower = match (before, after) {
        (Some(before), Some(after)) => is_stronger(after, before, is_most),
        (None, after) => after.is_some(),
        (Some(_), None) => false,
    };
    let shown = |limit: Option<Limit>| match limit {
        Some(Limit { value, is_exclusive: true }) => format!("{value} (exclusive)"),
        Some(Limit { value, .. }) => value.to_string(),
        None => "none".to_owned(),
    };
    comparison.judge(
        is_narrower,
        false,
        new.pointer(),
        format!("`{key}` {} instead of {}", shown(after), shown(before)),
    );
}

fn format(comparison: &mut Comparison<'_>, old: &Shape<'_>, new: &Shape<'_>) {
    let name = |shape: &Shape<'_>| shape.keyword("format").and_then(Value::as_str).map(str::to_owned);
    let (before, after) = (name(old), name(new));
    if before == after {
        return;
    }
    let (is_narrower, is_wider) = match (before.as_deref(), after.as_deref()) {
        (None, _) => (true, false),
        (_, None) => (false, true),
        (Some(before), Some(after)) => (!WIDER.contains(&(before, after)), !WIDER.contains(&(after, before))),
    };
    let shown = |name: Option<String>| name.unwrap_or_else(|| "none".to_owned());
    let change = format!("format {} instead of {}", shown(after), shown(before));
    comparison.judge(is_narrower, is_wider, new.pointer(), change);
}
