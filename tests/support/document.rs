//! The built-in OpenAPI document as the judge of answers, by the checks that the library offers to hosts.

use std::sync::{Arc, LazyLock};

use astra_core::testing::Document;

/// The built-in document.
pub(crate) fn document() -> &'static Arc<Document> {
    static DOCUMENT: LazyLock<Arc<Document>> = LazyLock::new(|| {
        let value = astra_core::openapi().unwrap_or_else(|fault| panic!("the document is made: {:?}", fault.source));
        Arc::new(Document::new(value))
    });
    &DOCUMENT
}
