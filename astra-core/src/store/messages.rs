//! Messages: what was said in a session, in order. They are read from the session's turns, and a fork's first ones from the
//! turns of its parents.

use super::error::{Error, Result};
use super::message::{StoredMessage, TURN_STRIDE, role_of};
use super::page::{Cursor, Filling, Page, PageRequest};
use super::rows::Rows;
use super::sessions::{self, Parent, Session};
use super::turn_steps;
use super::tx::Tx;
use super::value::{self, Row};
use crate::content::{Content, Part, Role};
use crate::ids::{MessageId, SessionId, TurnId};
use crate::params;

/// Turns with what was said in them, newest first: those above the number `$3`, up to and with `$4`.
pub(super) const SAID: &str =
    "SELECT t.id, t.number, t.role, t.question, t.question_parts, t.created_at_ms, t.answer, t.finished_at_ms,
        t.step_count FROM turns t WHERE t.workspace_id = $1 AND t.session_id = $2 AND t.number > $3 AND t.number <= $4
    UNION ALL
    SELECT t.id, t.number, t.role, t.question, t.question_parts, t.created_at_ms, CAST(NULL AS TEXT), t.created_at_ms,
        (SELECT COUNT(*) FROM turn_steps s WHERE s.workspace_id = t.workspace_id AND s.session_id = t.session_id AND s.number = t.number)
        FROM open_turns t WHERE t.workspace_id = $1 AND t.session_id = $2 AND t.number > $3 AND t.number <= $4
    ORDER BY 2 DESC LIMIT $5";

/// A content as its two columns: a text, and JSON of the parts where it is more than one text.
pub(super) fn columns(content: &Content) -> Result<(&str, Option<String>)> {
    match content {
        Content::Text(text) => Ok((text, None)),
        Content::Parts(list) => Ok((first_text(list), Some(serde_json::to_string(list).map_err(Error::broken)?))),
    }
}

/// The content of two columns.
pub(super) fn content(text: String, parts: Option<String>) -> Result<Content> {
    match parts {
        Some(parts) => Ok(Content::Parts(serde_json::from_str(&parts).map_err(Error::broken)?)),
        None => Ok(Content::Text(text)),
    }
}

fn first_text(parts: &[Part]) -> &str {
    parts.iter().find_map(|part| if let Part::Text { text } = part { Some(text.as_str()) } else { None }).unwrap_or("")
}

/// About how many bytes a content has as JSON.
fn json_bytes(content: &Content) -> usize {
    match content {
        Content::Text(text) => value::json_bytes(text),
        Content::Parts(parts) => {
            parts.iter().map(|part| value::json_bytes(part.text().unwrap_or(""))).sum::<usize>() + content.bytes()
        }
    }
}

/// What was said in a turn.
pub(super) struct Said {
    turn: TurnId,
    number: i64,
    pub(super) question: StoredMessage,
    /// How many steps lie between question and answer.
    pub(super) steps: i64,
    pub(super) answer: Option<StoredMessage>,
}

impl Said {
    /// A row of [`SAID`].
    pub(super) fn read(row: &mut Row) -> Result<Self> {
        let (turn, number): (TurnId, i64) = (row.next_id()?, row.next_int()?);
        let question = StoredMessage {
            id: MessageId { turn, place: 0 },
            seq: number * TURN_STRIDE,
            role: role_of(&row.next_text()?)?,
            content: content(row.next_text()?, row.next_optional_text()?)?,
            created_at_ms: row.next_int()?,
        };
        let answer = row.next_optional_text()?.filter(|answer| !answer.is_empty());
        let (finished_at_ms, steps) = (row.next_int()?, row.next_int()?);
        let place = u16::try_from(steps + 1).map_err(Error::broken)?;
        let answer = answer.map(|answer| StoredMessage {
            id: MessageId { turn, place },
            seq: number * TURN_STRIDE + i64::from(place),
            role: Role::Assistant,
            content: Content::Text(answer),
            created_at_ms: finished_at_ms,
        });
        Ok(Self { turn, number, question, steps, answer })
    }

    /// About how many bytes its question and its answer have.
    pub(super) fn bytes(&self) -> usize {
        self.question.content.bytes() + self.answer.as_ref().map_or(0, |answer| answer.content.bytes())
    }
}

