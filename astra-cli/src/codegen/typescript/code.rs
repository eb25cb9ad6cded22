//! Values and calls as code, broken over lines as Prettier does it.

use serde_json::Value;

/// The longest line.
pub(super) const WIDTH: usize = 100;

/// A piece of code that can be broken.
pub(super) enum Code {
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// What is called, and with what.
    Call(String, Vec<Self>),
}

impl Code {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A value of JSON.
    pub(super) fn value(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::value).collect()),
            Value::Object(fields) => {
                Self::Object(fields.iter().map(|(name, value)| (key(name), Self::value(value))).collect())
            }
            Value::String(text) => Self::Text(string(text)),
            Value::Number(number) => Self::Text(number.to_string().trim_end_matches(".0").to_owned()),
            other => Self::Text(other.to_string()),
        }
    }

    /// The code, its first line behind `before` letters and before `after` more, its others `depth` levels deep.
    pub(super) fn written(&self, depth: usize, before: usize, after: usize) -> String {
        let flat = self.flat();
        if before + flat.chars().count() + after <= WIDTH || flat == "{}" || flat == "[]" {
            return flat;
        }
        let indent = "  ".repeat(depth + 1);
        let close = "  ".repeat(depth);
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => {
                let lines = items.iter().map(|item| format!("{indent}{},\n", item.written(depth + 1, indent.len(), 1)));
                format!("[\n{}{close}]", lines.collect::<String>())
            }
            Self::Object(fields) => {
                let lines = fields.iter().map(|(name, value)| {
                    let value = value.written(depth + 1, indent.len() + name.chars().count() + 2, 1);
                    format!("{indent}{name}: {value},\n")
                });
                format!("{{\n{}{close}}}", lines.collect::<String>())
            }
            Self::Call(callee, arguments) => call(callee, arguments, depth, before),
        }
    }

    fn flat(&self) -> String {
        let joined = |items: &[Self]| items.iter().map(Self::flat).collect::<Vec<_>>().join(", ");
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => format!("[{}]", joined(items)),
            Self::Object(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", value.flat()));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Self::Call(callee, arguments) => format!("{callee}({})", joined(arguments)),
        }
    }
}

/// A call that is too long: its last argument is broken if it is an object and the others are short, else all are.
fn call(callee: &str, arguments: &[Code], depth: usize, before: usize) -> String {
    if let Some((last @ (Code::Object(_) | Code::List(_)), others)) = arguments.split_last() {
        // Of two objects, neither goes before the other.
        let is_like = |argument: &Code| std::mem::discriminant(argument) == std::mem::discriminant(last);
        let is_alone = !others.last().is_some_and(is_like);
        let others: String = others.iter().map(|argument| format!("{}, ", argument.flat())).collect();
        let head = format!("{callee}({others}");
        if is_alone && before + head.chars().count() < WIDTH {
            return format!("{head}{})", last.written(depth, WIDTH, 0));
        }
    }
    let indent = "  ".repeat(depth + 1);
    let lines = arguments.iter().map(|it| format!("{indent}{},\n", it.written(depth + 1, indent.len(), 1)));
    format!("{callee}(\n{}{})", lines.collect::<String>(), "  ".repeat(depth))
}

/// A text as a literal, in the quotes that need fewer escapes.
pub(super) fn string(text: &str) -> String {
    let json = Value::from(text).to_string();
    if text.matches('"').count() <= text.matches('\'').count() {
        return json;
    }
    let inner = json.get(1..json.len() - 1).unwrap_or_default();
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

/// The name of a property, in quotes if it needs them.
pub(super) fn key(name: &str) -> String {
    match name {
        // Otherwise it would be the object's prototype.
        "__proto__" => "[\"__proto__\"]".to_owned(),
        name if is_identifier(name) => name.to_owned(),
        name => string(name),
    }
}

/// Whether a name can stand without quotes.
fn is_identifier(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    name.chars().all(is_letter) && name.starts_with(|first: char| !first.is_ascii_digit())
}

/// `open`, the items and `close` in one line if they fit, else each in a line of its own.
pub(super) fn listed(open: &str, items: &[String], close: &str, depth: usize) -> String {
    let pad = if open.ends_with('{') && !items.is_empty() { " " } else { "" };
    let flat = format!("{open}{pad}{}{pad}{close}", items.join(", "));
    if 2 * depth + flat.chars().count() <= WIDTH {
        return flat;
    }
    let items: String = items.iter().map(|item| format!("  {item},\n")).collect();
    format!("{open}\n{items}{close}")
}

/// `head` and the cases of a union: in one line if they fit, else in the next, else in one each.
pub(super) fn union(head: &str, cases: &[String], depth: usize) -> String {
    let flat = format!("{head} {};", cases.join(" | "));
    if 2 * depth + flat.chars().count() <= WIDTH || cases.len() < 2 {
        return flat;
    }
    let next = format!("{head}\n  {};", cases.join(" | "));
    if next.lines().skip(1).all(|line| 2 * depth + line.chars().count() <= WIDTH) {
        return next;
    }
    let cases: Vec<String> = cases.iter().map(|case| format!("\n  | {case}")).collect();
    format!("{head}{};", cases.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_broken() {
        let long = "x".repeat(60);
        let value = serde_json::json!({"a": long, "b-c": [1, 2.0, null], "d": {"e": long}});
        let call = Code::Call("f".to_owned(), vec![Code::text("1"), Code::value(&value)]);
        let expected = format!("f(1, {{\n  a: \"{long}\",\n  \"b-c\": [1, 2, null],\n  d: {{ e: \"{long}\" }},\n}})");
        assert_eq!(call.written(0, 0, 1), expected);
        assert_eq!(Code::Call("f".to_owned(), Vec::new()).written(0, 0, 1), "f()");
    }

    #[test]
    fn texts_are_literals() {
        for (text, expected) in
            [("", "\"\""), ("a", "\"a\""), ("\"a\"", "'\"a\"'"), ("'\"\"", "'\\'\"\"'"), ("\n\\", "\"\\n\\\\\"")]
        {
            assert_eq!(string(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_properties_are_quoted_where_they_must_be() {
        let keys = ["class", "$ref", "@id", "a-b", "1", ""].map(key);
        assert_eq!(keys, ["class", "$ref", "\"@id\"", "\"a-b\"", "\"1\"", "\"\""]);
    }
}
