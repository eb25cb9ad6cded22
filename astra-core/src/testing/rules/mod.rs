//! What the document must say, of the gateway's operations as of a host's: the rules that this project holds itself to.

mod operations;
mod references;
mod schemas;
mod visit;

use serde_json::Value;

use super::Document;

/// What is wrong with `document`: operations and fields without a description, examples that their own schema refuses,
/// strings without a length, requests that swallow unknown fields, answers that may not grow, and more of this kind.
/// What the gateway refuses to open with is among it.
#[must_use]
pub fn document_rules(document: &Value) -> Vec<String> {
    let document = Document::new(document.clone());
    let mut faults = Vec::new();
    operations::check(&document, &mut faults);
    schemas::check(&document, &mut faults);
    references::check(&document, &mut faults);
    faults
}
