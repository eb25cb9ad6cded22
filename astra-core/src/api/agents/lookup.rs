//! Agents in the store: looked up, read, checked, refused.

use crate::app::App;
use crate::engine::agent::AgentDefinition;
use crate::engine::catalogue;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::store::{self, AgentRefusal, Refusal, StoredVersion};

/// The definition of a stored row.
///
/// # Errors
/// If another version of the gateway wrote what this one cannot read.
pub fn read(definition: &str) -> Result<AgentDefinition> {
    serde_json::from_str(definition).map_err(Error::internal)
}

/// The definition as it is stored, if the gateway can act on it.
///
/// # Errors
/// 422 with a pointer for each fault.
pub fn checked(definition: &AgentDefinition, caller: &Caller, app: &App) -> Result<String> {
    let faults = catalogue::check(definition, Some(&caller.workspace), &app.known);
    if faults.is_empty() {
        return catalogue::write(definition).map_err(Error::store);
    }
    let mut error = Error::new(Code::InvalidRequest, "The agent's definition is not valid.");
    error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
    Err(error)
}

/// 422 unless `id` can be an agent's.
///
/// # Errors
/// For ids that are reserved.
pub fn check_id(id: &str) -> Result<()> {
    catalogue::id_fault(id).map_or(Ok(()), |fault| Err(Error::field("/id", fault)))
}

/// What the store refuses to do with an agent.
pub fn refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Unique(_) => Error::conflict("An agent with this id exists: choose another id."),
        store::Error::Refused(Refusal::Agent(AgentRefusal::NoSuchVersion)) => Error::not_found("version"),
        store::Error::Refused(Refusal::Agent(AgentRefusal::NoSuchMemoryProfile)) => {
            Error::field("/memory_profile_id", "there is no memory profile with this id")
        }
        fault => Error::store(fault),
    }
}

/// A version of an agent of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn version_of(app: &App, caller: &Caller, agent_id: &str, version: u32) -> Result<StoredVersion> {
    let found =
        app.store.rows(&caller.workspace).agent_versions().find(agent_id, version).await.map_err(Error::store)?;
    found.ok_or_else(|| Error::not_found("version"))
}
