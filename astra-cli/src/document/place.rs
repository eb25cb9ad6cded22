//! A value of a document together with the JSON pointer at which it stands, and the way on from there.

use serde_json::Value;

/// References to references that are followed; a longer chain is a circle.
const HOPS_MAX: usize = 32;

/// A value of a document.
#[derive(Debug, Clone)]
pub(crate) struct Place<'d> {
    document: &'d Value,
    /// What stands there.
    pub(crate) value: &'d Value,
    /// Where: a JSON pointer as the fragment of a URI, `#/paths/~1agents`.
    pub(crate) pointer: String,
}

impl<'d> Place<'d> {
    /// The whole document.
    pub(crate) fn root(document: &'d Value) -> Self {
        Self { document, value: document, pointer: "#".to_owned() }
    }

    /// The member `key` as it is written.
    pub(crate) fn raw(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.step(key, value))
    }

    /// The member `key`, behind its reference if it is one.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.raw(key).map(|place| place.followed())
    }

    /// The member `key` if it is text.
    pub(crate) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether the member `key` is `true`.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The members of the object at `key` as they are written; none if there is none.
    pub(crate) fn members(&self, key: &str) -> Vec<(&'d str, Self)> {
        let Some(place) = self.raw(key) else { return Vec::new() };
        let members = place.value.as_object().into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), place.step(name, value))).collect()
    }

    /// The elements of the array at `key` as they are written; none if there is none.
    pub(crate) fn elements(&self, key: &str) -> Vec<Self> {
        let Some(place) = self.raw(key) else { return Vec::new() };
        let elements = place.value.as_array().into_iter().flatten().enumerate();
        elements.map(|(index, value)| place.step(&index.to_string(), value)).collect()
    }

    /// What the reference here leads to, or this place if it is none. One that leads nowhere stays where it is.
    pub(crate) fn followed(&self) -> Self {
        let mut place = self.clone();
        for _ in 0..HOPS_MAX {
            let Some(target) = place.target() else { break };
            place = target;
        }
        place
    }

    /// What the reference here names, one step far.
    pub(crate) fn target(&self) -> Option<Self> {
        let pointer = self.text("$ref")?;
        let value = self.document.pointer(pointer.strip_prefix('#')?)?;
        Some(Self { document: self.document, value, pointer: pointer.to_owned() })
    }

    /// The name of the component that stands here.
    pub(crate) fn component(&self) -> Option<&str> {
        let (kind, name) = self.pointer.strip_prefix("#/components/")?.split_once('/')?;
        (!kind.is_empty() && !name.contains('/')).then_some(name)
    }

    /// The whole document.
    pub(crate) fn document(&self) -> Self {
        Self::root(self.document)
    }

    /// `value` as if it stood in this document.
    pub(crate) fn beside(&self, value: &'d Value) -> Self {
        Self { document: self.document, value, pointer: "#/".to_owned() }
    }

    fn step(&self, key: &str, value: &'d Value) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self { document: self.document, value, pointer: format!("{}/{key}", self.pointer) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leads_through_references_and_tells_where_it_is() {
        let document = json!({
            "paths": {"/a": {"get": {"x": {"$ref": "#/components/schemas/A"}}}},
            "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "string"}}},
        });
        let path = Place::root(&document).raw("paths").and_then(|paths| paths.get("/a")).expect("a path");
        assert_eq!(path.pointer, "#/paths/~1a");
        let found = path.get("get").and_then(|operation| operation.get("x")).expect("a schema");
        assert_eq!((found.pointer.as_str(), found.component()), ("#/components/schemas/B", Some("B")));
        assert_eq!(found.text("type"), Some("string"));
        assert_eq!(path.component(), None);
    }

    #[test]
    fn ends_where_references_turn_in_a_circle_or_lead_nowhere() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#/d"}});
        assert!(Place::root(&document).get("a").is_some());
        assert_eq!(Place::root(&document).get("c").expect("it stays").pointer, "#/c");
    }
}
