//! A value of YAML that is read once more: in its place it is read as if it stood there.

use std::marker::PhantomData;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_yaml::Value;

/// The value, with faults of its reader's type.
pub(super) struct Replay<E>(Value, PhantomData<E>);

impl<E> Replay<E> {
    pub(super) const fn new(value: Value) -> Self {
        Self(value, PhantomData)
    }

    /// What is written without quotes is text where text is wanted.
    fn into_text(self) -> Self {
        match self.0 {
            Value::Number(number) => Self::new(Value::String(number.to_string())),
            Value::Bool(value) => Self::new(Value::String(value.to_string())),
            other => Self::new(other),
        }
    }
}

impl<'de, E: Error> Deserializer<'de> for Replay<E> {
    type Error = E;

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct ignored_any
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Sequence(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Self::new))),
            Value::Mapping(mapping) => {
                let entries = mapping.into_iter().map(|(key, value)| (Self::new(key), Self::new(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Value::Tagged(tagged) => Self::new(tagged.value).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.into_text().deserialize_any(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.into_text().deserialize_any(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.into_text().deserialize_any(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.into_text().deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(variant.into_deserializer()),
            other => Self::new(other).deserialize_any(visitor),
        }
    }
}

impl<E: Error> IntoDeserializer<'_, E> for Replay<E> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
