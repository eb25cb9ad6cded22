//! What a change says of a field: nothing, null, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a change says of a field, where to leave it and to null it are two things.
///
/// ```
/// # use PACKAGE_IDENT::Patch;
/// let kept: Patch<String> = Patch::Keep;
/// let emptied: Patch<String> = Patch::Null;
/// let changed: Patch<String> = Patch::set("new");
/// # assert!(kept.is_keep() && !emptied.is_keep() && changed.value().is_some());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// The field is not sent: it stays what it is.
    #[default]
    Keep,
    /// The field is sent as `null`.
    Null,
    /// The field is sent with this value.
    Set(T),
}

impl<T> Patch<T> {
    /// [`Patch::Set`], from all that becomes a `T`.
    pub fn set(value: impl Into<T>) -> Self {
        Self::Set(value.into())
    }

    /// Whether the field is not sent.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Null => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Set))
    }
}
