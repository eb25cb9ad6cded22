//! Which tables hold something of a user, and what a purge does with each. `tests/house/purge.rs` compares the lists with the
//! columns of all tables.

/// The sessions of the user `$2`.
pub(super) const SESSIONS: &str = "SELECT s.id FROM sessions s WHERE s.workspace_id = $1 AND s.subject = $2";

/// The turns of the user `$2`, and all turns of its sessions.
pub(super) const TURNS: &str =
    "SELECT t.id FROM turns t WHERE t.workspace_id = $1 AND (t.subject = $2 OR t.session_id IN (:sessions))";

/// What changes of rows that are others' and name the user: forks of its sessions begin with nothing, and events that it has
/// caused are the gateway's.
pub(super) const OWNERS: [&str; 4] = [
    "WITH RECURSIVE f (id) AS (SELECT s.id FROM sessions s WHERE s.workspace_id = $1 AND s.parent_id IN (:sessions)
            UNION SELECT c.id FROM sessions c JOIN f ON c.parent_id = f.id WHERE c.workspace_id = $1)
        UPDATE sessions SET summary = NULL, summary_until = 0 WHERE workspace_id = $1 AND id IN (SELECT f.id FROM f)",
    "UPDATE sessions SET parent_id = NULL, parent_until = NULL, parent_messages = 0
        WHERE workspace_id = $1 AND parent_id IN (:sessions)",
    "UPDATE channel_users SET linked_id = NULL WHERE workspace_id = $1 AND linked_id = $3",
    "UPDATE outbox SET subject = NULL WHERE workspace_id = $1 AND subject = $2",
];

/// What goes, in this order: the table, and the condition of its rows. `$2` is the user's number, `$3` its id.
pub(super) const PURGED: [(&str, &str); 30] = [
    (
        "memory_versions",
        "workspace_id = $1 AND memory_id IN
        (SELECT m.id FROM memories m WHERE m.workspace_id = $1 AND m.subject = $2)",
    ),
    (
        "memory_copies",
        "workspace_id = $1 AND memory_id IN
        (SELECT m.id FROM memories m WHERE m.workspace_id = $1 AND m.subject = $2)",
    ),
    ("memory_edges", "workspace_id = $1 AND subject = $2"),
    ("memory_aliases", "workspace_id = $1 AND subject = $2"),
    ("memory_entities", "workspace_id = $1 AND subject = $2"),
    ("memory_user_profiles", "workspace_id = $1 AND subject = $2"),
    ("memory_index", "workspace_id = $1 AND subject = $2"),
    ("memory_pending", "workspace_id = $1 AND turn_id IN (:turns)"),
    ("memory_undone", "workspace_id = $1 AND turn_id IN (:turns)"),
    ("memories", "workspace_id = $1 AND subject = $2"),
    (
        "deliveries",
        "workspace_id = $1 AND event_id IN
        (SELECT o.id FROM outbox o WHERE o.workspace_id = $1 AND o.owner = $2)",
    ),
    ("outbox", "workspace_id = $1 AND owner = $2"),
    (
        "channel_sends",
        "workspace_id = $1 AND message_id IN
        (SELECT m.id FROM channel_messages m WHERE m.workspace_id = $1 AND m.user_id = $3)",
    ),
    ("channel_messages", "workspace_id = $1 AND user_id = $3"),
    ("channel_users", "workspace_id = $1 AND user_id = $3"),
    ("channel_link_codes", "workspace_id = $1 AND user_id = $3"),
    ("jobs", "workspace_id = $1 AND subject = $2"),
    ("job_turns", "workspace_id = $1 AND turn_id IN (:turns)"),
    ("approvals", "workspace_id = $1 AND (subject = $2 OR turn_id IN (:turns))"),
    ("suspensions", "workspace_id = $1 AND turn_id IN (:turns)"),
    ("spawned_turns", "workspace_id = $1 AND (turn_id IN (:turns) OR parent_id IN (:turns))"),
    ("turn_events", "workspace_id = $1 AND turn_id IN (:turns)"),
    (
        "turn_steps",
        "workspace_id = $1 AND (session_id, number) IN (SELECT t.session_id, t.number FROM turns t
        WHERE t.workspace_id = $1 AND (t.subject = $2 OR t.session_id IN (:sessions)))",
    ),
    ("skill_uses", "workspace_id = $1 AND subject = $2"),
    ("usage_entries", "workspace_id = $1 AND subject = $2"),
    ("usage_hours", "workspace_id = $1 AND subject = $2"),
    ("turns", "workspace_id = $1 AND (subject = $2 OR session_id IN (:sessions))"),
    ("open_turns", "workspace_id = $1 AND subject = $2"),
    ("sessions", "workspace_id = $1 AND subject = $2"),
    ("idempotency_keys", "workspace_id = $1 AND caller = $3"),
];
