//! Types that know what there is today, and do not break on what comes tomorrow.

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Strings of which some are known.
#[allow(
    unused_macros,
    unused_imports,
    reason = "a document may have no use for it"
)]
macro_rules! string_enum {
    (
        $(#[$type_attribute:meta])*
        pub enum $name:ident or $unknown:ident {
            $($(#[$attribute:meta])* $variant:ident = $value:literal,)*
        }
    ) => {
        $(#[$type_attribute])*
        ///
        /// Values that this client does not know yet are kept as they are.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$attribute])* $variant,)*
            /// A value that this client does not know.
            $unknown(::std::string::String),
        }

        impl $name {
            /// The values that this client knows.
            pub const KNOWN: &'static [&'static str] = &[$($value),*];

            /// The value as it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$unknown(value) => value,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::$unknown(other.to_owned()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = <::std::string::String as ::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(value))
            }
        }
    };
}

/// Objects that one of their fields tells apart.
#[allow(
    unused_macros,
    unused_imports,
    reason = "a document may have no use for it"
)]
macro_rules! tagged_union {
    (
        $(#[$type_attribute:meta])*
        pub enum $name:ident by $tag:literal or $unknown:ident {
            $($(#[$attribute:meta])* $value:literal => $variant:ident($inner:ty),)*
        }
    ) => {
        $(#[$type_attribute])*
        ///
        /// Kinds that this client does not know yet are kept as they are.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$attribute])* $variant($inner),)*
            /// A kind that this client does not know.
            $unknown(::serde_json::Value),
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(inner) => $crate::open::tagged($tag, $value, inner, serializer),)*
                    Self::$unknown(value) => ::serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                match value.get($tag).and_then(::serde_json::Value::as_str) {
                    $(::std::option::Option::Some($value) => $crate::open::untagged(value).map(Self::$variant),)*
                    _ => Ok(Self::$unknown(value)),
                }
            }
        }
    };
}

/// Writes `inner` with its tag, whether or not it has that itself.
#[allow(dead_code, reason = "a document may have no use for it")]
pub(crate) fn tagged<T: Serialize, S: Serializer>(
    tag: &str,
    value: &str,
    inner: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut object = serde_json::to_value(inner).map_err(S::Error::custom)?;
    if let Value::Object(fields) = &mut object {
        fields.insert(tag.to_owned(), Value::from(value));
    }
    object.serialize(serializer)
}

/// Reads what is inside.
#[allow(dead_code, reason = "a document may have no use for it")]
pub(crate) fn untagged<T: DeserializeOwned, E: serde::de::Error>(value: Value) -> Result<T, E> {
    serde_json::from_value(value).map_err(E::custom)
}

#[allow(unused_imports, reason = "a document may have no use for it")]
pub(crate) use {string_enum, tagged_union};
