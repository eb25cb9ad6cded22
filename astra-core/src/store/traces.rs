//! Traces of turns that have ended: how their time was spent, as the rows of the turns say it.

use super::error::{Error, Result};
use super::message::StoredMessage;
use super::messages;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::spans::Span;
use super::turns::Status;
use super::tx::Tx;
use super::value::{Param, Row};
use super::visibility::VisibleTo;
use crate::ids::{SessionId, TurnId};
use crate::params;

/// Characters of a question in a list of traces.
const QUESTION_LENGTH_MAX: u32 = 120;
/// Turns that one page holds against its filters. A page that found nothing in them has a cursor all the same.
const EXAMINED_MAX: u32 = 50_000;

/// What a list of traces says of a turn. Durations are in microseconds.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct StoredTrace {
    pub turn_id: TurnId,
    pub session_id: SessionId,
    pub agent_id: String,
    pub agent_version: u32,
    pub user_id: String,
    pub status: Status,
    /// Its first characters.
    pub question: String,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub input_tokens: u32,
    pub output_tokens: u32,
    pub cost_usd: f64,
    /// Code and words, when the turn did not complete.
    pub error: Option<(String, String)>,
    pub duration_us: i64,
    pub provider_us: i64,
    pub tool_us: i64,
    pub storage_us: i64,
    pub waiting_us: i64,
    /// None once it was removed.
    pub request_id: Option<String>,
    /// The turn that has begun it, if one has.
    pub parent_turn_id: Option<TurnId>,
    pub created_at_ms: i64,
    pub finished_at_ms: i64,
}

/// A trace with its spans.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceInFull {
    /// What a list says of it.
    pub trace: StoredTrace,
    /// The spans; none once they were removed.
    pub spans: Option<Vec<Span>>,
    /// The caller's `traceparent`.
    pub trace_parent: Option<String>,
    /// What was said in the turn, oldest first; none unless it was asked for.
    pub messages: Option<Vec<StoredMessage>>,
}

/// Which traces a list shows; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "as in `StoredTrace`")]
pub struct TraceFilter {
    pub agent_id: Option<String>,
    pub session_id: Option<SessionId>,
    pub user_id: Option<String>,
    pub status: Option<Status>,
    /// Turns that began at this time or later, ...
    pub from_ms: Option<i64>,
    /// ... and before this one.
    pub to_ms: Option<i64>,
    pub duration_us_min: Option<i64>,
    pub request_id: Option<String>,
}

/// The columns of [`read`].
fn columns() -> String {
    format!(
        "t.id, t.session_id, t.agent_id, t.agent_version, (SELECT u.id FROM subjects u WHERE u.number = t.subject),
        t.status, SUBSTR(t.question, 1, {QUESTION_LENGTH_MAX}), t.provider, t.model, t.input_tokens, t.output_tokens, t.cost_usd,
        t.error_code, t.error_message, t.duration_us, t.provider_us, t.tool_us, t.storage_us, t.waiting_us, t.request_id,
        (SELECT c.parent_id FROM spawned_turns c WHERE c.turn_id = t.id),
        t.created_at_ms, t.finished_at_ms"
    )
}

/// The condition of turns in sessions that are there.
const IS_THERE: &str = "EXISTS (SELECT 1 FROM sessions s WHERE s.workspace_id = t.workspace_id AND s.id = t.session_id
        AND s.status IN ('active', 'archived'))";

fn read(row: &mut Row) -> Result<StoredTrace> {
    Ok(StoredTrace {
        turn_id: row.next_id()?,
        session_id: row.next_id()?,
        agent_id: row.next_text()?,
        agent_version: row.next_count()?,
        user_id: row.next_text()?,
        status: Status::named(&row.next_text()?)?,
        question: row.next_text()?,
        provider: row.next_optional_text()?,
        model: row.next_optional_text()?,
        input_tokens: row.next_count()?,
        output_tokens: row.next_count()?,
        cost_usd: row.next_float()?,
        error: row.next_optional_text()?.zip(row.next_optional_text()?),
        duration_us: row.next_int()?,
        provider_us: row.next_int()?,
        tool_us: row.next_int()?,
        storage_us: row.next_int()?,
        waiting_us: row.next_int()?,
        request_id: row.next_optional_text()?,
        parent_turn_id: row.next_optional_id()?,
        created_at_ms: row.next_int()?,
        finished_at_ms: row.next_int()?,
    })
}

/// The traces of a workspace.
#[derive(Clone, Copy)]
pub struct Traces<'a>(pub(super) &'a Rows);

