//! One field of a JSON Merge Patch (RFC 7396), where absent, null and a value are three things.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a patch says of a field. Needs `#[serde(default)]` on the field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Nothing: it stays.
    #[default]
    Absent,
    /// Null: it is cleared.
    Null,
    /// Its new value.
    Value(T),
}

impl<T> Patch<T> {
    /// `None` if the field stays; `Some(None)` if it is cleared.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// Whether the patch says nothing of the field; for `skip_serializing_if`.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Change {
        #[serde(default)]
        title: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        let read = |text: &str| serde_json::from_str::<Change>(text).map(|change| change.title).ok();
        assert_eq!(read("{}"), Some(Patch::Absent));
        assert_eq!(read(r#"{"title": null}"#), Some(Patch::Null));
        assert_eq!(read(r#"{"title": "a"}"#), Some(Patch::Value("a".into())));
        assert_eq!(read(r#"{"title": 1}"#), None);
    }
}