/// Whether more is wanted.
type IsWanted = bool;

/// Gives the messages of a session between two places (both exclusive) to `take`, newest first, until it wants no more.
/// `turns` is about how many turns will be wanted.
fn each(
    tx: &mut Tx<'_>,
    session: &Session,
    after: i64,
    before: i64,
    turns: u32,
    take: &mut dyn FnMut(StoredMessage) -> IsWanted,
) -> Result<()> {
    let (mut id, mut parent, mut before) = (session.id, session.parent, before);
    loop {
        let from = after.max(parent.map_or(0, |parent| parent.until));
        if !each_of(tx, id, from, before, turns, take)? {
            return Ok(());
        }
        let Some(above) = parent.filter(|above| above.until > after) else { return Ok(()) };
        before = before.min(above.until + 1);
        (id, parent) = (above.id, parent_of(tx, above.id)?);
    }
}

/// As [`each`], of a session's own turns alone; answers whether more is wanted.
fn each_of(
    tx: &mut Tx<'_>,
    id: SessionId,
    after: i64,
    mut before: i64,
    turns: u32,
    take: &mut dyn FnMut(StoredMessage) -> IsWanted,
) -> Result<IsWanted> {
    let within = |message: &StoredMessage, before: i64| message.seq < before && message.seq > after;
    loop {
        let (mut rows, mut wanted, mut with_steps) = (0, true, None);
        let mut last = before;
        // The turn of the place before `before`, and of the place behind `after`, are read and what is beyond is left out.
        let (above, up_to) = ((after + 1).div_euclid(TURN_STRIDE) - 1, (before - 1).div_euclid(TURN_STRIDE));
        tx.each(SAID, params![id, above, up_to, turns], &mut |mut row| {
            rows += 1;
            let said = Said::read(&mut row)?;
            if said.steps > 0 {
                // Its steps are read when these rows are done with.
                with_steps = Some(said);
                return Ok(false);
            }
            last = said.question.seq;
            for message in said.answer.into_iter().chain([said.question]) {
                if wanted && within(&message, before) {
                    wanted = take(message);
                }
            }
            Ok(wanted)
        })?;
        let is_whole = rows < turns && with_steps.is_none();
        if let Some(said) = with_steps {
            last = said.question.seq;
            let steps = turn_steps::of(tx, id, said.turn, said.number)?;
            for message in said.answer.into_iter().chain(steps).chain([said.question]) {
                if wanted && within(&message, before) {
                    wanted = take(message);
                }
            }
        }
        if !wanted || is_whole {
            return Ok(wanted);
        }
        before = last;
    }
}

/// What was said in a turn that has ended, oldest first.
pub(super) fn of_turn(tx: &mut Tx<'_>, turn: TurnId) -> Result<Vec<StoredMessage>> {
    let sql =
        "SELECT t.id, t.number, t.role, t.question, t.question_parts, t.created_at_ms, t.answer, t.finished_at_ms,
        t.step_count, t.session_id FROM turns t WHERE t.workspace_id = $1 AND t.id = $2";
    let Some(mut row) = tx.first(sql, params![turn])? else { return Ok(Vec::new()) };
    let (said, session) = (Said::read(&mut row)?, row.next_id()?);
    let steps = if said.steps > 0 { turn_steps::of(tx, session, said.turn, said.number)? } else { Vec::new() };
    Ok([said.question].into_iter().chain(steps.into_iter().rev()).chain(said.answer).collect())
}

