//! Services beside the document, such as one that speaks a protocol of its own: without parameters, schemas and documented
//! answers, but behind the layers that operations have.

use std::sync::Arc;

use super::operation::{Operation, Operations, PathContract};
use super::traits::{BodyReading, CredentialPlace, Traits};
use crate::auth::{Access, Role, ScopeSet, ScopeTable};

/// What a service beside the document is called and what it needs.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Its name, in the log.
    pub name: String,
    /// The least role and all scopes that its callers need; `None` if it is public, or checks its own credential.
    pub needs: Option<(Role, Vec<String>)>,
    /// What else it is allowed to be. Its body is always raw.
    pub traits: Traits,
}

impl Mount {
    /// A service that every client may call.
    #[must_use]
    pub fn public(name: impl Into<String>) -> Self {
        Self { name: name.into(), needs: None, traits: Traits::default() }
    }

    /// A service for callers of at least `role` whose credential has all of `scopes`.
    #[must_use]
    pub fn for_callers(name: impl Into<String>, role: Role, scopes: &[&str]) -> Self {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Self { name: name.into(), needs: Some((role, scopes)), traits: Traits::default() }
    }

    /// The same with `traits`.
    #[must_use]
    pub fn traits(self, traits: Traits) -> Self {
        Self { traits, ..self }
    }
}

/// The contract of the path `template`, where the service `mount` stands.
///
/// # Errors
/// If its traits contradict its needs, or a scope is none of `scopes`.
pub fn mounted(template: &str, mount: &Mount, scopes: &ScopeTable) -> Result<PathContract, String> {
    let fault = |text: String| Err(format!("{template}: {text}"));
    let access = match &mount.needs {
        None => Access::Public,
        Some((role, names)) => {
            let mut needed = ScopeSet::default();
            for name in names {
                let Some(scope) = scopes.find(name) else {
                    return fault(format!("it needs the scope {name:?}, which no token can have"));
                };
                needed = needed.union(scope);
            }
            Access::NeedsAll(*role, needed)
        }
    };
    if mount.traits.credential == CredentialPlace::Own && access != Access::Public {
        return fault("it checks its own credential, and needs another one".to_owned());
    }
    let operation = Operation {
        id: mount.name.clone(),
        access,
        traits: Traits { body: BodyReading::Raw, ..mount.traits },
        parameters: Vec::new(),
        bodies: Vec::new(),
        raw_types: Vec::new(),
        is_body_required: false,
        frame: None,
        answers: Vec::new(),
        has_key: false,
        ignores_unknown: true,
        is_hosts: false,
    };
    Ok(PathContract {
        template: template.to_owned(),
        allow: None,
        refusals: mount.traits.refusals,
        operations: Operations::Mounted(Arc::new(operation)),
    })
}
