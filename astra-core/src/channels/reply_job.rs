//! The job that answers a message of a channel, and lets the next one of its conversation be answered.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::commands::{Command, read};
use super::directory::{ChannelDirectory, hash_of};
use super::open_message::OpenMessage;
use super::sending::Outcome;
use super::wording;
use crate::auth::{Authority, Role};
use crate::engine::Engine;
use crate::ids::{ChannelId, IdKind};
use crate::store::{
    self, ChannelAnswer, ChannelMessageEnd, ChannelMessageState, ChannelPart, ChannelSendState, ChannelTask, Linked,
    NewJob, Refusal, SeenPerson, SessionRefusal, VisibleTo,
};
use crate::work::{Job, JobContext, JobError};

/// What a job is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplyPayload {
    channel_id: ChannelId,
    message: i64,
}

/// What a job comes to.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReplyResult {
    /// `answered`, `ignored`, `failed`, `unknown`, or `gone`: the message was not there any more.
    state: &'static str,
}

/// Answers messages.
pub struct Replies {
    directory: Arc<ChannelDirectory>,
    pub(super) engine: Arc<Engine>,
    pub(super) authority: Arc<Authority>,
}

/// The job that answers the message of this key.
pub(super) fn job(channel_id: ChannelId, message: i64) -> store::Result<NewJob> {
    Replies::job(&ReplyPayload { channel_id, message }).map_err(store::Error::broken)
}

/// What is to be said, or why nothing is.
enum Plan {
    Answer(ChannelAnswer),
    Nothing(ChannelMessageState, String),
}

impl Job for Replies {
    type Payload = ReplyPayload;
    type Output = ReplyResult;
    const NAME: &'static str = "channel_reply";
    // What is sent is given up by its own time.
    const MAX_RETRIES: u32 = 10_000;
    const TIMEOUT: Duration = Duration::from_secs(3_600);
    const IS_PUBLIC: bool = false;

    fn payload_schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["channel_id", "message"],
            "properties": {"channel_id": {"type": "string"}, "message": {"type": "integer"}},
        })
    }

    async fn run(&self, payload: ReplyPayload, context: JobContext) -> Result<ReplyResult, JobError> {
        context.end_by_itself();
        let ReplyPayload { channel_id, message } = payload;
        let found = context.rows().channel_work().find(channel_id, message).await?;
        let Some(task) = found.filter(|task| !task.message.state.is_final()) else {
            return Ok(ReplyResult { state: "gone" });
        };
        match self.open(&context, task) {
            Ok(reply) => self.reply(reply).await,
            Err(broken) => {
                let (task, why) = *broken;
                self.directory.note(context.rows().workspace(), channel_id, &why, true).await?;
                self.end(&context, &task, (ChannelMessageState::Failed, Some(why)), None).await
            }
        }
    }
}

impl Replies {
    /// Answers the messages of the channels of `directory` by agents of `engine`, in the name of those whom `authority`
    /// knows.
    #[must_use]
    pub const fn new(directory: Arc<ChannelDirectory>, engine: Arc<Engine>, authority: Arc<Authority>) -> Self {
        Self { directory, engine, authority }
    }

