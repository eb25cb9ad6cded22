//! Merge keys of YAML 1.1 (`<<: *base`, <https://yaml.org/type/merge.html>), resolved while the file is being read: a
//! fault keeps its line and column. What is merged follows the mapping's own keys, and gives way to them.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Value;

use super::replay::Replay;

const MERGE_KEY: &str = "<<";

/// A deserializer, seed or visitor of YAML that resolves the merge keys of the mappings that pass through it.
#[derive(Debug)]
pub struct MergeKeys<T>(pub T);

/// Methods of `Deserializer` that hand on to the inner one with the visitor wrapped.
macro_rules! hand_on {
    ($($method:ident ( $($argument:ident : $type:ty),* );)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* MergeKeys(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for MergeKeys<D> {
    type Error = D::Error;

    hand_on! {
        deserialize_any(); deserialize_bool(); deserialize_i8(); deserialize_i16(); deserialize_i32(); deserialize_i64();
        deserialize_i128(); deserialize_u8(); deserialize_u16(); deserialize_u32(); deserialize_u64(); deserialize_u128();
        deserialize_f32(); deserialize_f64(); deserialize_char(); deserialize_str(); deserialize_string();
        deserialize_bytes(); deserialize_byte_buf(); deserialize_option(); deserialize_unit(); deserialize_seq();
        deserialize_map(); deserialize_identifier(); deserialize_ignored_any();
        deserialize_unit_struct(name: &'static str); deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(length: usize); deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for MergeKeys<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(MergeKeys(deserializer))
    }
}

/// Methods of `Visitor` that hand on to the inner one.
macro_rules! visit {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for MergeKeys<V> {
    type Value = V::Value;

    visit! {
        visit_bool(bool) visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) visit_f64(f64) visit_str(&str)
        visit_borrowed_str(&'de str) visit_string(String) visit_bytes(&[u8]) visit_byte_buf(Vec<u8>)
    }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(MergeKeys(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(MergeKeys(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(List(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Mapping {
            access,
            own: BTreeSet::new(),
            merged: VecDeque::new(),
            is_past_own: false,
            next: None,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(access)
    }
}

struct List<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for List<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(MergeKeys(seed))
    }
}

struct Mapping<A> {
    access: A,
    /// The keys that are taken.
    own: BTreeSet<String>,
    /// What is merged, the first one of a key before others.
    merged: VecDeque<(String, Value)>,
    is_past_own: bool,
    /// The value of the merged key that was read last.
    next: Option<(String, Value)>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Mapping<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let mut seed = Some(seed);
        while !self.is_past_own {
            match self.access.next_key_seed(Key { seed: &mut seed, own: &mut self.own })? {
                Some(Some(key)) => return Ok(Some(key)),
                Some(None) => self.merged.extend(self.access.next_value_seed(Bases)?),
                None => self.is_past_own = true,
            }
        }
        let Self { merged, own, .. } = self;
        let given = std::iter::from_fn(|| merged.pop_front()).find(|(key, _)| own.insert(key.clone()));
        let (Some((key, value)), Some(seed)) = (given, seed) else { return Ok(None) };
        self.next = Some((key.clone(), value));
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.next.take() {
            None => self.access.next_value_seed(MergeKeys(seed)),
            Some((key, value)) => seed
                .deserialize(Replay::new(value))
                .map_err(|fault: A::Error| A::Error::custom(format_args!("{key}, merged by `{MERGE_KEY}`: {fault}"))),
        }
    }
}

/// Reads a key, or nothing of the merge key; what should read it then waits for the next one.
struct Key<'a, S> {
    seed: &'a mut Option<S>,
    own: &'a mut BTreeSet<String>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Key<'_, S> {
    type Value = Option<S::Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        if key == MERGE_KEY {
            return Ok(None);
        }
        self.own.insert(key.to_owned());
        self.seed.take().map(|seed| seed.deserialize(key.into_deserializer())).transpose()
    }
}

/// Reads what is merged: a mapping, or a list of them.
struct Bases;

impl<'de> DeserializeSeed<'de> for Bases {
    type Value = Vec<(String, Value)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let bases = match Value::deserialize(MergeKeys(deserializer))? {
            Value::Sequence(bases) => bases,
            base => vec![base],
        };
        let mut entries = Vec::new();
        for base in bases {
            let Value::Mapping(base) = base else {
                let wanted = "takes a mapping, such as an alias `*base`, or a list of them";
                return Err(D::Error::custom(format_args!("`{MERGE_KEY}` {wanted}")));
            };
            entries.extend(base.into_iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value))));
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(text: &str) -> Result<Json, serde_yaml::Error> {
        Json::deserialize(MergeKeys(serde_yaml::Deserializer::from_str(text)))
    }

    #[test]
    fn own_keys_come_before_merged_ones_and_earlier_before_later() {
        let text = "
a: &a {x: 1, y: {deep: [1]}}
b: &b {x: 2, z: null}
one: {y: mine, <<: *a}
two:
  <<: [*b, *a]
  own: true
three: &three {<<: *a, x: 3}
four: [{<<: *three}, {<<: {n: inline}}]
";
        let value = read(text).unwrap();
        assert_eq!(value["one"], json!({"y": "mine", "x": 1}));
        assert_eq!(value["two"], json!({"own": true, "x": 2, "z": null, "y": {"deep": [1]}}));
        assert_eq!(value["four"], json!([{"x": 3, "y": {"deep": [1]}}, {"n": "inline"}]));
    }

    #[test]
    fn faults_keep_their_place() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Part {
            #[serde(default, rename = "name")]
            _name: String,
            #[serde(default, rename = "count")]
            _count: u32,
        }
        let read = |text: &str| {
            let parts = std::collections::BTreeMap::<String, Part>::deserialize(MergeKeys(
                serde_yaml::Deserializer::from_str(text),
            ));
            parts.map(|parts| parts.len()).map_err(|fault| fault.to_string())
        };
        assert_eq!(read("a: &a {name: 5, count: 1}\nb: {<<: *a, count: 2}\n"), Ok(2));
        for (text, told) in [
            (
                "a: {}\nb:\n  name: x\n  cuont: 2\n",
                "b: unknown field `cuont`, expected `name` or `count` at line 4 column 3",
            ),
            (
                "a: {}\nb:\n  name: x\n  <<: 5\n",
                "b: `<<` takes a mapping, such as an alias `*base`, or a list of them at line",
            ),
            (
                "a: {}\nb:\n  name: x\n  <<: {count: x}\n",
                "b: count, merged by `<<`: invalid type: string \"x\", expected u32 at line 3",
            ),
            ("a: {}\nb:\n  <<: {cuont: 1}\n", "b: unknown field `cuont`, expected `name` or `count` at line 3"),
            ("a: {name: x, name: y}\n", "a: duplicate field `name` at line 1"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.starts_with(told), "{text}: {fault}");
        }
    }

    #[test]
    fn a_bomb_of_merges_is_refused() {
        let mut text = "a0: &a0 {x: 1}\n".to_owned();
        for level in 1..40 {
            let below = format!("*a{}", level - 1);
            text += &format!(
                "a{level}: &a{level} {{<<: [{}], k{level}: {below}, l{level}: {below}}}\n",
                [below.as_str(); 9].join(", ")
            );
        }
        assert!(read(&text).is_err());
    }
}
