//! Values of whatever type a server made them: what cannot be meant is passed over.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Scalars that mean nothing in their place.
macro_rules! nothing {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

/// Text, or a list of parts of which those of text count: reasoning models of Mistral answer so.
#[derive(Debug, Default)]
pub(in crate::provider) struct Text(pub String);

/// A word, or the `type` of an object.
#[derive(Debug, Default)]
pub(in crate::provider) struct Word<'a>(pub Option<Cow<'a, str>>);

/// An object, or the first one of a list.
#[derive(Debug)]
pub(in crate::provider) struct Loose<T>(pub Option<T>);

/// Whether something is given: not null, not false, neither an empty text nor 0.
#[derive(Debug, Default)]
pub(in crate::provider) struct Given(pub bool);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    nothing! { visit_bool(bool) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text or a list of parts")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Text, A::Error> {
        let mut whole = String::new();
        while let Some(Text(part)) = parts.next_element()? {
            whole.push_str(&part);
        }
        Ok(Text(whole))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut part: A) -> Result<Text, A::Error> {
        let (mut text, mut is_answer) = (Text::default(), true);
        while let Some(key) = part.next_key::<Cow<'_, str>>()? {
            match key.as_ref() {
                "text" | "value" => text = part.next_value()?,
                "type" => {
                    let Word(kind) = part.next_value()?;
                    is_answer = !kind.is_some_and(|kind| kind.contains("think") || kind.contains("reason"));
                }
                _ => {
                    part.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(if is_answer { text } else { Text::default() })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor(PhantomData))
    }
}

struct WordVisitor<'a>(PhantomData<&'a str>);

impl<'de: 'a, 'a> Visitor<'de> for WordVisitor<'a> {
    type Value = Word<'a>;

    nothing! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a word")
    }

    fn visit_borrowed_str<E>(self, word: &'de str) -> Result<Word<'a>, E> {
        Ok(Word(Some(Cow::Borrowed(word))))
    }

    fn visit_str<E>(self, word: &str) -> Result<Word<'a>, E> {
        Ok(Word(Some(Cow::Owned(word.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Word<'a>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Word<'a>, A::Error> {
        let mut word = Word(None);
        while let Some(key) = object.next_key::<Cow<'_, str>>()? {
            if key == "type" {
                word = object.next_value()?;
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(word)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor(PhantomData))
    }
}

struct LooseVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LooseVisitor<T> {
    type Value = Loose<T>;

    nothing! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose<T>, A::Error> {
        let first = list.next_element()?.unwrap_or_default();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Loose<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|value| Loose(Some(value)))
    }
}

/// As [`Loose`], where something else than an object, a list or null is no answer that can be read: part of it would be lost
/// without a word.
pub(in crate::provider) fn object_or_list<'de, T, D>(deserializer: D) -> Result<Loose<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ObjectOrList(PhantomData))
}

struct ObjectOrList<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOrList<T> {
    type Value = Loose<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_unit<E>(self) -> Result<Loose<T>, E> {
        Ok(Loose(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Loose<T>, A::Error> {
        LooseVisitor(PhantomData).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Loose<T>, A::Error> {
        LooseVisitor(PhantomData).visit_map(object)
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Given, E> {
        Ok(Given(false))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Given, E> {
        Ok(Given(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Given, E> {
        Ok(Given(number != 0))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Given, E> {
        Ok(Given(number != 0))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Given, E> {
        Ok(Given(number != 0.0))
    }

    fn visit_str<E>(self, text: &str) -> Result<Given, E> {
        Ok(Given(!text.is_empty()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Given, A::Error> {
        let mut is_given = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_given = true;
        }
        Ok(Given(is_given))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Given, A::Error> {
        let mut is_given = false;
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            is_given = true;
        }
        Ok(Given(is_given))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> T {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn texts_are_joined_and_thoughts_are_none() {
        for (content, expected) in [
            (json!("a"), "a"),
            (json!(null), ""),
            (json!([{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "a"}, "b"]), "ab"),
            (json!([{"text": "hm", "type": "reasoning"}, {"text": {"value": "c", "annotations": []}}]), "c"),
            (json!({"type": "text", "text": "d"}), "d"),
            (json!(42), "42"),
            (json!([{"type": "image", "url": 5}, null, true]), ""),
        ] {
            assert_eq!(read::<Text>(&content).0, expected, "{content}");
        }
    }

    #[test]
    fn objects_are_found_and_what_is_none_is_passed_over() {
        for (value, expected) in [
            (json!([{"type": "a"}, {"type": "b"}]), Some("a")),
            (json!({"type": "a", "more": [1]}), Some("a")),
            (json!([]), None),
            (json!("a"), None),
            (json!([[{"type": "a"}]]), Some("a")),
            (json!(null), None),
        ] {
            let found = read::<Loose<serde_json::Map<String, Value>>>(&value);
            assert_eq!(found.0.as_ref().map(|object| object["type"].as_str().unwrap()), expected, "{value}");
        }
        assert_eq!(serde_json::from_str::<Word<'_>>(r#"{"a": 1, "type": "stop"}"#).unwrap().0.as_deref(), Some("stop"));
        assert_eq!(serde_json::from_str::<Word<'_>>("5").unwrap().0, None);
    }

    #[test]
    fn nothing_is_given_in_many_ways() {
        for nothing in [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})] {
            assert!(!read::<Given>(&nothing).0, "{nothing}");
        }
        for something in [json!(true), json!(-1), json!("no"), json!([null]), json!({"a": null})] {
            assert!(read::<Given>(&something).0, "{something}");
        }
    }
}
