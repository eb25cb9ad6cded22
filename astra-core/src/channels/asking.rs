//! Asks the channel's agent what a message says: a turn that is begun once, in the name of the person who has written
//! it, and followed by whichever worker has the job, until it ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, json};
use tokio::time::{sleep, sleep_until};

use super::attachments::question;
use super::open_message::OpenMessage;
use super::reply_job::Replies;
use super::streaming::Streaming;
use super::wording;
use crate::auth::{Role, Scope};
use crate::content::{Content, Role as Speaker};
use crate::engine::event::EventKind;
use crate::engine::{Ask, Asked, Error, Overrides, TurnCaller, TurnEvents, TurnHandle};
use crate::ids::TurnId;
use crate::store::{ChannelAnswer, JobQuestion, QuestionState, Status, Turn, VisibleTo};
use crate::work::{JobContext, JobError};

/// How often a question is asked whose turn the end of a gateway interrupts.
const ASKED_MAX: u32 = 3;
/// The wait before a question is asked again for which there is no place among the turns that run.
const PLACE_PAUSE: Duration = Duration::from_secs(1);

/// A turn that is followed for a job. Dropping it ends the turn, unless another worker goes on with the job.
struct Following<'a> {
    handle: TurnHandle,
    context: &'a JobContext,
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        if self.context.goes_on_elsewhere() {
            self.handle.release();
        }
    }
}

/// What became of a question.
enum Begun<'a> {
    Turn(Following<'a>),
    /// No turn was begun; this is said instead.
    Refused(String),
}

impl Replies {
    /// What is answered to a question of `user_id`, in whose name it is asked.
    pub(super) async fn ask(
        &self,
        reply: &mut OpenMessage<'_>,
        user_id: &str,
        agent_id: &str,
    ) -> Result<ChannelAnswer, JobError> {
        let user: Option<String> = Some(user_id.to_owned());
        let say = |reply: &OpenMessage<'_>, text: &str, turn| ChannelAnswer {
            texts: reply.split(text),
            user_id: user.clone(),
            turn,
        };
        let Some(caller) = self.caller(reply, user_id).await? else { return Ok(say(reply, wording::MAY_NOT, None)) };
        let question = {
            let downloads = &reply.directory.transport;
            let asked = question(reply.platform.as_ref(), &reply.connection, downloads, &reply.message);
            reply.context.without_worker(asked).await
        };
        let unread = wording::unreadable(&question.unread);
        if question.content.is_blank() {
            return Ok(say(reply, unread.as_deref().unwrap_or(wording::FAILED), None));
        }
        let states = reply.context.rows().job_turns().states(reply.context.id()).await?;
        for number in 0..ASKED_MAX {
            let begun = self.begin(reply, &caller, agent_id, &question.content, (number, &states)).await?;
            let following = match begun {
                Begun::Turn(following) => following,
                Begun::Refused(text) => return Ok(say(reply, &text, None)),
            };
            let Some(turn) = following.ended(reply).await? else { return Ok(say(reply, wording::GONE, None)) };
            // What was cut off is asked again.
            if turn.status == Status::Interrupted && number + 1 < ASKED_MAX {
                continue;
            }
            let said = wording::of_turn(&turn);
            let text = unread.map_or_else(|| said.clone(), |unread| format!("{said}\n\n{unread}"));
            return Ok(say(reply, &text, Some((turn.session_id, turn.id))));
        }
        Ok(say(reply, wording::FAILED, None))
    }

    /// Begins the turn, unless an attempt before this one has begun it.
    async fn begin<'a>(
        &self,
        reply: &OpenMessage<'a>,
        caller: &TurnCaller,
        agent_id: &str,
        content: &Content,
        (number, states): (u32, &BTreeMap<u32, QuestionState>),
    ) -> Result<Begun<'a>, JobError> {
        let context = reply.context;
        let follow =
            |turn_id: TurnId| Begun::Turn(Following { handle: self.engine.hold(context.rows(), turn_id), context });
        if let Some(turn_id) = states.get(&number).and_then(|state| state.turn_id) {
            return Ok(follow(turn_id));
        }
        loop {
            let ask = ask(reply, agent_id, content.clone(), number);
            match self.engine.ask(caller.clone(), ask).await {
                Ok(Asked::New(handle)) => return Ok(Begun::Turn(Following { handle, context })),
                Ok(Asked::Known(turn)) => return Ok(follow(turn.id)),
                Err(Error::Store(fault)) => return Err(fault.into()),
                Err(fault @ (Error::Busy | Error::QueueFull | Error::Draining)) => {
                    return Err(JobError::retry(fault.to_string()));
                }
                Err(Error::TooManyTurns { .. }) => {}
                Err(fault) => {
                    if matches!(fault, Error::NotFound(_) | Error::Turn(_)) {
                        reply.note(&format!("a message was not answered: {fault}"), false).await?;
                    }
                    return Ok(Begun::Refused(wording::refused(&fault)));
                }
            }
            let waited = async {
                tokio::select! {
                    () = context.cancelled() => Err(stopped()),
                    () = sleep(PLACE_PAUSE) => Ok(()),
                }
            };
            context.without_worker(waited).await?;
        }
    }

    /// The person as one who asks agents; `None` if the account may not.
    async fn caller(&self, reply: &OpenMessage<'_>, user_id: &str) -> Result<Option<TurnCaller>, JobError> {
        let workspace = reply.context.rows().workspace();
        let rights = self.authority.rights_of(workspace, user_id).await?;
        let may = rights.is_some_and(|rights| rights.role >= Role::Member && rights.scopes.contains(Scope::ChatSend));
        let user: Arc<str> = Arc::from(user_id);
        Ok(may.then(|| TurnCaller {
            workspace: workspace.clone(),
            credential: user_id.to_owned(),
            visible_to: VisibleTo::Only(Arc::clone(&user)),
            user_id: user,
            request_id: Arc::from(reply.context.id().to_string()),
        }))
    }
}

