//! JSON as it arrives, made into values in one pass: bounded in number and depth, and no name twice in an object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Code, Error};

/// Most values of one body, those within others counted too. Each costs the gateway about a hundred bytes, whatever it
/// costs its sender.
const VALUES_MAX: usize = 100_000;

/// The value that `bytes` say.
///
/// # Errors
/// 400 for what is not JSON or nested more than 128 deep, 413 for too many values, 422 with a pointer for a name that is
/// twice in an object.
pub(in crate::http) fn read(bytes: &[u8]) -> Result<Value, Error> {
    let mut state = State { left: VALUES_MAX, fault: None };
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let read = Reader(&mut state).deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    read.map_err(|fault| match state.fault {
        Some(Fault::Doubled(path)) => {
            let pointer: String = path.iter().rev().flat_map(|part| ["/", part]).collect();
            Error::field(pointer, "is given more than once")
        }
        Some(Fault::TooMany) => {
            let message = format!("The body holds more than {VALUES_MAX} values of JSON: send less at once.");
            Error::new(Code::PayloadTooLarge, message)
        }
        None => Error::new(Code::BadRequest, format!("The body is not valid JSON: {fault}.")),
    })
}

struct State {
    left: usize,
    fault: Option<Fault>,
}

enum Fault {
    TooMany,
    /// The parts of the pointer to it, the innermost first.
    Doubled(Vec<String>),
}

struct Reader<'a>(&'a mut State);

impl State {
    /// Counts a value.
    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        let Some(left) = self.left.checked_sub(1) else {
            self.fault = Some(Fault::TooMany);
            return Err(E::custom("too many values"));
        };
        self.left = left;
        Ok(())
    }

    /// Puts `part` before the pointer to a doubled name, if there is one.
    fn within(&mut self, part: impl FnOnce() -> String) {
        if let Some(Fault::Doubled(path)) = &mut self.fault {
            path.push(part());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        self.0.count()?;
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let state = self.0;
        let mut list = Vec::new();
        loop {
            match items.next_element_seed(Reader(&mut *state)) {
                Ok(Some(item)) => list.push(item),
                Ok(None) => return Ok(Value::Array(list)),
                Err(fault) => {
                    state.within(|| list.len().to_string());
                    return Err(fault);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let state = self.0;
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if map.contains_key(&name) {
                state.fault = Some(Fault::Doubled(vec![super::faults::escape(&name)]));
                return Err(A::Error::custom("a name is given more than once"));
            }
            match fields.next_value_seed(Reader(&mut *state)) {
                Ok(value) => drop(map.insert(name, value)),
                Err(fault) => {
                    state.within(|| super::faults::escape(&name));
                    return Err(fault);
                }
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_reads_what_serde_reads() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "1.5e3",
            "-0.0",
            r#""a\u00e9\ud83d\ude00""#,
            "[]",
            "{}",
            r#"{"b": [1, {"a": null}], "a": "x", "": []}"#,
            " [1 , 2] ",
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text.as_bytes()).unwrap(), expected, "{text}");
        }
        for text in ["", "{", "[1,]", "{} {}", "1e999", "\"\u{1}\"", &"[".repeat(200)] {
            assert_eq!(read(text.as_bytes()).unwrap_err().code, Code::BadRequest, "{text}");
        }
    }

    #[test]
    fn a_doubled_name_is_pointed_at() {
        for (text, pointer) in [
            (r#"{"a": 1, "a": 1}"#, "/a"),
            (r#"{"x": [0, {"a/b~": 1, "a/b~": [2]}]}"#, "/x/1/a~1b~0"),
            (r#"[[{"": {}, "": {}}]]"#, "/0/0/"),
        ] {
            let fault = read(text.as_bytes()).unwrap_err();
            assert_eq!((fault.code, fault.fields[0].pointer.as_str()), (Code::InvalidRequest, pointer), "{text}");
        }
        assert_eq!(read(br#"[{"a": 1}, {"a": 1}]"#).unwrap(), json!([{"a": 1}, {"a": 1}]));
    }

    #[test]
    fn values_are_counted() {
        let list = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(read(list(VALUES_MAX - 1).as_bytes()).is_ok());
        assert_eq!(read(list(VALUES_MAX).as_bytes()).unwrap_err().code, Code::PayloadTooLarge);
    }
}