impl Traces<'_> {
    /// The trace of a turn that has ended, with what was said in it if that is wanted.
    pub async fn find(self, id: TurnId, visible_to: VisibleTo, with_messages: bool) -> Result<Option<TraceInFull>> {
        let rows = self.0;
        rows.read(move |tx| {
            let sql = format!(
                "SELECT {}, t.spans, t.trace_parent FROM turns t WHERE t.workspace_id = $1 AND t.id = $2 AND {IS_THERE}",
                columns()
            );
            let Some(mut row) = tx.first(&sql, params![id])? else { return Ok(None) };
            let (trace, spans, trace_parent) = (read(&mut row)?, row.next_optional_text()?, row.next_optional_text()?);
            if !visible_to.shows(&trace.user_id) {
                return Ok(None);
            }
            let spans = spans.map(|spans| serde_json::from_str(&spans).map_err(Error::broken)).transpose()?;
            let messages = if with_messages { Some(messages::of_turn(tx, id)?) } else { None };
            Ok(Some(TraceInFull { trace, spans, trace_parent, messages }))
        })
        .await
    }

    /// Traces of turns that have ended, newest turn first. A page may have fewer than it was asked for and go on all the same.
    pub async fn page(
        self,
        visible_to: VisibleTo,
        mut filter: TraceFilter,
        request: PageRequest,
    ) -> Result<Page<StoredTrace>> {
        if let VisibleTo::Only(own) = visible_to {
            if filter.user_id.as_ref().is_some_and(|asked| **asked != *own) {
                return Ok(Page { data: Vec::new(), next: None });
            }
            filter.user_id = Some(own.to_string());
        }
        let rows = self.0;
        rows.list(move |tx| page(tx, &filter, &request)).await
    }
}

/// A place in the list: a time and the key of a turn.
type Place = (i64, i64);

fn page(tx: &mut Tx<'_>, filter: &TraceFilter, request: &PageRequest) -> Result<Page<StoredTrace>> {
    let after = request.after.as_ref().map(|cursor| (cursor.at, cursor.id.parse().unwrap_or(0)));
    let before =
        filter.to_ms.map_or((i64::MAX, i64::MAX), |to_ms| (to_ms, 0)).min(after.unwrap_or((i64::MAX, i64::MAX)));
    let last = if filter.is_bounded() { None } else { last_examined(tx, filter, before)? };
    // The list of one session goes by the session's index, and not by that of the workspace's time.
    let at = if filter.session_id.is_some() { "t.created_at_ms + 0" } else { "t.created_at_ms" };
    let (conditions, mut params) = conditions(filter, at, before, last);
    params.push(request.fetch().into());
    let sql = format!(
        "SELECT {} FROM turns t WHERE t.workspace_id = $1 AND {conditions} AND {IS_THERE}
        ORDER BY {at} DESC, t.id DESC LIMIT ${}",
        columns(),
        params.len() + 1
    );
    let cursor = |(at, key): Place| Cursor { at, id: key.to_string() };
    let place = |trace: &StoredTrace| cursor((trace.created_at_ms, trace.turn_id.key()));
    let mut found = tx.page(&sql, &params, request, |mut row| read(&mut row), place)?;
    if found.next.is_none() {
        found.next = last.map(cursor);
    }
    Ok(found)
}

/// The last turn before the place `before` that a page may hold against its filters, if there are as many.
fn last_examined(tx: &mut Tx<'_>, filter: &TraceFilter, before: Place) -> Result<Option<Place>> {
    let sql =
        "SELECT t.created_at_ms, t.id FROM turns t WHERE t.workspace_id = $1 AND (t.created_at_ms, t.id) < ($2, $3)
        AND t.created_at_ms >= $4 ORDER BY t.created_at_ms DESC, t.id DESC LIMIT 1 OFFSET $5";
    let from_ms = filter.from_ms.unwrap_or(i64::MIN);
    let last = tx.first(sql, params![before.0, before.1, from_ms, EXAMINED_MAX - 1])?;
    last.map(|mut row| Ok((row.next_int()?, row.next_int()?))).transpose()
}

impl TraceFilter {
    /// Whether a page finds what it asks for without looking at what it does not: in one session, or among all turns.
    const fn is_bounded(&self) -> bool {
        let Self { agent_id, session_id, user_id, status, duration_us_min, request_id, .. } = self;
        session_id.is_some()
            || (agent_id.is_none()
                && user_id.is_none()
                && status.is_none()
                && duration_us_min.is_none()
                && request_id.is_none())
    }
}

/// The conditions of a page, and `$2` and the parameters that follow. `at` is the time by which the list goes.
fn conditions<'a>(filter: &'a TraceFilter, at: &str, before: Place, last: Option<Place>) -> (String, Vec<Param<'a>>) {
    let mut params = vec![Param::Int(before.0), Param::Int(before.1)];
    let mut sql = format!("({at}, t.id) < ($2, $3)");
    if let Some((last_ms, key)) = last {
        params.extend([Param::Int(last_ms), Param::Int(key)]);
        sql += &format!(" AND ({at}, t.id) >= ($4, $5)");
    }
    let since = format!("{at} >= ");
    let wanted = [
        (since.as_str(), filter.from_ms.map(Param::from), ""),
        ("t.session_id = ", filter.session_id.map(Param::from), ""),
        ("t.agent_id = ", filter.agent_id.as_deref().map(Param::Text), ""),
        ("t.subject = (SELECT number FROM subjects WHERE id = ", filter.user_id.as_deref().map(Param::Text), ")"),
        ("t.status = ", filter.status.map(|status| Param::Text(status.as_str())), ""),
        ("t.duration_us >= ", filter.duration_us_min.map(Param::from), ""),
        ("t.request_id = ", filter.request_id.as_deref().map(Param::Text), ""),
    ];
    for (condition, value, end) in wanted {
        let Some(value) = value else { continue };
        params.push(value);
        sql += &format!(" AND {condition}${}{end}", params.len() + 1);
    }
    (sql, params)
}
