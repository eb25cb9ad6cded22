//! A store as large as one that many have used for long: turns in sessions of ten, in workspaces that all have about as many,
//! but for the first workspace, which has a tenth of all, among them a few sessions of a hundredth of all. Rows are written by
//! the statements of this file alone, thousands at a time; keys and times are those that a gateway would have given them.

use astra_core::ids::{EPOCH_MS, IdKind, SessionId, encode};
use astra_core::params;
use astra_core::store::Db;

use super::Result;

/// Turns of one transaction.
const PIECE: i64 = 20_000;
/// Workspaces of one transaction.
const WORKSPACES: i64 = 500;
/// Between two turns.
const STEP_MS: i64 = 1_000;
/// The agent of all of them.
const AGENT: &str = "echo";

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Turns in all.
    pub(crate) turns: i64,
    /// Workspaces in all.
    pub(crate) workspaces: i64,
    /// Sessions of a hundredth of all turns each, in the first workspace; at most nine.
    pub(crate) long_sessions: i64,
}

impl Size {
    /// The long session of this number, of a store that was filled at `now_ms`.
    pub(crate) fn long_session(self, now_ms: i64, number: i64) -> SessionId {
        SessionId::from_key(self.first_key(now_ms) + number * key_step() + 1)
    }

    /// The key of the first turn. All turns are over for an hour.
    fn first_key(self, now_ms: i64) -> i64 {
        (self.first_ms(now_ms) - EPOCH_MS) * (key_step() / STEP_MS)
    }

    const fn first_ms(self, now_ms: i64) -> i64 {
        now_ms - 3_600_000 - self.turns * STEP_MS
    }
}

/// Between the keys of two turns: keys have milliseconds, and below them 22 bits of instance and sequence.
const fn key_step() -> i64 {
    STEP_MS << 22
}

/// Fills `db`, whose first workspace is the number `first`.
pub(crate) async fn fill(db: &Db, first: i64, size: Size, now_ms: i64) -> Result<()> {
    let last = first + size.workspaces - 1;
    for from in (first..=last).step_by(usize::try_from(WORKSPACES)?) {
        let to = last.min(from + WORKSPACES - 1);
        db.write(move |tx| (from..=to).try_for_each(|number| workspace(tx, number, number > first, now_ms))).await?;
    }
    for from in (0..size.turns).step_by(usize::try_from(PIECE)?) {
        let sql = turns_sql(size, first, now_ms, from, size.turns.min(from + PIECE));
        db.write(move |tx| tx.execute(&sql, params![])).await?;
    }
    for from in (first..=last).step_by(usize::try_from(WORKSPACES)?) {
        let to = last.min(from + WORKSPACES - 1);
        db.write(move |tx| {
            tx.execute(SESSIONS, params![from, to, AGENT])?;
            tx.execute(USAGE, params![from, to])?;
            tx.execute(STORAGE, params![from, to])
        })
        .await?;
    }
    if !matches!(db, Db::Sqlite(_)) {
        db.write(|tx| tx.execute("ANALYZE", params![])).await?;
    }
    Ok(())
}

/// How many rows there are of a session and its turns.
pub(crate) async fn rows_of(db: &Db, session: &SessionId) -> Result<i64> {
    let session = *session;
    let sql = "SELECT (SELECT COUNT(*) FROM sessions s WHERE s.workspace_id = w.number AND s.id = $1)
        + (SELECT COUNT(*) FROM turns t WHERE t.workspace_id = w.number AND t.session_id = $1)
        FROM workspaces w ORDER BY w.number LIMIT 1";
    Ok(db.read(move |tx| tx.one(sql, params![session])?.next_int()).await?)
}

/// A workspace, and the one who has asked in it; its number is that of the workspace.
fn workspace(
    tx: &mut astra_core::store::Tx<'_>,
    number: i64,
    is_new: bool,
    now_ms: i64,
) -> astra_core::store::Result<()> {
    if is_new {
        let id = encode(IdKind::Workspace, number);
        let sql = "INSERT INTO workspaces (number, id, name, created_at, updated_at) VALUES ($1, $2, $2, $3, $3)";
        tx.execute(sql, params![number, &id, now_ms])?;
    }
    let user = encode(IdKind::User, number);
    tx.execute("INSERT INTO subjects (number, id) VALUES ($1, $2)", params![number, &user]).map(drop)
}

