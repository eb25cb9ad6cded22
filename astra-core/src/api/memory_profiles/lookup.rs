//! Memory profiles in the store: looked up, checked, refused, assigned to agents.

use crate::app::App;
use crate::engine::agent::AgentDefinition;
use crate::engine::catalogue;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::ids::MemoryProfileId;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{
    self, AgentChange, AgentRefusal, MemoryProfileRefusal, Precondition, Refusal, StoredAgent, StoredMemoryProfile,
};

/// How often a change of an agent is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// A memory profile of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn find(app: &App, caller: &Caller, id: MemoryProfileId) -> Result<StoredMemoryProfile> {
    let found = app.store.rows(&caller.workspace).memory_profiles().find(id).await.map_err(Error::store)?;
    found.ok_or_else(missing)
}

/// 404 of a memory profile.
pub fn missing() -> Error {
    Error::not_found("memory profile")
}

/// The settings as they are stored, if they are good.
///
/// # Errors
/// 422 with a pointer for each fault.
pub fn checked(settings: &MemoryProfileSettings) -> Result<String> {
    let faults = settings.faults();
    if faults.is_empty() {
        return serde_json::to_string(settings).map_err(Error::internal);
    }
    let mut error = Error::new(Code::InvalidRequest, "The memory profile is not valid.");
    error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
    Err(error)
}

/// What the store refuses to do with a memory profile.
pub fn refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Refused(Refusal::MemoryProfile(MemoryProfileRefusal::Assigned)) => Error::conflict(
            "Agents have this memory profile: memory-profiles.list_agents names them. Take it away from them first.",
        ),
        store::Error::Refused(Refusal::Agent(AgentRefusal::NoSuchMemoryProfile)) => missing(),
        fault => Error::store(fault),
    }
}

/// Gives an agent the memory profile `wanted`, as a new version, if `agrees` says so of the profile that it has.
///
/// # Errors
/// 404 for the agent; what `agrees` answers.
pub async fn set_profile(
    app: &App,
    caller: &Caller,
    agent_id: &str,
    wanted: Option<MemoryProfileId>,
    agrees: impl Fn(Option<MemoryProfileId>) -> Result<()>,
) -> Result<StoredAgent> {
    let rows = caller.rows(app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present = rows.agents().find(agent_id).await.map_err(Error::store)?;
        let present = present.ok_or_else(|| Error::not_found("agent"))?;
        let definition = catalogue::read(&present.definition).map_err(Error::store)?;
        agrees(definition.memory_profile_id)?;
        if definition.memory_profile_id == wanted {
            return Ok(present);
        }
        let definition = AgentDefinition { memory_profile_id: wanted, ..definition };
        let change = AgentChange {
            agent_id: agent_id.to_owned(),
            definition: catalogue::write(&definition).map_err(Error::store)?,
            author: caller.subject.clone(),
            now_ms: app.now_ms(),
        };
        // The definition that was changed must still be the present one.
        match rows.agents().update(change, Precondition::OneOf(vec![present.revision()])).await {
            Ok(Some(agent)) => return Ok(agent),
            Ok(None) => return Err(Error::not_found("agent")),
            Err(store::Error::Refused(Refusal::Stale)) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}