    /// What the job of a message holds of it.
    fn open<'a>(
        &'a self,
        context: &'a JobContext,
        task: ChannelTask,
    ) -> Result<OpenMessage<'a>, Box<(ChannelTask, String)>> {
        let directory = self.directory.as_ref();
        let platform = directory.platform(&task.channel.kind).cloned();
        let connection = directory.connection(context.rows().workspace(), &task.channel);
        let message = serde_json::from_str(task.message.message.as_deref().unwrap_or_default());
        match (platform, connection, message) {
            (Ok(platform), Ok(connection), Ok(message)) => {
                Ok(OpenMessage { directory, context, task, platform, connection, message, begun: Vec::new() })
            }
            (Err(fault), ..) | (_, Err(fault), _) => Err(Box::new((task, fault.to_string()))),
            (.., Err(fault)) => Err(Box::new((task, format!("the message cannot be read: {fault}")))),
        }
    }

    async fn reply(&self, mut reply: OpenMessage<'_>) -> Result<ReplyResult, JobError> {
        if reply.task.message.state == ChannelMessageState::Waiting {
            match self.plan(&mut reply).await? {
                Plan::Answer(answer) => self.record(&mut reply, answer).await?,
                Plan::Nothing(state, why) => {
                    return self.end(reply.context, &reply.task, (state, Some(why)), None).await;
                }
            }
        }
        let (outcome, last) = reply.send_parts().await?;
        let why = reply.task.parts.iter().find_map(|part| {
            matches!(part.state, ChannelSendState::Failed | ChannelSendState::Unknown).then(|| part.error.clone())
        });
        let state = match outcome {
            Outcome::Sent => ChannelMessageState::Answered,
            Outcome::Failed => ChannelMessageState::Failed,
            Outcome::Unknown => ChannelMessageState::Unknown,
        };
        self.end(reply.context, &reply.task, (state, why.flatten()), last).await
    }

    /// Records the answer before it is sent; its first part that waits is under way then, if that may be at once.
    async fn record(&self, reply: &mut OpenMessage<'_>, answer: ChannelAnswer) -> Result<(), JobError> {
        let is_free = self.directory.pace.wait(reply.channel(), &reply.message.place.conversation).is_zero();
        let known = reply.task.parts.iter().map(|part| part.part).max();
        let first = known.map_or(0, |known| known + 1);
        let begins =
            (is_free && reply.task.parts.iter().all(|part| part.state == ChannelSendState::Sent)).then_some(first);
        let work = reply.context.rows().channel_work();
        let key = (reply.channel(), reply.task.message.id);
        // Parts that are edited come before it, and are not waited for.
        let begins = begins.filter(|_| known.is_none());
        work.record(reply.context.lease(), key, answer, begins).await?;
        reply.begun.extend(begins);
        let found = work.find(reply.channel(), reply.task.message.id).await?;
        let parts = found.map(|task| task.parts).ok_or_else(|| JobError::fail("the channel was deleted"))?;
        reply.task.parts = parts;
        Ok(())
    }

    /// What is to be said to a message.
    async fn plan(&self, reply: &mut OpenMessage<'_>) -> Result<Plan, JobError> {
        let rows = reply.context.rows();
        let place = &reply.message.place;
        // A group is a person of its own: it remembers nothing of its members.
        let person = if reply.message.is_direct {
            reply.message.user.id.clone()
        } else {
            format!("group:{}", place.conversation)
        };
        let seen = SeenPerson {
            channel: reply.channel(),
            person: person.clone(),
            display_name: reply.message.user.name.clone().filter(|_| reply.message.is_direct),
            user_id: self.directory.ids.make(IdKind::User),
            role: Role::Member.as_str().to_owned(),
            now_ms: self.directory.clock.now_ms(),
        };
        let Some(met) = rows.channel_people().meet(seen).await? else {
            let why = "the person was removed from the workspace".to_owned();
            return Ok(Plan::Nothing(ChannelMessageState::Ignored, why));
        };
        let user_id = met.linked_id.unwrap_or(met.user_id);
        let agent_id = self.agent(reply).await?;
        if let Some(command) = read(&reply.message.text) {
            let text = self.obey(reply, command, &person, (&user_id, &agent_id)).await?;
            let texts = reply.split(&text);
            return Ok(Plan::Answer(ChannelAnswer { texts, user_id: Some(user_id), turn: None }));
        }
        Ok(Plan::Answer(self.ask(reply, &user_id, &agent_id).await?))
    }

    /// The agent that answers in the place of the message.
    async fn agent(&self, reply: &OpenMessage<'_>) -> Result<String, JobError> {
        let settings = &reply.task.channel.settings;
        let chosen = reply.context.rows().channel_people().chosen_agent(reply.channel(), reply.place()).await?;
        let chosen = chosen.filter(|chosen| settings.agents().any(|id| id == chosen));
        Ok(chosen.unwrap_or_else(|| settings.agent_id.clone()))
    }

    /// Does what a command says; answers what is said then.
    async fn obey(
        &self,
        reply: &OpenMessage<'_>,
        command: Command,
        person: &str,
        (user_id, agent_id): (&str, &str),
    ) -> Result<String, JobError> {
        let agents: Vec<String> = reply.task.channel.settings.agents().map(str::to_owned).collect();
        let people = reply.context.rows().channel_people();
        Ok(match command {
            Command::Help => wording::help(&agents),
            Command::Agents(None) => wording::agents(&agents, agent_id),
            Command::Agents(Some(id)) if agents.contains(&id) => {
                people.choose_agent(reply.channel(), reply.place(), id.clone()).await?;
                wording::chosen(&id)
            }
            Command::Agents(Some(id)) => wording::no_agent(&id),
            Command::Reset => self.reset(reply, user_id, agent_id).await?.to_owned(),
            Command::Link(None) => wording::LINK_USAGE.to_owned(),
            Command::Link(Some(_)) if !reply.message.is_direct => wording::LINK_DIRECT.to_owned(),
            Command::Link(Some(code)) => {
                let now_ms = self.directory.clock.now_ms();
                match people.link(reply.channel(), person.to_owned(), hash_of(&code), now_ms).await? {
                    Linked::To(_) => wording::LINKED.to_owned(),
                    Linked::NoCode => wording::LINK_WRONG.to_owned(),
                }
            }
        })
    }

    /// Lets the place begin a new session.
    async fn reset(&self, reply: &OpenMessage<'_>, user_id: &str, agent_id: &str) -> Result<&'static str, JobError> {
        let (rows, (surface, surface_id)) = (reply.context.rows(), reply.surface());
        let people = rows.channel_people();
        let current = people.current_session(user_id.to_owned(), agent_id.to_owned(), surface, surface_id).await?;
        let Some(session) = current else { return Ok(wording::RESET) };
        let (successor, now_ms) = (self.directory.ids.id(), self.directory.clock.now_ms());
        match rows.sessions().reset(session, VisibleTo::All, successor, now_ms, None).await {
            Ok(_) => Ok(wording::RESET),
            Err(store::Error::Refused(Refusal::Session(SessionRefusal::Busy))) => Ok(wording::RESET_BUSY),
            Err(store::Error::Refused(_)) => Ok(wording::RESET),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Ends the message, and lets the next one of its conversation be answered.
    async fn end(
        &self,
        context: &JobContext,
        task: &ChannelTask,
        (state, reason): (ChannelMessageState, Option<String>),
        last: Option<ChannelPart>,
    ) -> Result<ReplyResult, JobError> {
        let (next_job, now_ms) = (self.directory.ids.id(), self.directory.clock.now_ms());
        let end = ChannelMessageEnd { state, reason, next_job, now_ms };
        let key = (task.channel.id, task.message.id, task.message.conversation.clone());
        context.rows().channel_work().finish(context.lease(), key, last, end, job).await?;
        Ok(ReplyResult { state: state.as_str() })
    }
}
