//! What each operation needs, one file a group. The tables guard the router and write the `security` of the OpenAPI
//! document: an operation that is in none of them can neither be served nor documented.

mod admin;
mod agents;
mod auth;
mod channels;
mod chat;
mod cron;
mod health;
mod inference;
mod jobs;
mod memory;
mod memory_profiles;
mod needs;
mod sessions;
mod skills;
mod spec;
mod tools;
mod traces;
mod webhooks;
mod workspaces;

use super::role::Role;
use super::scope::{Scope, ScopeSet};

pub use memory::{GET_MEMORY, operation_of_tool};
pub use needs::Access;
pub use tools::{APPROVE, DENY};

/// The names of the gateway's groups, in the order of the document. They are reserved: a host's operations and scopes
/// are in none of these groups, including those whose operations come with a later version.
pub const GROUPS: [&str; 18] = [
    "health",
    "auth",
    "agents",
    "sessions",
    "chat",
    "memory",
    "memory-profiles",
    "tools",
    "jobs",
    "traces",
    "workspaces",
    "skills",
    "channels",
    "inference",
    "cron",
    "webhooks",
    "admin",
    "spec",
];

/// The tables of the groups that have operations.
const TABLES: [&[(&str, Access)]; 18] = [
    health::OPERATIONS,
    auth::OPERATIONS,
    agents::OPERATIONS,
    sessions::OPERATIONS,
    chat::OPERATIONS,
    memory::OPERATIONS,
    memory_profiles::OPERATIONS,
    tools::OPERATIONS,
    jobs::OPERATIONS,
    traces::OPERATIONS,
    workspaces::OPERATIONS,
    skills::OPERATIONS,
    channels::OPERATIONS,
    inference::OPERATIONS,
    cron::OPERATIONS,
    webhooks::OPERATIONS,
    admin::OPERATIONS,
    spec::OPERATIONS,
];

/// The gateway's services beside its operations, with what they need.
const SERVICES: [(&str, Access); 1] = [("metrics", Access::Needs(Role::Owner, Scope::AdminRead))];

/// What operations and services need of their callers, all of it.
pub fn needs() -> impl Iterator<Item = (Role, ScopeSet)> {
    operations().chain(SERVICES).filter_map(|(_, access)| access.needs())
}

/// Every operation of the gateway, with what it needs.
pub fn operations() -> impl Iterator<Item = (&'static str, Access)> {
    TABLES.into_iter().flatten().copied()
}

/// What `operation_id` needs; `None` for an operation that is in no table.
#[must_use]
pub fn access(operation_id: &str) -> Option<Access> {
    operations().find(|(id, _)| *id == operation_id).map(|(_, access)| access)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_holds_one_group_and_the_groups_are_in_order() {
        let group = |id: &str| id.split_once('.').map(|(group, _)| group.to_owned()).unwrap_or_default();
        let groups: Vec<String> = TABLES.iter().map(|table| group(table[0].0)).collect();
        let places: Vec<_> = groups.iter().map(|group| GROUPS.iter().position(|known| known == group)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{groups:?}");
        for (table, own) in TABLES.iter().zip(&groups) {
            assert!(table.iter().all(|(id, _)| group(id) == *own), "{own}");
        }
    }

    #[test]
    fn each_operation_has_one_row_and_each_scope_an_operation_of_its_group() {
        let mut ids: Vec<&str> = operations().map(|(id, _)| id).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        // `users:act` is checked by a grant of the token endpoint, within the operation.
        let beside = |scope: Scope| {
            SERVICES.iter().any(|(_, access)| access.needs().is_some_and(|(_, scopes)| scopes.contains(scope)))
        };
        for scope in Scope::all().filter(|scope| *scope != Scope::UsersAct && !beside(*scope)) {
            let (group, _) = scope.as_str().split_once(':').expect("a scope is <group>:<verb>");
            let is_used = operations().any(|(id, access)| {
                id.split_once('.').is_some_and(|(of, _)| of == group)
                    && access.needs().is_some_and(|(_, scopes)| scopes.contains(scope))
            });
            assert!(is_used, "{} is asked for by no operation", scope.as_str());
        }
    }
}
