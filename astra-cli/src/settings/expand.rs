//! `${NAME}` and `${NAME:-default}` in the values of a YAML file, put in while the file is being read: a fault in what
//! came out of a variable still has its line and column, and no value can change the file's structure.

use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};

use crate::env::Environment;

/// `text` with its variables. `$${` stands for `${`; a `${` that no name and brace follow stands for itself.
///
/// # Errors
/// What is wrong, with the name of the variable and without any value.
pub(crate) fn expand(text: &str, environment: &Environment) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find("${") {
        let (before, after) = (&rest[..place], &rest[place + 2..]);
        if let Some(escaped) = before.strip_suffix('$') {
            expanded.push_str(escaped);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        expanded.push_str(before);
        let Some((inside, behind)) = after.split_once('}').filter(|(inside, _)| is_reference(inside)) else {
            expanded.push_str("${");
            rest = after;
            continue;
        };
        let (name, default) = inside.split_once(":-").map_or((inside, None), |(name, default)| (name, Some(default)));
        let Some(value) = environment.get(name).or(default) else {
            return Err(format!("the environment variable {name} is not set: set it, or write ${{{name}:-default}}"));
        };
        expanded.push_str(value);
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn is_reference(inside: &str) -> bool {
    let name = inside.split_once(":-").map_or(inside, |(name, _)| name);
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
}

/// A deserializer, seed, visitor or access that expands the strings that pass through it.
pub(super) struct Expand<'e, T> {
    inner: T,
    environment: &'e Environment,
    /// What the reader wants in this place, for what comes out of a variable is always text.
    wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AsItIs,
    NumberOrBool,
    /// One of these words.
    Variant(&'static [&'static str]),
    /// A mapping; one whose keys are all commented out, null in YAML, is an empty one.
    Section,
}

impl<'e, T> Expand<'e, T> {
    pub(super) const fn new(inner: T, environment: &'e Environment) -> Self {
        Self { inner, environment, wanted: Wanted::AsItIs }
    }

    fn wrap<U>(&self, inner: U) -> Expand<'e, U> {
        Expand::new(inner, self.environment)
    }
}

/// Methods of `Deserializer` that hand on to the inner one with the visitor wrapped.
macro_rules! hand_on {
    ($($method:ident ( $($argument:ident : $type:ty),* );)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.wrap(visitor);
            self.inner.$method($($argument,)* visitor)
        })*
    };
}

/// Methods of `Deserializer` for numbers and booleans: text that came out of a variable is read as one.
macro_rules! read_scalar {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            let visitor = Expand { wanted: Wanted::NumberOrBool, ..self.wrap(visitor) };
            self.inner.deserialize_any(visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Expand<'_, D> {
    type Error = D::Error;

    hand_on! {
        deserialize_any(); deserialize_char(); deserialize_str(); deserialize_string(); deserialize_bytes();
        deserialize_byte_buf(); deserialize_option(); deserialize_unit(); deserialize_seq();
        deserialize_identifier(); deserialize_ignored_any();
        deserialize_unit_struct(name: &'static str); deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(length: usize); deserialize_tuple_struct(name: &'static str, length: usize);
    }

    read_scalar! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = Expand { wanted: Wanted::Section, ..self.wrap(visitor) };
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Expand { wanted: Wanted::Variant(variants), ..self.wrap(visitor) };
        self.inner.deserialize_any(visitor)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Expand<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.wrap(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Expand<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<V::Value, E> {
        if self.wanted == Wanted::Section {
            return Err(E::invalid_type(Unexpected::Str(text), &self.inner));
        }
        let expanded = expand(text, self.environment).map_err(E::custom)?;
        // What came out of a variable may be a secret in the wrong place: no fault repeats it.
        let hidden = Unexpected::Other("text out of an environment variable");
        match self.wanted {
            Wanted::Variant(variants) if expanded != text && !variants.contains(&expanded.as_str()) => {
                return Err(E::invalid_value(hidden, &format!("one of {}", variants.join(", ")).as_str()));
            }
            Wanted::Variant(_) => return self.inner.visit_enum(IntoDeserializer::<E>::into_deserializer(expanded)),
            Wanted::NumberOrBool if expanded != text => {}
            _ => return self.inner.visit_string(expanded),
        }
        if let Ok(number) = expanded.parse::<u64>() {
            self.inner.visit_u64(number)
        } else if let Ok(number) = expanded.parse::<i64>() {
            self.inner.visit_i64(number)
        } else if let Ok(boolean) = expanded.parse::<bool>() {
            self.inner.visit_bool(boolean)
        } else if let Ok(number) = expanded.parse::<f64>() {
            self.inner.visit_f64(number)
        } else {
            Err(E::invalid_type(hidden, &self.inner))
        }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.inner.visit_bool(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.inner.visit_i64(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.inner.visit_u64(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.inner.visit_f64(value)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        if self.wanted == Wanted::Section {
            return self.inner.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &str)>()));
        }
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.wrap(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.wrap(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        use serde::de::Error as _;
        // A struct could be read from a list, value by value; a list that is written there is a mistake.
        if self.wanted == Wanted::Section {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self.inner));
        }
        let access = self.wrap(access);
        self.inner.visit_seq(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.wrap(access);
        self.inner.visit_map(access)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(access)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Expand<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.wrap(seed);
        self.inner.next_element_seed(seed)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Expand<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.wrap(seed);
        self.inner.next_value_seed(seed)
    }
}
