//! A question of a job on its way: a turn that is begun once, and followed by whichever worker has the job, until it ends. It ends
//! with the job if that is cancelled or takes too long, and goes on if another worker takes the job.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::sleep;

use super::answer::AnswerError;
use super::owners::Owners;
use crate::content::{Content, Role};
use crate::engine::event::EventKind;
use crate::engine::{Ask, Asked, Engine, Error, Overrides, TurnHandle};
use crate::ids::TurnId;
use crate::store::{JobQuestion, SessionTarget, ToolEntry, Turn, VisibleTo};
use crate::work::{JobContext, JobError};

/// The wait before a question is asked again for which there is no place among the turns that run.
const PLACE_PAUSE: Duration = Duration::from_secs(1);

/// What asks agents for jobs.
#[derive(Clone)]
pub(super) struct Asking {
    engine: Arc<Engine>,
    owners: Owners,
}

/// A question of a job.
pub(super) struct Question {
    pub(super) number: u32,
    pub(super) agent_id: String,
    pub(super) message: String,
    pub(super) place: SessionTarget,
    pub(super) overrides: Overrides,
    pub(super) metadata: Map<String, Value>,
}

/// Why no turn was begun.
pub(super) enum Refused {
    /// As a chat refuses it; in so many seconds it may be taken.
    Question(AnswerError, Option<Duration>),
    /// The job cannot go on.
    Job(JobError),
}

impl Asking {
    pub(super) const fn new(engine: Arc<Engine>, owners: Owners) -> Self {
        Self { engine, owners }
    }

    /// Begins the turn of a question, which is kept as the question's own.
    pub(super) async fn ask<'a>(&self, context: &'a JobContext, question: &Question) -> Result<Following<'a>, Refused> {
        loop {
            let caller = self.owners.caller(context).await.map_err(Refused::Job)?;
            let refused = match self.engine.ask(caller, ask(context, question)).await {
                Ok(Asked::New(handle)) => return Ok(Following { handle, context }),
                Ok(Asked::Known(turn)) => return Ok(self.follow(context, turn.id)),
                Err(refused) => refused,
            };
            if !matches!(refused, Error::TooManyTurns { .. }) {
                return Err(why(refused));
            }
            tokio::select! {
                () = context.cancelled() => return Err(Refused::Job(stopped())),
                () = sleep(PLACE_PAUSE) => {}
            }
        }
    }

    /// Follows a turn that was begun before.
    pub(super) fn follow<'a>(&self, context: &'a JobContext, turn_id: TurnId) -> Following<'a> {
        Following { handle: self.engine.hold(context.rows(), turn_id), context }
    }
}

fn ask(context: &JobContext, question: &Question) -> Ask {
    Ask {
        agent_id: question.agent_id.clone(),
        place: question.place.clone(),
        role: Role::User,
        content: Content::Text(question.message.clone()),
        prior_messages: Vec::new(),
        overrides: question.overrides,
        parameters: None,
        tools: None,
        metadata: question.metadata.clone(),
        is_streamed: false,
        ends_with_caller: true,
        once: None,
        trace_parent: None,
        spawned: None,
        job: Some(Box::new(JobQuestion { lease: context.lease(), number: question.number })),
    }
}

fn why(refused: Error) -> Refused {
    let words = refused.to_string();
    match refused {
        Error::Quota { message, retry_after_s, .. } => {
            Refused::Question(AnswerError::new("quota_exceeded", message), Some(Duration::from_secs(retry_after_s)))
        }
        Error::StorageLimit { .. } => Refused::Question(AnswerError::new("storage_limit", words), None),
        Error::Turn(failure) => Refused::Question(failure.into(), None),
        Error::Store(fault) => Refused::Job(fault.into()),
        Error::Busy | Error::QueueFull | Error::TooManyTurns { .. } | Error::Draining => {
            Refused::Job(JobError::retry(words))
        }
        Error::NotFound(_) | Error::Archived | Error::OtherAgent | Error::Results { .. } => {
            Refused::Job(JobError::fail(words))
        }
    }
}

fn stopped() -> JobError {
    JobError::retry("the job was asked to stop")
}

/// A turn that is followed for a job. Dropping it ends the turn, unless another worker goes on with the job.
pub(super) struct Following<'a> {
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

impl Following<'_> {
    pub(super) const fn turn_id(&self) -> TurnId {
        self.handle.turn_id
    }

    /// Waits for the end of the turn; `None` if it is not there any more. While it waits for a person, `waits` is called once,
    /// and the job's worker is given to other jobs if `parks` says so.
    pub(super) async fn ended(mut self, parks: bool, waits: impl Fn() + Send) -> Result<Option<Arc<Turn>>, JobError> {
        let ended = tokio::select! {
            biased;
            ended = self.follow(parks, waits) => ended,
            () = self.context.cancelled() => return Err(stopped()),
        };
        // It has ended; or the store is away, and another attempt follows it.
        self.handle.release();
        ended
    }

    async fn follow(&self, parks: bool, waits: impl Fn() + Send) -> Result<Option<Arc<Turn>>, JobError> {
        let (mut events, mut is_waiting) = (self.handle.events(), false);
        loop {
            let next = events.next();
            let batch = if is_waiting && parks { self.context.without_worker(next).await? } else { next.await? };
            match batch.as_ref().and_then(|batch| batch.last()).map(|event| &event.kind) {
                Some(EventKind::Done { turn } | EventKind::Failed { turn }) => return Ok(Some(Arc::clone(turn))),
                Some(EventKind::Tool(entry)) => {
                    is_waiting = matches!(**entry, ToolEntry::ApprovalRequired { .. });
                    if is_waiting {
                        waits();
                    }
                }
                Some(_) => is_waiting = false,
                // It had ended before, and there was no event after those that were seen.
                None => {
                    let turn = self.context.rows().turns().find(self.handle.turn_id, VisibleTo::All).await?;
                    return Ok(turn.map(Arc::new));
                }
            }
        }
    }
}
