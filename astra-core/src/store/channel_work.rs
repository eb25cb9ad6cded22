//! A message of a channel in the hands of its job: the answer is recorded before it is sent, and each part of it before
//! it is under way. Each write names the job's lease; what ends a message gives the next one of its conversation to a
//! job in the same transaction.

use super::channel_inbox::{self, ChannelMessageState, StoredChannelMessage};
use super::channels::{self, StoredChannel};
use super::db::Db;
use super::error::{Error, Result};
use super::job_runs::JobLease;
use super::new_job::NewJob;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::{ChannelId, JobId, SessionId, TurnId};
use crate::params;

/// How far a part of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelSendState {
    /// It is not sent yet.
    Waiting,
    /// It is under way, or was when its gateway died.
    Sending,
    /// The platform has it with another text.
    Editing,
    /// The platform has it.
    Sent,
    /// It was given up.
    Failed,
    /// It may have arrived or not.
    Unknown,
}

impl ChannelSendState {
    const ALL: [Self; 6] = [Self::Waiting, Self::Sending, Self::Editing, Self::Sent, Self::Failed, Self::Unknown];

    /// Its word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Editing => "editing",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPart {
    /// Its number, from 0.
    pub part: u32,
    /// How far it is.
    pub state: ChannelSendState,
    /// Its text, in Markdown.
    pub text: String,
    /// The platform's id of it.
    pub platform_id: Option<String>,
    /// Why it failed, or is unknown.
    pub error: Option<String>,
    /// When the platform had it, in milliseconds since the epoch.
    pub sent_at_ms: Option<i64>,
}

/// A message with its channel and the parts of its answer.
#[derive(Debug, Clone)]
pub struct ChannelTask {
    /// The channel.
    pub channel: StoredChannel,
    /// The message.
    pub message: StoredChannelMessage,
    /// What is recorded of its answer.
    pub parts: Vec<ChannelPart>,
}

/// The answer to a message.
#[derive(Debug, Clone, Default)]
pub struct ChannelAnswer {
    /// Its parts, in Markdown.
    pub texts: Vec<String>,
    /// Whose the message is.
    pub user_id: Option<String>,
    /// The turn that has answered it.
    pub turn: Option<(SessionId, TurnId)>,
}

/// What a message is from now on.
#[derive(Debug, Clone)]
pub struct ChannelMessageEnd {
    /// How it ends.
    pub state: ChannelMessageState,
    /// Why, if it is not answered.
    pub reason: Option<String>,
    /// The job of the next message of the conversation, if there is one: its key, and what makes it of the message's
    /// key.
    pub next_job: JobId,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// Makes the job that answers the message of this key.
pub type ChannelJob = fn(ChannelId, i64) -> Result<NewJob>;

/// The messages of a workspace that are being answered.
#[derive(Clone, Copy)]
pub struct ChannelWork<'a>(pub(super) &'a Rows);

