//! What the files of a folder define.

use serde::de::DeserializeOwned;

/// A kind of thing of which each file of a folder, `<id>.yml`, defines one.
pub(super) trait Kind: Clone + Send + Sync + 'static {
    /// What a file says.
    type Definition: DeserializeOwned + Send + 'static;
    /// What the thing is called where a file is refused, such as `agent`.
    const NAME: &'static str;

    /// Why the thing cannot have this id, if it cannot.
    fn id_fault(&self, id: &str) -> Option<&'static str>;

    /// What is wrong with a definition that can be read: JSON Pointers and texts.
    fn faults(&self, definition: &Self::Definition) -> Vec<(String, String)>;
}
