//! Every operation through the router, as its callers meet it: one folder a group, one file an operation.

#![expect(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[expect(
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    reason = "tests start what they like; each test binary uses its part of the support"
)]
#[path = "../support/mod.rs"]
mod support;

mod admin;
mod agent_jobs;
mod agents;
mod approvals;
mod audit;
mod auth;
mod bounds;
mod call_budget;
mod channel_answers;
mod channel_commands;
mod channel_groups;
mod channel_host;
mod channel_line;
mod channel_sending;
mod channels;
mod chat;
mod context;
mod conversation;
mod credentials;
mod cron;
mod cron_replicas;
mod endpoint;
mod gateways;
mod health;
mod history;
mod host_tools;
mod identity_provider;
mod inference;
mod jobs;
mod lending;
mod lifetimes;
mod mcp;
mod mcp_approvals;
#[expect(dead_code, reason = "the tests of the servers themselves use the rest")]
#[path = "../mcp/fixture.rs"]
mod mcp_fixture;
mod mcp_memory_tools;
mod mcp_protocol;
mod mcp_resources;
mod mcp_servers;
mod mcp_tools;
mod memory;
mod memory_embeddings;
mod memory_isolation;
mod memory_model;
mod memory_profiles;
mod memory_recall;
mod memory_replicas;
mod memory_strengthening;
mod memory_tools;
mod memory_turns;
mod metrics;
mod mishaps;
mod openai;
mod openai_tools;
mod origin;
#[cfg(feature = "otlp")]
mod otlp;
mod outbox;
mod plans;
mod prompts;
mod queue;
mod quotas;
mod replica_waits;
mod replicas;
mod restrictions;
mod revocation;
mod rounds;
mod sessions;
mod skill_turns;
mod skills;
mod socket;
mod socket_crowd;
mod socket_waits;
mod spawn;
mod spawn_waits;
mod spec;
mod storage;
mod tool_calls;
mod tool_fetch;
mod tool_mishaps;
mod tools;
mod traces;
mod webhooks;
mod work;
mod workspace_transfer;
mod workspaces;
