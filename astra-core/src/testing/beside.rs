//! What is served and is not of the document.

/// What is served beside the contract, to browsers and to what collects metrics.
pub(super) fn is_beside(path: &str) -> bool {
    let is_page = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path == "/" || path == "/metrics" || is_page("/docs") || is_page("/console")
}

/// Whether what is served at `path` speaks a protocol that the document does not describe.
pub(super) fn has_own_protocol(path: &str) -> bool {
    path == "/mcp"
}
