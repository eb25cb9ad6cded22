//! What platforms have sent: kept once for each event, in the order in which it came, and given to a job for each
//! message. Of a conversation one message is answered at a time: its row of `channel_conversations` names it, and is
//! locked by all who look for the next one.

use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result};
use super::new_job::NewJob;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::{ChannelId, Id, JobId, SessionId, TurnId};
use crate::params;

/// An event of a platform that is to be kept.
#[derive(Debug, Clone)]
pub struct NewChannelMessage {
    /// Its key, a new one.
    pub id: i64,
    /// The platform's id of it.
    pub event_id: String,
    /// The conversation; empty for what is no message.
    pub conversation: String,
    /// Who has written it, by the platform's id.
    pub person: Option<String>,
    /// What is to be done with it.
    pub fate: ChannelMessageFate,
}

/// What is to be done with an event.
#[derive(Debug, Clone)]
pub enum ChannelMessageFate {
    /// It is answered: what was written, as JSON, and the job that answers it should no other message of the
    /// conversation be before it.
    Answer {
        /// As JSON.
        message: String,
        /// The key of the job.
        job_id: JobId,
        /// The job.
        job: NewJob,
    },
    /// It is not answered, and why.
    Ignore(String),
}

/// How far an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelMessageState {
    /// It waits for its turn, or is being answered.
    Waiting,
    /// Its answer is recorded, and is being sent.
    Sending,
    /// It is answered.
    Answered,
    /// It is not answered, and was not to be.
    Ignored,
    /// It could not be answered.
    Failed,
    /// It is answered, and a part of the answer may have arrived or not.
    Unknown,
}

impl ChannelMessageState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Sending, Self::Answered, Self::Ignored, Self::Failed, Self::Unknown];

    /// Its word in the store and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Answered => "answered",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Sending)
    }

    pub(super) fn read(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Error::broken("an unknown state of a channel's message"))
    }
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChannelMessage {
    /// Its key.
    pub id: i64,
    /// The platform's id of it.
    pub event_id: String,
    /// The conversation; empty for what is no message.
    pub conversation: String,
    /// How far it is.
    pub state: ChannelMessageState,
    /// Why it is ignored, or not answered.
    pub reason: Option<String>,
    /// What was written, as JSON, until it is answered.
    pub message: Option<String>,
    /// Who has written it, by the platform's id.
    pub person: Option<String>,
    /// Whose it is.
    pub user_id: Option<String>,
    /// The session of its turn.
    pub session_id: Option<SessionId>,
    /// The turn that answers it.
    pub turn_id: Option<TurnId>,
    /// When it came, in milliseconds since the epoch.
    pub received_at_ms: i64,
    /// When it was over.
    pub finished_at_ms: Option<i64>,
}

pub(super) const COLUMNS: &str = "m.id, m.event_id, m.conversation, m.state, m.reason, m.message, m.person, m.user_id,
    m.session_id, m.turn_id, m.received_at_ms, m.finished_at_ms";

/// What came to the channels of a workspace.
#[derive(Clone, Copy)]
pub struct ChannelInbox<'a>(pub(super) &'a Rows);

impl ChannelInbox<'_> {
    /// Keeps events of a channel in one transaction, and gives those that are to be answered to jobs; answers how many
    /// of them are new. All of them are dropped if the channel is gone.
    pub async fn receive(self, channel: ChannelId, events: Vec<NewChannelMessage>, now_ms: i64) -> Result<usize> {
        self.0
            .write_locking(move |tx| {
                let sql = "SELECT 1 FROM channels WHERE workspace_id = $1 AND id = $2";
                if tx.first(sql, params![channel])?.is_none() {
                    return Ok(0);
                }
                let mut new = 0;
                for event in &events {
                    new += usize::from(keep(tx, channel, event, now_ms)?);
                }
                Ok(new)
            })
            .await
    }

    /// What came to a channel, newest first; of one state if that is named.
    pub async fn page(
        self,
        channel: ChannelId,
        state: Option<ChannelMessageState>,
        request: PageRequest,
    ) -> Result<Page<StoredChannelMessage>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM channel_messages m WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.id < $3
                AND ($4 = '' OR m.state = $4) ORDER BY m.id DESC LIMIT $5"
        );
        self.0
            .list(move |tx| {
                let place = |message: &StoredChannelMessage| Cursor { at: message.id, id: String::new() };
                let state = state.map_or("", ChannelMessageState::as_str);
                let params = params![channel, request.position().0, state, request.fetch()];
                tx.page(&sql, params, &request, |mut row| read(&mut row), place)
            })
            .await
    }
}