/// What a session refers to, whatever its state.
pub(super) fn parent_of(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Parent>> {
    let sql = "SELECT parent_id, parent_until, parent_messages FROM sessions WHERE workspace_id = $1 AND id = $2";
    let Some(mut row) = tx.first(sql, params![id])? else { return Ok(None) };
    sessions::read_parent(&mut row)
}

/// The place of the newest message of a session, if it has one.
pub(super) fn newest_place(tx: &mut Tx<'_>, session: &Session) -> Result<Option<i64>> {
    let mut newest = None;
    each(tx, session, 0, i64::MAX, 1, &mut |message| {
        newest = Some(message.seq);
        false
    })?;
    Ok(newest)
}

/// The place of a message, if the session has it.
pub(super) fn place_of(tx: &mut Tx<'_>, session: &Session, message: MessageId) -> Result<Option<i64>> {
    let sql = "SELECT number FROM turns WHERE workspace_id = $1 AND id = $2
        UNION ALL SELECT number FROM open_turns WHERE workspace_id = $1 AND id = $2";
    let Some(mut row) = tx.first(sql, params![message.turn])? else { return Ok(None) };
    let place = row.next_int()? * TURN_STRIDE + i64::from(message.place);
    let mut found = None;
    each(tx, session, place - 1, place + 1, 1, &mut |said| {
        found = (said.id == message).then_some(said.seq);
        false
    })?;
    Ok(found)
}

/// How many messages a session has between two places (both exclusive).
pub(super) fn count(tx: &mut Tx<'_>, session: &Session, after: i64, before: i64) -> Result<u32> {
    let (mut id, mut parent, mut before, mut count) = (session.id, session.parent, before, 0_i64);
    loop {
        let from = after.max(parent.map_or(0, |parent| parent.until));
        // A turn of which only the first messages count: those before the place `before`.
        let (cut, first) = (before.div_euclid(TURN_STRIDE), before.rem_euclid(TURN_STRIDE));
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN t.number = $5 AND t.message_count > $6 THEN $6 ELSE t.message_count END), 0) AS BIGINT)
            FROM turns t WHERE t.workspace_id = $1 AND t.session_id = $2 AND t.number > $3 AND t.number <= $4";
        let (above, up_to) = (from.div_euclid(TURN_STRIDE), (before - 1).div_euclid(TURN_STRIDE));
        count += tx.one(sql, params![id, above, up_to, cut, first])?.next_int()?;
        let open = "SELECT COUNT(*) FROM open_turns t WHERE t.workspace_id = $1 AND t.session_id = $2 AND t.number > $3 AND t.number <= $4";
        count += tx.one(open, params![id, above, up_to])?.next_int()?;
        let steps = "SELECT COUNT(*) FROM turn_steps s JOIN open_turns t ON t.workspace_id = s.workspace_id AND t.session_id = s.session_id
            AND t.number = s.number WHERE s.workspace_id = $1 AND s.session_id = $2 AND s.number > $3 AND s.number <= $4";
        count += tx.one(steps, params![id, above, up_to])?.next_int()?;
        let Some(above) = parent.filter(|above| above.until > after) else { break };
        before = before.min(above.until + 1);
        (id, parent) = (above.id, parent_of(tx, above.id)?);
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// What was said in a workspace's sessions.
#[derive(Clone, Copy)]
pub struct Messages<'a>(pub(super) &'a Rows);

impl Messages<'_> {
    /// Messages of a session, newest first. Whether the caller may see the session is asked before.
    pub async fn page(self, session: &Session, request: PageRequest) -> Result<Page<StoredMessage>> {
        let session = session.clone();
        let rows = self.0;
        rows.list(move |tx| {
            let mut filling = Filling::new(&request);
            let turns = request.limit + 1;
            each(tx, &session, 0, request.position().0, turns, &mut |message| {
                let bytes = json_bytes(&message.content);
                filling.take_sized(message, bytes)
            })?;
            Ok(filling.finish(|message| Cursor { at: message.seq, id: message.id.to_string() }))
        })
        .await
    }

    /// The newest messages of a session between two places (both exclusive), newest first, at most `limit`.
    pub async fn history(self, session: &Session, after: i64, before: i64, limit: u32) -> Result<Vec<StoredMessage>> {
        let session = session.clone();
        let rows = self.0;
        rows.read(move |tx| {
            let mut said = Vec::new();
            each(tx, &session, after, before, limit, &mut |message| {
                said.push(message);
                said.len() < usize::try_from(limit).unwrap_or(usize::MAX)
            })?;
            Ok(said)
        })
        .await
    }

    /// How many messages a session has between two places (both exclusive).
    pub async fn count(self, session: &Session, after: i64, before: i64) -> Result<u32> {
        let session = session.clone();
        self.0.read(move |tx| count(tx, &session, after, before)).await
    }
}