/// The turns from the number `from` up to `to`. A turn of kind 0 belongs to a long session, one of kind 1 to another session
/// of the first workspace, and one of kind 2 to another workspace; `place` is its place among those of its kind, and `head`
/// the number that the first turn of its session has or would have.
fn turns_sql(size: Size, first: i64, now_ms: i64, from: i64, to: i64) -> String {
    let Size { turns: _, workspaces, long_sessions } = size;
    let others = (workspaces - 1).max(1);
    let (first_key, first_ms, key_step) = (size.first_key(now_ms), size.first_ms(now_ms), key_step());
    format!(
        "WITH RECURSIVE numbers (i) AS (
            SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < {to}
        ), kinds AS (
            SELECT i, CASE WHEN i % 100 < {long_sessions} THEN 0 WHEN i % 10 = 9 THEN 1 ELSE 2 END AS kind FROM numbers
        ), places AS (
            SELECT i, kind,
                CASE kind WHEN 0 THEN {first} WHEN 1 THEN {first} ELSE {first} + 1 + i % {others} END AS workspace_id,
                CASE kind WHEN 0 THEN i / 100 WHEN 1 THEN i / 10 ELSE i / {others} END AS place,
                CASE kind WHEN 0 THEN i % 100 WHEN 1 THEN i / 100 * 100 + 9
                    ELSE i / ({others} * 10) * {others} * 10 + i % {others} END AS head
            FROM kinds
        )
        INSERT INTO turns (id, workspace_id, session_id, number, agent_id, agent_version, subject, status, is_new_session, role,
            question, answer, finish_reason, provider, model, input_tokens, output_tokens, cost_usd, messages_sent,
            messages_left_out, last_seq, spans, duration_us, provider_us, storage_us,
            tool_us, waiting_us, step_count, message_count, bytes,
            created_at_ms, finished_at_ms)
        SELECT {first_key} + i * {key_step}, workspace_id, {first_key} + head * {key_step} + kind + 1,
            CASE kind WHEN 0 THEN place + 1 ELSE place % 10 + 1 END, '{AGENT}', 1, workspace_id, 'completed', 0, 'user',
            'What do you know about harbour town number ' || CAST(i AS TEXT) || '?',
            'It is a port at the mouth of a river, older than its walls, and known for number ' || CAST(i AS TEXT) || '.',
            'stop', '{AGENT}', '{AGENT}', 20, 44, 0.25, 1, 0, 4, '[{{\"name\":\"inference\",\"start_us\":90,\"duration_us\":900}}]',
            1200, 900, 200, 0, 0, 0, 2, 190, {first_ms} + i * {STEP_MS}, {first_ms} + i * {STEP_MS} + 2
        FROM places"
    )
}

const SESSIONS: &str =
    "INSERT INTO sessions (workspace_id, id, agent_id, surface, surface_id, subject, status, is_current, summary_until,
        parent_messages, created_at_ms)
    SELECT workspace_id, session_id, $3, 'api', '', workspace_id, 'active', 0, 0, 0, MIN(created_at_ms)
    FROM turns WHERE workspace_id >= $1 AND workspace_id <= $2 GROUP BY workspace_id, session_id";

const USAGE: &str =
    "INSERT INTO usage_hours (workspace_id, agent_id, hour, provider, model, subject, requests, errors, input_tokens,
        output_tokens, cost_usd)
    SELECT workspace_id, agent_id, created_at_ms / 3600000, provider, model, subject, COUNT(*), 0,
        CAST(SUM(input_tokens) AS BIGINT), CAST(SUM(output_tokens) AS BIGINT), SUM(cost_usd)
    FROM turns WHERE workspace_id >= $1 AND workspace_id <= $2
    GROUP BY workspace_id, agent_id, created_at_ms / 3600000, provider, model, subject";

const STORAGE: &str = "INSERT INTO workspace_storage (workspace_id, bytes)
    SELECT workspace_id, CAST(SUM(bytes) AS BIGINT) FROM turns WHERE workspace_id >= $1 AND workspace_id <= $2
    GROUP BY workspace_id";
