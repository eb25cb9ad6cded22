//! What an operation needs: written into the document from the table of operations, or as a host declares it of its own,
//! and read back from the document by those who enforce it.

use serde_json::{Value, json};

use crate::auth::{Access, Role, ScopeSet, ScopeTable, access};

/// The name of the only security scheme.
const SCHEME: &str = "bearer";
const ROLE: &str = "x-required-role";

/// Writes `security`, the role, and a sentence for readers into `operation`.
///
/// # Errors
/// If the table has no row for it, or it documents something else.
pub(super) fn write(operation: &mut Value, scopes: &ScopeTable) -> Result<(), String> {
    let id = id(operation)?.to_owned();
    let access = access::access(&id).ok_or_else(|| format!("{id}: the table of operations has no such row"))?;
    let security = security(access, scopes);
    if operation.get("security").is_some_and(|documented| *documented != security) {
        return Err(format!("{id}: it documents another security than the table's {security}"));
    }
    document(operation, access, scopes);
    Ok(())
}

/// Writes what a host's `operation` declares of its security in the words of the gateway's own operations. `table` has all
/// scopes of the gateway and the host.
///
/// # Errors
/// If it declares nothing, or what cannot be enforced: it shall not be open because of an oversight, nor shut for ever.
pub fn declare(operation: &mut Value, table: &ScopeTable) -> Result<(), String> {
    let Some(declared) = operation.get("security") else {
        return Err(
            "it does not say whom it is for: security(()) is everybody, security((\"bearer\" = [])) every caller \
                    with a token, security((\"bearer\" = [\"agents:read\"])) those whose token has this scope"
                .to_owned(),
        );
    };
    let role = role(operation)?;
    let access = match declared.as_array().map(Vec::as_slice) {
        Some([]) => None,
        Some([requirement]) if *requirement == json!({}) => None,
        Some([requirement]) => Some(scopes(requirement, table)?),
        _ => return Err("its security offers a choice, but one requirement must hold for all callers".to_owned()),
    };
    let access = match (access, role) {
        (None, None) => Access::Public,
        (None, Some(_)) => return Err(format!("it is for everybody, and has {ROLE}: nobody's role is asked for then")),
        (Some(scopes), role) => Access::NeedsAll(role.unwrap_or(Role::Viewer), scopes),
    };
    document(operation, access, table);
    Ok(())
}

fn role(operation: &Value) -> Result<Option<Role>, String> {
    let Some(declared) = operation.get(ROLE) else { return Ok(None) };
    let role = declared.as_str().and_then(|role| role.parse::<Role>().ok());
    let unknown = || format!("its {ROLE} is {declared}, which is none of viewer, member, admin, owner");
    role.map(Some).ok_or_else(unknown)
}

fn scopes(requirement: &Value, table: &ScopeTable) -> Result<ScopeSet, String> {
    let schemes = requirement.as_object().into_iter().flatten();
    let mut found = ScopeSet::default();
    for (scheme, scopes) in schemes {
        if scheme != SCHEME {
            return Err(format!(
                "its security asks for {scheme:?}, which the gateway does not know: ask for {SCHEME:?}"
            ));
        }
        let words: Vec<&str> = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        found = table.parse(&words.join(" ")).map_err(|word| {
            let known: Vec<&str> = table.names(table.all()).collect();
            format!(
                "its security asks for the scope {word:?}, which no token can have: declare it by Routes::scope, or ask \
                 for one of {}",
                known.join(", ")
            )
        })?;
    }
    Ok(found)
}

fn security(access: Access, table: &ScopeTable) -> Value {
    match access.needs() {
        None => json!([]),
        Some((_, scopes)) => json!([{SCHEME: table.names(scopes).collect::<Vec<_>>()}]),
    }
}

fn document(operation: &mut Value, access: Access, table: &ScopeTable) {
    operation["security"] = security(access, table);
    let Some((role, scopes)) = access.needs() else { return };
    operation[ROLE] = role.as_str().into();
    let text = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let separator = if text.is_empty() { "" } else { "\n\n" };
    let names: Vec<String> = table.names(scopes).map(|scope| format!("`{scope}`")).collect();
    let scopes = match names.as_slice() {
        [] => String::new(),
        [only] => format!(" and the scope {only}"),
        several => format!(" and the scopes {}", several.join(", ")),
    };
    operation["description"] = format!("{text}{separator}Needs the role `{}`{scopes}.", role.as_str()).into();
}

/// What `operation` says that it needs.
///
/// # Errors
/// If it does not say it in the words of [`write`] or [`declare`]: what is not understood is not served.
pub(super) fn read(operation: &Value, table: &ScopeTable) -> Result<Access, String> {
    let id = id(operation)?;
    let not_understood = || format!("{id}: its security is not understood");
    let requirements = operation.get("security").and_then(Value::as_array).ok_or_else(not_understood)?;
    let [requirement] = requirements.as_slice() else {
        return if requirements.is_empty() { Ok(Access::Public) } else { Err(not_understood()) };
    };
    let words = requirement.get(SCHEME).and_then(Value::as_array).ok_or_else(not_understood)?;
    let read = |word: &Value| table.find(word.as_str()?);
    let scopes = words.iter().map(read).collect::<Option<Vec<ScopeSet>>>().ok_or_else(not_understood)?;
    let role = role(operation).ok().flatten().ok_or_else(not_understood)?;
    Ok(Access::NeedsAll(role, scopes.into_iter().fold(ScopeSet::default(), ScopeSet::union)))
}

/// The operation's id.
pub(super) fn id(operation: &Value) -> Result<&str, String> {
    operation.get("operationId").and_then(Value::as_str).ok_or_else(|| "an operation has no operation_id".to_owned())
}
