//! The host's scopes beside the gateway's: all of them in one table, and what the document says of them.

use std::fmt::Write as _;

use serde_json::Value;

use super::Routes;
use crate::auth::ScopeTable;

/// The schema of the names of scopes.
const SCOPE_NAMES: &str = "/components/schemas/ScopeName";

/// The gateway's scopes with those of `host`.
pub(crate) fn table(host: &[Routes], faults: &mut Vec<String>) -> ScopeTable {
    let mut table = ScopeTable::default();
    for scope in host.iter().flat_map(|routes| &routes.scopes) {
        let declared = table.declare(scope.clone());
        faults.extend(declared.err().map(|fault| format!("the scope {:?} {fault}", scope.name)));
    }
    table
}

/// Adds the host's scopes to the names that `document` allows, each with its description.
pub(crate) fn describe(document: &mut Value, scopes: &ScopeTable) {
    if scopes.hosts().is_empty() {
        return;
    }
    let Some(schema) = document.pointer_mut(SCOPE_NAMES) else { return };
    if let Some(names) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        names.extend(scopes.hosts().iter().map(|scope| scope.name.clone().into()));
    }
    let mut text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (number, scope) in scopes.hosts().iter().enumerate() {
        let separator = if number == 0 { "\n\n" } else { "\n" };
        let _infallible = write!(text, "{separator}- `{}`: {}", scope.name, scope.description.trim());
    }
    schema["description"] = text.into();
}
