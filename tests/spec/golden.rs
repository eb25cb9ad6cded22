//! The document as it was reviewed.

use crate::support::{document, golden};

#[test]
fn the_document_is_the_reviewed_one() {
    let json = serde_json::to_string_pretty(&document().value).expect("JSON");
    golden("openapi.json", &format!("{json}\n"));
}
