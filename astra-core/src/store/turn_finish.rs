//! The last write of a turn: answer, events, trace and usage in one commit, before anybody hears that it is done.

use std::sync::Arc;

use super::db::{Scoped, Tx};
use super::error::{Error, Result};
use super::messages::{self, StoredMessage, TURN_STRIDE};
use super::turns::{self, Outcome, Status, Turn};
use super::usage::{self, UsageRow};
use crate::content::{Content, Role};
use crate::params;

/// The end of a turn.
#[derive(Debug, Clone)]
pub struct FinishedTurn {
    /// The turn as it was begun.
    pub turn: Turn,
    /// How it ended.
    pub status: Status,
    /// What became of it.
    pub outcome: Outcome,
    /// `msg_...` of the answer.
    pub message_id: String,
    /// The sequence number of the last event.
    pub last_seq: i64,
    /// The texts of the event log that are not in the store yet, with the sequence number of the first.
    pub events: Option<(i64, Vec<String>)>,
    /// How the time was spent.
    pub trace: TraceRecord,
    /// What each upstream that was asked has counted.
    pub usage: Vec<UsageRow>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The inner workings of a turn. Durations are in microseconds.
#[derive(Debug, Clone, Default)]
pub struct TraceRecord {
    /// JSON array of spans.
    pub spans: String,
    /// The whole turn.
    pub duration_us: i64,
    /// Of it, waiting for upstreams.
    pub provider_us: i64,
    /// Of it, waiting for the store.
    pub storage_us: i64,
    /// The caller's `traceparent`.
    pub parent: Option<String>,
}

impl Scoped {
    /// Ends a turn; false, with nothing written, if it was ended before, as after this gateway's lease ran out.
    pub async fn finish_turn(&self, finished: &Arc<FinishedTurn>) -> Result<bool> {
        let finished = Arc::clone(finished);
        self.write(move |tx| finish(tx, &finished)).await
    }
}

fn finish(tx: &mut Tx<'_>, finished: &FinishedTurn) -> Result<bool> {
    let (turn, outcome, trace) = (&finished.turn, &finished.outcome, &finished.trace);
    let (code, message) =
        outcome.error.as_ref().map_or((None, None), |(code, message)| (Some(code.as_str()), Some(message.as_str())));
    let sql = "UPDATE turns SET status = $3, content = $4, finish_reason = $5, provider = $6, model = $7, input_tokens = $8, output_tokens = $9,
        cost_usd = $10, error_code = $11, error_message = $12, last_seq = $13, finished_at = $14, spans = $15, duration_us = $16,
        provider_us = $17, storage_us = $18, trace_parent = $19, messages_sent = $20, messages_left_out = $21
        WHERE workspace_id = $1 AND id = $2 AND finished_at IS NULL";
    let (status, content, reason) = (finished.status.as_str(), &outcome.content, &outcome.finish_reason);
    let (input, output) = (outcome.input_tokens, outcome.output_tokens);
    let (sent, left_out) = outcome.context.map(|context| (context.messages_sent, context.messages_left_out)).unzip();
    let params = params![
        &turn.id,
        status,
        content,
        reason,
        &outcome.provider,
        &outcome.model,
        input,
        output,
        outcome.cost_usd,
        code,
        message,
        finished.last_seq,
        finished.now_ms,
        &trace.spans,
        trace.duration_us,
        trace.provider_us,
        trace.storage_us,
        &trace.parent,
        sent,
        left_out
    ];
    if tx.execute(sql, params)? == 0 {
        return Ok(false);
    }
    let answer = outcome.content.as_ref().filter(|content| !content.is_empty());
    if let Some(content) = answer {
        messages::insert(tx, &turn.session_id, &answer_of(finished, content))?;
    }
    let counts = "UPDATE sessions SET message_count = message_count + $3, input_tokens = input_tokens + $4,
        output_tokens = output_tokens + $5, last_active_at = $6 WHERE workspace_id = $1 AND id = $2";
    tx.execute(counts, params![&turn.session_id, answer.is_some(), input, output, finished.now_ms])?;
    if let Some((first_seq, texts)) = &finished.events {
        turns::insert_events(tx, &turn.id, *first_seq, &serde_json::to_string(texts).map_err(Error::broken)?)?;
    }
    for row in &finished.usage {
        usage::add(tx, row)?;
    }
    Ok(true)
}

fn answer_of(finished: &FinishedTurn, content: &str) -> StoredMessage {
    StoredMessage {
        id: finished.message_id.clone(),
        turn_id: Some(finished.turn.id.clone()),
        seq: finished.turn.number * TURN_STRIDE + 1,
        role: Role::Assistant,
        content: Content::Text(content.to_owned()),
        created_at_ms: finished.now_ms,
    }
}
