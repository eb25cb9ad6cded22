//! What single kinds of OpenAPI Generator's need to make a client of this document. Found by trying all of them:
//! `tests/contract/generators`.

use serde_json::Value;

use crate::document::version::{Version, in_version};
use crate::error::{Error, Result};

/// What a kind needs.
#[derive(Debug)]
pub(super) struct Needs {
    /// What to add to the command, before what the user adds.
    pub(super) arguments: &'static [&'static str],
    version: Version,
}

/// What the kind `name` needs.
pub(super) fn of(name: &str) -> Needs {
    let arguments: &[&str] = match name {
        // Enumerations that share a value have one constant twice otherwise.
        "go" => &["--additional-properties=enumClassPrefix=true"],
        // Java's own HTTP client. A union with an array in it becomes `List<T>.class` in the code, which is no Java: these
        // three are any object.
        "java" => &[
            "--additional-properties=library=native,openApiNullable=false,useJakartaEe=true",
            "--schema-mappings=MessageContent=Object,ChatCompletionContent=Object,ChatCompletionStop=Object",
        ],
        // It has no name for a list of texts in a union.
        "n4js" => &["--schema-mappings=ChatCompletionStop=any"],
        // The tags of a tagged union become an enumeration that is never declared.
        "ocaml" => &["--openapi-normalizer=REPLACE_ONE_OF_BY_DISCRIMINATOR_MAPPING=true"],
        // A union in an array in a union is checked by a function that is never written.
        "typescript-fetch" => &["--additional-properties=withoutRuntimeChecks=true,modelPropertyNaming=original"],
        _ => &[],
    };
    // Of a document of 3.1 they take no `oneOf` that has an array in it.
    let version = if matches!(name, "cpp-oatpp-client" | "swift-combine") { Version::V30 } else { Version::V31 };
    Needs { arguments, version }
}

impl Needs {
    /// The document as the kind can read it.
    pub(super) fn document(&self, document: &Value) -> Result<Value> {
        let is_fit = self.version == Version::V31
            || document.get("openapi").and_then(Value::as_str).is_some_and(|own| own.starts_with("3.0."));
        if is_fit {
            return Ok(document.clone());
        }
        in_version(document.clone(), self.version)
            .map_err(|fault| Error::new("the document cannot be rewritten").cause(fault))
    }
}
