//! JSON Merge Patch (RFC 7396), the one way in which an operation changes parts of a thing.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::store::merge_patch;

/// A patch of a `T`, which says what can be changed. It is the field of the operation's input:
///
/// ```ignore
/// #[derive(Deserialize, ToSchema)]
/// #[schema(value_type = ThingSettings)]
/// pub struct UpdateThing(MergePatch<ThingSettings>);
/// ```
///
/// In the document the fields of `UpdateThing` are made of those of `ThingSettings`: each may be left out, and may be null if
/// it has a default.
pub struct MergePatch<T> {
    patch: Value,
    target: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> MergePatch<T> {
    /// What `present` is after the change. A field that the patch sets to null has its default.
    ///
    /// # Errors
    /// 422 if that is no `T`, which the contract excludes.
    pub fn apply(&self, present: &T) -> Result<T> {
        let mut value = serde_json::to_value(present).map_err(Error::internal)?;
        merge_patch(&mut value, &self.patch);
        serde_json::from_value(value).map_err(|fault| Error::field("", fault.to_string()))
    }
}

impl<T> fmt::Debug for MergePatch<T> {
    /// Without what it says, which is the caller's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MergePatch")
    }
}

impl<'de, T> Deserialize<'de> for MergePatch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Ok(Self { patch: Value::deserialize(deserializer)?, target: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Settings {
        name: String,
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        metadata: Map<String, Value>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        let present = || json!({"name": "a", "title": "b", "metadata": {"c": {"d": 1, "e": 2}}});
        for (patch, changed) in [
            (json!({}), present()),
            (json!({"title": null}), json!({"name": "a", "title": null, "metadata": {"c": {"d": 1, "e": 2}}})),
            (json!({"name": "z"}), json!({"name": "z", "title": "b", "metadata": {"c": {"d": 1, "e": 2}}})),
            (json!({"metadata": {"c": {"d": null}}}), json!({"name": "a", "title": "b", "metadata": {"c": {"e": 2}}})),
            (json!({"metadata": null}), json!({"name": "a", "title": "b", "metadata": {}})),
        ] {
            let settings: Settings = serde_json::from_value(present()).unwrap();
            let read: MergePatch<Settings> = serde_json::from_value(patch.clone()).unwrap();
            assert_eq!(serde_json::to_value(read.apply(&settings).unwrap()).unwrap(), changed, "{patch}");
        }
        let no_name: MergePatch<Settings> = serde_json::from_value(json!({"name": null})).unwrap();
        let settings = serde_json::from_value(present()).unwrap();
        assert_eq!(no_name.apply(&settings).unwrap_err().code, crate::error::Code::InvalidRequest);
    }
}
