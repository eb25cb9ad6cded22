//! Which tables hold rows of a workspace, and how some of these rows are found. `tests/store/workspace_deletions.rs` compares the
//! list with the columns of all tables.

/// What goes of a deleted workspace, in this order: the table, and the columns that with the workspace are its key. What is
/// still to be done comes first, so that it is not done any more.
pub(super) const TABLES: [(&str, &[&str]); 50] = [
    ("job_turns", &["job_id", "number"]),
    ("jobs", &["id"]),
    ("memory_pending", &["turn_id"]),
    ("deliveries", &["id"]),
    ("webhooks", &["id"]),
    ("webhook_heads", &[]),
    ("schedules", &["id"]),
    ("schedule_runs", &["id"]),
    ("mcp_servers", &["name"]),
    ("event_readers", &[]),
    ("invitations", &["id"]),
    ("login_codes", &["code_hash"]),
    ("families", &["id"]),
    ("tokens", &["id"]),
    ("suspensions", &["turn_id"]),
    ("approvals", &["id"]),
    ("spawned_turns", &["turn_id"]),
    ("open_turns", &["id"]),
    ("turn_events", &["turn_id", "first_seq"]),
    ("turn_steps", &["session_id", "number", "step"]),
    ("turns", &["id"]),
    ("sessions", &["id"]),
    ("agent_grants", &["id"]),
    ("agent_versions", &["agent_id", "version"]),
    ("agents", &["id"]),
    ("memory_versions", &["memory_id", "version"]),
    ("memory_copies", &["memory_id"]),
    ("memory_edges", &["from_id", "kind", "to_id", "memory_id"]),
    ("memory_aliases", &["subject", "folded", "entity_id"]),
    ("memory_entities", &["id"]),
    ("memory_user_profiles", &["subject"]),
    ("memory_index", &["change", "item_id"]),
    ("memory_undone", &["turn_id"]),
    ("memories", &["id"]),
    ("memory_profiles", &["id"]),
    ("workspace_policies", &["kind"]),
    ("memory_heads", &[]),
    ("skill_uses", &["skill_id", "turn_id"]),
    ("usage_entries", &["source", "place"]),
    ("usage_hours", &["agent_id", "hour", "provider", "model", "subject"]),
    ("turn_hours", &["hour", "agent_id"]),
    ("workspace_hours", &["hour"]),
    ("workspace_storage", &[]),
    ("quota_refusals", &["agent_id", "quota"]),
    ("idempotency_keys", &["caller", "key"]),
    ("outbox", &["position"]),
    ("event_heads", &[]),
    ("audit", &["sequence"]),
    ("audit_heads", &[]),
    // The last ones: accounts are found by them.
    ("service_accounts", &["id"]),
];

/// Removes up to `$2` rows of a table of the workspace `$1`; all of them where there is at most one.
pub(super) fn removal(table: &str, key: &[&str]) -> String {
    if key.is_empty() {
        return format!("DELETE FROM {table} WHERE workspace_id = $1");
    }
    let key = key.join(", ");
    format!(
        "DELETE FROM {table} WHERE workspace_id = $1 AND ({key}) IN
            (SELECT {key} FROM {table} WHERE workspace_id = $1 LIMIT $2)"
    )
}

/// Removes up to `$2` users whom the service accounts of the workspace `$1` have vouched for, and who are members of nothing.
pub(super) const END_USERS: &str = "DELETE FROM users WHERE id IN (SELECT u.id FROM users u
        JOIN service_accounts s ON s.id = u.issuer WHERE s.workspace_id = $1
            AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id) LIMIT $2)";

/// Removes up to `$2` memberships of the workspace `$1`, and answers whose they were.
pub(super) const MEMBERSHIPS: &str = "DELETE FROM memberships WHERE workspace_id = $1 AND user_id IN
        (SELECT m.user_id FROM memberships m WHERE m.workspace_id = $1 LIMIT $2) RETURNING user_id";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_keys() {
        assert_eq!(removal("event_heads", &[]), "DELETE FROM event_heads WHERE workspace_id = $1");
        let many = removal("turn_hours", &["hour", "agent_id"]);
        assert!(
            many.contains("(hour, agent_id) IN") && many.contains("SELECT hour, agent_id FROM turn_hours"),
            "{many}"
        );
    }

    #[test]
    fn a_table_is_named_once() {
        let mut names: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
