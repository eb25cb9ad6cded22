//! Lists in which calls of tools may stand, of whatever type a server made them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::calls::CALLS_MAX;
use super::loose::{Loose, Text, Word};

/// The objects of a list, or one that stands alone. More than an answer may have are not read, but for the one that is too
/// many.
#[derive(Debug)]
pub(in crate::provider) struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A number that counts from 0, also as a text or with a fraction of 0.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::provider) struct CallIndex(pub Option<u32>);

/// What the blocks of a message say, and the tools that they call.
#[derive(Debug, Default)]
pub(in crate::provider) struct Blocks<'a> {
    pub text: String,
    pub calls: Vec<Call<'a>>,
}

/// A block that calls a tool.
#[derive(Debug)]
pub(in crate::provider) struct Call<'a> {
    pub id: Option<Cow<'a, str>>,
    pub name: Option<Cow<'a, str>>,
    pub input: Option<&'a RawValue>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    nothing! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() <= CALLS_MAX
            && let Some(Loose(element)) = elements.next_element::<Loose<T>>()?
        {
            list.extend(element);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<List<T>, A::Error> {
        let element = T::deserialize(serde::de::value::MapAccessDeserializer::new(object))?;
        Ok(List(vec![element]))
    }
}

impl<'de> Deserialize<'de> for CallIndex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlaceVisitor)
    }
}

struct PlaceVisitor;

impl<'de> Visitor<'de> for PlaceVisitor {
    type Value = CallIndex;

    nothing! { visit_bool(bool) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_i64<E>(self, number: i64) -> Result<CallIndex, E> {
        Ok(CallIndex(number.try_into().ok()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<CallIndex, E> {
        Ok(CallIndex(number.try_into().ok()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<CallIndex, E> {
        Ok(CallIndex(format!("{number:.0}").parse().ok()))
    }

    fn visit_str<E>(self, text: &str) -> Result<CallIndex, E> {
        Ok(CallIndex(text.trim().parse().ok()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<CallIndex, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(CallIndex(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<CallIndex, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(CallIndex(None))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Blocks<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BlocksVisitor(PhantomData))
    }
}

struct BlocksVisitor<'a>(PhantomData<&'a str>);

impl BlocksVisitor<'_> {
    fn said<'a>(text: String) -> Blocks<'a> {
        Blocks { text, calls: Vec::new() }
    }
}

impl<'de: 'a, 'a> Visitor<'de> for BlocksVisitor<'a> {
    type Value = Blocks<'a>;

    nothing! { visit_bool(bool) }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text or a list of blocks")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Blocks<'a>, E> {
        Ok(Self::said(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Blocks<'a>, E> {
        Ok(Self::said(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Blocks<'a>, E> {
        Ok(Self::said(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Blocks<'a>, E> {
        Ok(Self::said(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Blocks<'a>, A::Error> {
        let mut whole = Blocks::default();
        while let Some(block) = list.next_element::<Blocks<'a>>()? {
            whole.text.push_str(&block.text);
            let room = (CALLS_MAX + 1).saturating_sub(whole.calls.len());
            whole.calls.extend(block.calls.into_iter().take(room));
        }
        Ok(whole)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut block: A) -> Result<Blocks<'a>, A::Error> {
        let (mut text, mut kind) = (Text::default(), Word::default());
        let (mut id, mut name, mut input) = (Word::default(), Word::default(), None);
        while let Some(key) = block.next_key::<Cow<'_, str>>()? {
            match key.as_ref() {
                "text" | "value" => text = block.next_value()?,
                "type" => kind = block.next_value()?,
                "id" => id = block.next_value()?,
                "name" => name = block.next_value()?,
                "input" => input = block.next_value()?,
                _ => {
                    block.next_value::<IgnoredAny>()?;
                }
            }
        }
        let kind = kind.0.unwrap_or_default();
        let calls = if kind == "tool_use" { vec![Call { id: id.0, name: name.0, input }] } else { Vec::new() };
        let is_answer = !kind.contains("think") && !kind.contains("reason");
        Ok(Blocks { text: if is_answer { text.0 } else { String::new() }, calls })
    }
}
