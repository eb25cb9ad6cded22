//! The store's contract, held against both backends: what a method may rely on whichever backend is under it.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests may fail"
)]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod agent_grants;
mod agents;
mod audit;
mod big_store;
mod classes;
mod deliveries;
mod durability;
mod empty;
mod families;
mod full;
mod job_claims;
mod job_list;
mod job_logs;
mod job_steps;
mod jobs;
mod keys;
mod leases;
mod login_codes;
mod lone;
mod mcp_servers;
mod memories;
mod memory_embedding;
mod memory_graph;
mod memory_purge;
mod memory_strengthen;
mod migrations;
mod moved_tables;
mod oidc;
mod outbox;
mod own_account;
mod pages;
mod queue;
mod queue_waits;
mod races;
mod reconnect;
mod scheduled_year;
mod schedules;
mod scopes;
mod service_accounts;
mod skill_uses;
mod spawned_turns;
mod tls;
mod traces;
mod transactions;
mod turn_counts;
mod turn_events;
mod usage;
mod values;
mod visibility;
mod waits;
mod webhooks;
mod workspace_deletions;
mod workspace_policies;
mod workspaces;
mod write_ahead_log;