impl ChannelWork<'_> {
    /// The message of this key with all that its job needs; `None` if it, or its channel, is gone.
    pub async fn find(self, channel: ChannelId, message: i64) -> Result<Option<ChannelTask>> {
        self.0
            .read(move |tx| {
                let Some(channel) = channels::find(tx, channel, "")? else { return Ok(None) };
                let sql = format!(
                    "SELECT {} FROM channel_messages m WHERE m.workspace_id = $1 AND m.id = $2",
                    channel_inbox::COLUMNS
                );
                let Some(mut row) = tx.first(&sql, params![message])? else { return Ok(None) };
                let message = channel_inbox::read(&mut row)?;
                let parts = parts(tx, message.id)?;
                Ok(Some(ChannelTask { channel, message, parts }))
            })
            .await
    }

    /// Records the whole answer of a message before more of it is sent: what the platform has already of it is edited.
    /// The part `begins`, if there is one, is under way from now on.
    pub async fn record(
        self,
        lease: JobLease,
        (channel, message): (ChannelId, i64),
        answer: ChannelAnswer,
        begins: Option<u32>,
    ) -> Result<()> {
        self.0
            .write_locking(move |tx| {
                tx.fence(lease)?;
                let known = parts(tx, message)?;
                for (number, text) in (0_u32..).zip(&answer.texts) {
                    let state = match known.iter().find(|part| part.part == number) {
                        Some(part) if part.text == *text => part.state,
                        Some(part) if part.state == ChannelSendState::Sent => ChannelSendState::Editing,
                        Some(part) => part.state,
                        None => ChannelSendState::Waiting,
                    };
                    let is_begun = state == ChannelSendState::Waiting && begins == Some(number);
                    let state = if is_begun { ChannelSendState::Sending } else { state };
                    put(tx, channel, message, number, (state, text))?;
                }
                let sql = "UPDATE channel_messages SET state = 'sending', user_id = $3, session_id = $4, turn_id = $5
                    WHERE workspace_id = $1 AND id = $2";
                let (session, turn) = answer.turn.unzip();
                tx.execute(sql, params![message, &answer.user_id, session, turn]).map(drop)
            })
            .await
    }

    /// Records that a part is under way from now on.
    pub async fn begin_part(
        self,
        lease: JobLease,
        channel: ChannelId,
        message: i64,
        number: u32,
        text: String,
    ) -> Result<()> {
        self.0
            .write_locking(move |tx| {
                tx.fence(lease)?;
                put(tx, channel, message, number, (ChannelSendState::Sending, &text))
            })
            .await
    }

    /// Records what became of a part; `next`, if there is one, is under way from now on. A success says that the
    /// channel works.
    pub async fn end_part(self, lease: JobLease, message: i64, ended: ChannelPart, next: Option<u32>) -> Result<()> {
        self.0
            .write_locking(move |tx| {
                tx.fence(lease)?;
                end_part(tx, message, &ended)?;
                let Some(next) = next else { return Ok(()) };
                let sql = "UPDATE channel_sends SET state = 'sending' WHERE workspace_id = $1 AND message_id = $2 AND part = $3";
                tx.execute(sql, params![message, next]).map(drop)
            })
            .await
    }

    /// Ends a message, with what became of the last part of its answer, and gives the next one of its conversation to a
    /// job.
    pub async fn finish(
        self,
        lease: JobLease,
        task: (ChannelId, i64, String),
        last: Option<ChannelPart>,
        end: ChannelMessageEnd,
        job: ChannelJob,
    ) -> Result<()> {
        self.0
            .write_locking(move |tx| {
                tx.fence(lease)?;
                let (channel, message, conversation) = &task;
                if let Some(last) = &last {
                    end_part(tx, *message, last)?;
                }
                finish(tx, (*channel, *message, conversation), &end, job)
            })
            .await
    }
}

/// A conversation whose message has no job any more.
#[derive(Debug, Clone)]
pub struct StuckConversation {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The channel.
    pub channel: ChannelId,
    /// The conversation.
    pub conversation: String,
    /// The message.
    pub message: i64,
}

impl Db {
    /// Conversations of all workspaces whose message is given to a job that has ended without an end of the message, at
    /// most 100 of them: such as a job that was cancelled, or that failed as often as it may.
    pub async fn stuck_conversations(&self) -> Result<Vec<StuckConversation>> {
        self.read(|tx| {
            let sql = "SELECT w.number, w.id, v.channel_id, v.conversation, v.message_id FROM channel_conversations v
                JOIN workspaces w ON w.number = v.workspace_id
                WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = v.job_id AND j.finished_at_ms IS NULL) LIMIT 100";
            let read = |mut row: Row| {
                let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
                let (channel, conversation) = (row.next_id()?, row.next_text()?);
                let message = row.next_optional_int()?.unwrap_or(0);
                Ok(StuckConversation { workspace, channel, conversation, message })
            };
            tx.query(sql, params![])?.into_iter().map(read).collect()
        })
        .await
    }

    /// Ends the message of such a conversation, and lets the conversation go on; nothing if a job has it again.
    pub async fn free_conversation(
        &self,
        stuck: StuckConversation,
        end: ChannelMessageEnd,
        job: ChannelJob,
    ) -> Result<()> {
        let rows = self.rows(&stuck.workspace);
        rows.write_locking(move |tx| {
            let sql = format!(
                "SELECT v.message_id, v.job_id FROM channel_conversations v
                WHERE v.workspace_id = $1 AND v.channel_id = $2 AND v.conversation = $3{}",
                tx.lock()
            );
            let Some(mut row) = tx.first(&sql, params![stuck.channel, &stuck.conversation])? else { return Ok(()) };
            let (message, job_id) = (row.next_optional_int()?, row.next_optional_int()?);
            let sql = "SELECT 1 FROM jobs WHERE workspace_id = $1 AND id = $2 AND finished_at_ms IS NULL";
            if message.unwrap_or(0) != stuck.message || tx.first(sql, params![job_id])?.is_some() {
                return Ok(());
            }
            finish(tx, (stuck.channel, stuck.message, &stuck.conversation), &end, job)
        })
        .await
    }
}

