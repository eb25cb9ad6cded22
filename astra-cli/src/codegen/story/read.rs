//! Reads a story: a JSON object that has a row for each operation, under its id.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Row, Story};

/// The story that `text` is.
///
/// # Errors
/// What is wrong with it, without a full stop.
pub(crate) fn read(text: &str) -> Result<Story, String> {
    let Pairs(rows) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut story = Story { rows: Vec::new() };
    for (id, row) in rows {
        if story.rows.iter().any(|other| other.id == id) {
            return Err(format!("{id} has two rows"));
        }
        story.rows.push(self::row(&id, row).map_err(|fault| format!("{id}: {fault}"))?);
    }
    Ok(story)
}

fn row(id: &str, row: Value) -> Result<Row, String> {
    let mut read = Row { id: id.to_owned(), is_for_browsers: row.is_null(), ..Row::default() };
    if read.is_for_browsers {
        return Ok(read);
    }
    for (key, value) in object(row, "a row")? {
        match key.as_str() {
            "token" => read.token = Some(text(value, "token")?),
            "parameters" => read.parameters = object(value, "parameters")?,
            "body" => read.body = Some(value),
            "remember" => {
                for (name, pointer) in object(value, "remember")? {
                    let pointer = text(pointer, "remember")?;
                    read.remember.push((variable(name)?, self::pointer(pointer)?));
                }
            }
            "expect" => {
                for (pointer, value) in object(value, "expect")? {
                    read.expect.push((self::pointer(pointer)?, value));
                }
            }
            "until" => read.until = Some(text(value, "until")?),
            _ => {
                let known = "token, parameters, body, remember, expect and until";
                return Err(format!("a row has no `{key}`, only {known}"));
            }
        }
    }
    Ok(read)
}

fn object(value: Value, what: &str) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(format!("{what} must be an object, not {other}")),
    }
}

fn text(value: Value, what: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(format!("`{what}` must be a text, not {other}")),
    }
}

fn pointer(text: String) -> Result<String, String> {
    if text.is_empty() || text.starts_with('/') {
        Ok(text)
    } else {
        Err(format!("`{text}` is no JSON pointer, which begins with a slash"))
    }
}

fn variable(name: String) -> Result<String, String> {
    if super::variables(&format!("{{{{{name}}}}}")).is_empty() {
        return Err(format!("`{name}` is no name of a variable: small letters, digits and underscores"));
    }
    Ok(name)
}

/// The fields of an object, of which two may have one name.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with a row for each operation")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order() {
        let story = read(r#"{"b.c": {"until": "done"}, "a.b": {"remember": {"x": "/y"}}}"#).expect("a story");
        let ids: Vec<&str> = story.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["b.c", "a.b"]);
        assert_eq!(story.rows[0].until.as_deref(), Some("done"));
        assert_eq!(story.rows[1].remember, [("x".to_owned(), "/y".to_owned())]);
        let for_browsers = read(r#"{"a.b": null, "b.c": {}}"#).expect("a story");
        assert!(for_browsers.rows[0].is_for_browsers && !for_browsers.rows[1].is_for_browsers);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for (text, fault) in [
            ("[]", "an object with a row for each operation"),
            (r#"{"a.b": {}, "a.b": {}}"#, "a.b has two rows"),
            (r#"{"a.b": []}"#, "a.b: a row must be an object, not []"),
            (r#"{"a.b": {"bodies": 1}}"#, "a.b: a row has no `bodies`, only token, "),
            (r#"{"a.b": {"remember": {"x": "y"}}}"#, "a.b: `y` is no JSON pointer"),
            (r#"{"a.b": {"remember": {"X-y": "/y"}}}"#, "a.b: `X-y` is no name of a variable"),
            (r#"{"a.b": {"token": 1}}"#, "a.b: `token` must be a text, not 1"),
        ] {
            let told = read(text).expect_err("refused");
            assert!(told.contains(fault), "{told}");
        }
    }
}
