//! What an operation needs: written into the document from the table of operations, and read back from the document
//! by those who enforce it.

use serde_json::{Value, json};

use crate::auth::{Access, Role, Scope, scope};

/// The name of the only security scheme.
pub(super) const SCHEME: &str = "bearer";
const ROLE: &str = "x-required-role";

/// Writes `security`, the role, and a sentence for readers into `operation`.
///
/// # Errors
/// If the table has no row for it, or it documents something else.
pub(super) fn write(operation: &mut Value) -> Result<(), String> {
    let id = id(operation)?.to_owned();
    let access = scope::access(&id).ok_or_else(|| format!("{id}: the table of operations has no such row"))?;
    let (security, role) = match access {
        Access::Public => (json!([]), None),
        Access::Needs(role, scope) => (json!([{SCHEME: [scope.as_str()]}]), Some(role)),
    };
    if operation.get("security").is_some_and(|documented| *documented != security) {
        return Err(format!("{id}: it documents another security than the table's {security}"));
    }
    operation["security"] = security;
    if let (Access::Needs(_, scope), Some(role)) = (access, role) {
        operation[ROLE] = role.as_str().into();
        let text = operation.get("description").and_then(Value::as_str).unwrap_or_default();
        let separator = if text.is_empty() { "" } else { "\n\n" };
        let needs = format!("Needs the role `{}` and the scope `{}`.", role.as_str(), scope.as_str());
        operation["description"] = format!("{text}{separator}{needs}").into();
    }
    Ok(())
}

/// What `operation` says that it needs.
///
/// # Errors
/// If it does not say it in the words of [`write`]: what is not understood is not served.
pub(super) fn read(operation: &Value) -> Result<Access, String> {
    let id = id(operation)?;
    let not_understood = || format!("{id}: its security is not understood");
    let requirements = operation.get("security").and_then(Value::as_array).ok_or_else(not_understood)?;
    let [requirement] = requirements.as_slice() else {
        return if requirements.is_empty() { Ok(Access::Public) } else { Err(not_understood()) };
    };
    let scopes = requirement.get(SCHEME).and_then(Value::as_array).ok_or_else(not_understood)?;
    let [Value::String(scope)] = scopes.as_slice() else { return Err(not_understood()) };
    let role = operation.get(ROLE).and_then(Value::as_str).and_then(|role| role.parse::<Role>().ok());
    match (role, scope.parse::<Scope>()) {
        (Some(role), Ok(scope)) => Ok(Access::Needs(role, scope)),
        _ => Err(not_understood()),
    }
}

/// The operation's id.
pub(super) fn id(operation: &Value) -> Result<&str, String> {
    operation.get("operationId").and_then(Value::as_str).ok_or_else(|| "an operation has no operation_id".to_owned())
}
