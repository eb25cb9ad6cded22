//! Two workspaces and every operation of the document: a foreign caller reads, changes and learns nothing.
//!
//! Each file beside this one is a sweep: of what paths name, of what bodies and queries name, of lists and other reads, of
//! idempotency keys, and of an agent that is lent. An operation that is in none of them has its reason in [`UNSWEPT`].

mod home;
mod keys;
mod lent;
mod lists;
mod paths;
mod references;
mod same;

pub(crate) use home::Home;

use crate::call::Call;

/// Path variables that name what belongs to the gateway, not to a workspace.
pub(crate) const GATEWAY: [&str; 2] = ["provider", "tool"];

/// Lists of what is no workspace's: what the gateway's operator has configured, its tools and signing keys, which are the same
/// for all, and the sign-ins of the caller's own account (`tests/api/auth/list_sign_ins.rs`).
const GATEWAY_LISTS: [&str; 6] = [
    "auth.list_keys",
    "auth.list_sign_ins",
    "inference.list_models",
    "inference.list_providers",
    "tools.list",
    "webhooks.list_events",
];

/// Operations that no sweep calls, and why.
const UNSWEPT: [(&str, &str); 25] = [
    ("health.get", "public, and tells of the gateway"),
    ("health.live", "public, and tells of the gateway"),
    ("health.ready", "public, and tells of the gateway"),
    ("auth.jwks", "public: the keys of the gateway"),
    ("auth.register", "public: the workspace is the one of the code"),
    ("auth.get_sign_in_options", "public, and tells of the gateway"),
    ("auth.token", "public: the workspace is the one of the account or the secret"),
    ("auth.refresh", "public: the workspace is the one of the sign-in"),
    ("auth.start_oidc", "public: sends a browser to the identity provider"),
    ("auth.finish_oidc", "public: the workspace is the one of the account that the identity provider names"),
    ("auth.create_login_code", "is about the caller's own account: tests/api/auth/create_login_code.rs"),
    ("auth.logout", "ends the sign-in of the caller's own token"),
    ("auth.delete_account", "is about the caller's own account"),
    ("auth.change_password", "is about the caller's own account"),
    ("auth.end_sign_ins", "is about the caller's own account"),
    ("inference.get_provider", "a provider belongs to the gateway"),
    ("inference.check_provider", "a provider belongs to the gateway"),
    ("agents.reload", "definitions on disk belong to the first workspace: tests/api/agents/reload.rs"),
    ("skills.reload", "skills on disk belong to the first workspace: tests/api/skills/reload.rs"),
    ("memory.update_profile", "a document of the caller's own, and memory.get_profile is read"),
    ("memory.search", "searches the caller's own memory: tests/api/memory/search.rs"),
    ("cron.preview", "computes times and stores nothing"),
    ("chat.connect", "its frames are chat.stream's: tests/api/chat/connect.rs"),
    ("spec.json", "the document of the gateway"),
    ("spec.yaml", "the document of the gateway"),
];

/// Whether a path variable of the operation names what belongs to a workspace.
fn names_something(call: &Call) -> bool {
    let names = call.names("path");
    !names.is_empty() && !names.iter().any(|name| GATEWAY.contains(name))
}

#[test]
fn every_operation_is_swept_or_has_its_reason() {
    let mut faults = Vec::new();
    for call in Call::all() {
        let is_referring = references::REFERENCES.iter().any(|(id, ..)| *id == call.id);
        let is_swept = names_something(&call) || lists::is_read(&call) || call.takes("Idempotency-Key") || is_referring;
        let reason = UNSWEPT.iter().find(|(id, _)| *id == call.id);
        match (is_swept, reason) {
            (false, None) => faults.push(format!("{} is in no sweep", call.id)),
            // The document is read by the sweep too, and says nothing of tenants.
            (true, Some(_)) if call.group() != "spec" => faults.push(format!("{} is swept", call.id)),
            _ => {}
        }
    }
    for (id, _) in UNSWEPT {
        assert!(Call::all().any(|call| call.id == id), "no operation is {id}");
    }
    assert!(faults.is_empty(), "{faults:?}");
}
