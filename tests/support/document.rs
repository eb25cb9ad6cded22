//! The built-in OpenAPI document as the judge of answers, by the checks that the library offers to hosts.

use std::sync::LazyLock;

use astra_core::testing::Document;

/// The built-in document.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
        let value = astra_core::openapi().unwrap_or_else(|fault| panic!("the document is made: {:?}", fault.source));
        Document::new(value)
    });
    &DOCUMENT
}