impl Db {
    /// Removes what came to channels of all workspaces before `before_ms` and is over, and what waits on channels that
    /// are gone, with its answers, at most [`SWEEP_ROWS`] of each; answers how many events are gone.
    pub async fn delete_old_channel_messages(&self, before_ms: i64) -> Result<u64> {
        self.write(move |tx| {
            let over = "DELETE FROM channel_messages WHERE id IN (SELECT m.id FROM channel_messages m
                WHERE m.received_at_ms < $1 AND m.state NOT IN ('waiting', 'sending') LIMIT $2) RETURNING id";
            let orphans = "DELETE FROM channel_messages WHERE id IN (SELECT m.id FROM channel_messages m
                WHERE m.state IN ('waiting', 'sending')
                    AND NOT EXISTS (SELECT 1 FROM channels c WHERE c.id = m.channel_id) LIMIT $1) RETURNING id";
            tx.execute("DELETE FROM channel_link_codes WHERE expires_at_ms < $1", params![before_ms])?;
            let mut gone = tx.query(over, params![before_ms, SWEEP_ROWS])?;
            gone.extend(tx.query(orphans, params![SWEEP_ROWS])?);
            let count = gone.len() as u64;
            for mut row in gone {
                tx.execute("DELETE FROM channel_sends WHERE message_id = $1", params![row.next_int()?])?;
            }
            Ok(count)
        })
        .await
    }
}

/// Keeps an event unless it is there; answers whether it is new.
fn keep(tx: &mut Tx<'_>, channel: ChannelId, event: &NewChannelMessage, now_ms: i64) -> Result<bool> {
    let (state, reason, message) = match &event.fate {
        ChannelMessageFate::Answer { message, .. } => (ChannelMessageState::Waiting, None, Some(message.as_str())),
        ChannelMessageFate::Ignore(reason) => (ChannelMessageState::Ignored, Some(reason.as_str()), None),
    };
    let sql =
        "INSERT INTO channel_messages (workspace_id, id, channel_id, event_id, conversation, state, reason, message,
            person, received_at_ms, finished_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (channel_id, event_id) DO NOTHING";
    let params = params![
        event.id,
        channel,
        &event.event_id,
        &event.conversation,
        state.as_str(),
        reason,
        message,
        &event.person,
        now_ms,
        state.is_final().then_some(now_ms)
    ];
    if tx.execute(sql, params)? == 0 {
        return Ok(false);
    }
    if let ChannelMessageFate::Answer { job_id, job, .. } = &event.fate {
        // Locks the conversation until the commit, whether it was there or not.
        let sql = "INSERT INTO channel_conversations (workspace_id, channel_id, conversation) VALUES ($1, $2, $3)
            ON CONFLICT (channel_id, conversation) DO UPDATE SET workspace_id = excluded.workspace_id RETURNING message_id";
        let busy: Option<i64> = tx.one(sql, params![channel, &event.conversation])?.next_optional_int()?;
        if busy.is_none() {
            give(tx, channel, &event.conversation, event.id, (*job_id, job), now_ms)?;
        }
    }
    Ok(true)
}

/// Lets a job answer the message, before all others of its conversation, which is locked.
pub(super) fn give(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    conversation: &str,
    message: i64,
    (job_id, job): (JobId, &NewJob),
    now_ms: i64,
) -> Result<()> {
    let job_id = tx.enqueue(job_id, job, now_ms)?.id();
    let sql = "UPDATE channel_conversations SET message_id = $4, job_id = $5
        WHERE workspace_id = $1 AND channel_id = $2 AND conversation = $3";
    tx.execute(sql, params![channel, conversation, message, job_id]).map(drop)
}

/// Reads what [`COLUMNS`] answers.
pub(super) fn read(row: &mut Row) -> Result<StoredChannelMessage> {
    Ok(StoredChannelMessage {
        id: row.next_int()?,
        event_id: row.next_text()?,
        conversation: row.next_text()?,
        state: ChannelMessageState::read(&row.next_text()?)?,
        reason: row.next_optional_text()?,
        message: row.next_optional_text()?,
        person: row.next_optional_text()?,
        user_id: row.next_optional_text()?,
        session_id: row.next_optional_int()?.map(Id::from_key),
        turn_id: row.next_optional_int()?.map(Id::from_key),
        received_at_ms: row.next_int()?,
        finished_at_ms: row.next_optional_int()?,
    })
}