/// The parts of the answer to a message.
fn parts(tx: &mut Tx<'_>, message: i64) -> Result<Vec<ChannelPart>> {
    let sql = "SELECT part, state, text, platform_id, error, sent_at_ms FROM channel_sends
        WHERE workspace_id = $1 AND message_id = $2 ORDER BY part";
    let read = |mut row: Row| {
        let (part, state) = (row.next_count()?, row.next_text()?);
        let state = ChannelSendState::ALL.into_iter().find(|known| known.as_str() == state);
        Ok(ChannelPart {
            part,
            state: state.ok_or_else(|| Error::broken("an unknown state of a part"))?,
            text: row.next_text()?,
            platform_id: row.next_optional_text()?,
            error: row.next_optional_text()?,
            sent_at_ms: row.next_optional_int()?,
        })
    };
    tx.query(sql, params![message])?.into_iter().map(read).collect()
}

fn put(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    message: i64,
    part: u32,
    (state, text): (ChannelSendState, &str),
) -> Result<()> {
    let sql = "INSERT INTO channel_sends (workspace_id, message_id, part, channel_id, state, text)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (message_id, part) DO UPDATE SET state = excluded.state, text = excluded.text";
    tx.execute(sql, params![message, part, channel, state.as_str(), text]).map(drop)
}

fn end_part(tx: &mut Tx<'_>, message: i64, ended: &ChannelPart) -> Result<()> {
    let sql = "UPDATE channel_sends SET state = $4, text = $5, platform_id = $6, error = $7, sent_at_ms = $8
        WHERE workspace_id = $1 AND message_id = $2 AND part = $3";
    let params = params![
        message,
        ended.part,
        ended.state.as_str(),
        &ended.text,
        &ended.platform_id,
        &ended.error,
        ended.sent_at_ms
    ];
    tx.execute(sql, params)?;
    if ended.state == ChannelSendState::Sent {
        let sql = "UPDATE channels SET failing_since_ms = NULL WHERE workspace_id = $1 AND failing_since_ms IS NOT NULL
            AND id = (SELECT s.channel_id FROM channel_sends s WHERE s.message_id = $2 AND s.part = $3)";
        tx.execute(sql, params![message, ended.part])?;
    }
    Ok(())
}

fn finish(
    tx: &mut Tx<'_>,
    (channel, message, conversation): (ChannelId, i64, &str),
    end: &ChannelMessageEnd,
    job: ChannelJob,
) -> Result<()> {
    let lock = format!(
        "SELECT 1 FROM channel_conversations WHERE workspace_id = $1 AND channel_id = $2 AND conversation = $3{}",
        tx.lock()
    );
    let is_there = tx.first(&lock, params![channel, conversation])?.is_some();
    let sql = "UPDATE channel_messages SET state = $3, reason = $4, finished_at_ms = $5, message = NULL
        WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![message, end.state.as_str(), &end.reason, end.now_ms])?;
    // What was said is in the session.
    let said = "UPDATE channel_sends SET text = '' WHERE workspace_id = $1 AND message_id = $2";
    tx.execute(said, params![message])?;
    if !is_there {
        // The channel was deleted.
        return Ok(());
    }
    let sql =
        "SELECT m.id FROM channel_messages m WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.conversation = $3
        AND m.state IN ('waiting', 'sending') ORDER BY m.id LIMIT 1";
    if let Some(mut row) = tx.first(sql, params![channel, conversation])? {
        let next = row.next_int()?;
        return channel_inbox::give(tx, channel, conversation, next, (end.next_job, &job(channel, next)?), end.now_ms);
    }
    let sql = "DELETE FROM channel_conversations WHERE workspace_id = $1 AND channel_id = $2 AND conversation = $3";
    tx.execute(sql, params![channel, conversation]).map(drop)
}