fn ask(reply: &OpenMessage<'_>, agent_id: &str, content: Content, number: u32) -> Ask {
    let limits = reply.platform.limits(&reply.connection.settings);
    let metadata = json!({"channel_id": reply.channel().to_string(), "conversation": reply.message.place.conversation});
    Ask {
        agent_id: agent_id.to_owned(),
        place: reply.target(),
        role: Speaker::User,
        content,
        prior_messages: Vec::new(),
        overrides: Overrides::default(),
        parameters: None,
        tools: None,
        metadata: metadata.as_object().cloned().unwrap_or_else(Map::new),
        is_streamed: limits.edit_pause.is_some() && reply.task.channel.settings.streams,
        ends_with_caller: true,
        once: None,
        trace_parent: None,
        spawned: None,
        job: Some(Box::new(JobQuestion { lease: reply.context.lease(), number })),
    }
}

fn stopped() -> JobError {
    JobError::retry("the job was asked to stop")
}

impl Following<'_> {
    /// Waits for the end of the turn, and shows meanwhile what is written; `None` if the turn is not there any more.
    /// Other jobs get the worker for that time.
    async fn ended(mut self, reply: &mut OpenMessage<'_>) -> Result<Option<Arc<Turn>>, JobError> {
        let (context, events) = (self.context, self.handle.events());
        let ended = tokio::select! {
            biased;
            ended = context.without_worker(follow(events, self.handle.turn_id, context, reply)) => ended,
            () = context.cancelled() => return Err(stopped()),
        };
        // It has ended; or the store is away, and another attempt follows it.
        self.handle.release();
        ended
    }
}

async fn follow(
    mut events: TurnEvents,
    turn_id: TurnId,
    context: &JobContext,
    reply: &mut OpenMessage<'_>,
) -> Result<Option<Arc<Turn>>, JobError> {
    let mut streaming = Streaming::new(reply);
    loop {
        let batch = match streaming.next() {
            None => events.next().await?,
            Some(at) => tokio::select! {
                biased;
                batch = events.next() => batch?,
                () = sleep_until(at) => {
                    streaming.show(reply).await?;
                    continue;
                }
            },
        };
        let Some(batch) = batch else {
            // It had ended before, and there was no event after those that were seen.
            let turn = context.rows().turns().find(turn_id, VisibleTo::All).await?;
            return Ok(turn.map(Arc::new));
        };
        for event in batch {
            match &event.kind {
                EventKind::Done { turn } | EventKind::Failed { turn } => return Ok(Some(Arc::clone(turn))),
                EventKind::Content { delta } if streaming.is_on() => streaming.text.push_str(delta),
                _ => {}
            }
        }
    }
}
