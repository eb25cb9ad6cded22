//! What is served and is not of the document.

/// What is served beside the contract, to browsers and to what collects metrics.
pub(super) fn is_beside(path: &str) -> bool {
    path == "/" || path == "/metrics" || path == "/docs" || path.starts_with("/docs/")
}

/// Whether what is served at `path` speaks a protocol that the document does not describe.
pub(super) fn has_own_protocol(path: &str) -> bool {
    path == "/mcp"
}
