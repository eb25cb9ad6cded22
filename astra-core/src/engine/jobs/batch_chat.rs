//! `batch_chat`: many questions to an agent, each in a turn and a session of its own, so many at once. What became of a question is
//! kept as soon as it is known: it can be read while the job runs, and another attempt does not ask the question again.

use std::fmt;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::{AnswerError, JobAnswer};
use super::asking::{Asking, Question, Refused};
use super::batch_payload::{BatchChatPayload, CONCURRENCY_MAX, NamedQuestion};
use crate::engine::Overrides;
use crate::ids::TurnId;
use crate::store::{JobQuestion, SessionTarget, Status};
use crate::work::{Job, JobContext, JobError, PayloadFault};

/// The surface of the sessions that such jobs open.
const SURFACE: &str = "batch";
/// How often a question is asked whose turn the end of a gateway interrupts.
const ASKED_MAX: u32 = 3;

/// Runs the jobs.
pub(super) struct BatchChat(Asking);

/// What a job comes to: how many questions it has, and what became of them.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct BatchChatResult {
    questions: usize,
    answered: usize,
    failed: usize,
}

/// What the questions of a job have in common.
struct Batch<'a> {
    asking: &'a Asking,
    context: &'a JobContext,
    agent_id: &'a str,
    overrides: Overrides,
}

impl BatchChat {
    pub(super) const fn new(asking: Asking) -> Self {
        Self(asking)
    }
}

impl Job for BatchChat {
    type Payload = BatchChatPayload;
    type Output = BatchChatResult;
    const NAME: &'static str = "batch_chat";
    const TIMEOUT: Duration = Duration::from_secs(86_400);
    const SCOPE: Option<&'static str> = Some("chat:send");

    fn payload_schema() -> Value {
        BatchChatPayload::schema()
    }

    fn check(payload: &BatchChatPayload) -> Result<(), Vec<PayloadFault>> {
        payload.check()
    }

    async fn run(&self, payload: BatchChatPayload, context: JobContext) -> Result<BatchChatResult, JobError> {
        context.end_by_itself();
        let (agent_id, overrides) = (payload.agent_id.clone(), payload.overrides);
        let concurrency = payload.concurrency.clamp(1, CONCURRENCY_MAX) as usize;
        let unreadable = |faults| JobError::fail(format!("the questions cannot be read: {faults:?}"));
        let questions = payload.into_questions().map_err(unreadable)?;
        let batch = Batch { asking: &self.0, context: &context, agent_id: &agent_id, overrides };
        batch.run(questions, concurrency).await
    }
}

impl Batch<'_> {
    /// Asks all questions that have no recorded end.
    async fn run(&self, questions: Vec<NamedQuestion>, concurrency: usize) -> Result<BatchChatResult, JobError> {
        let states = self.context.rows().job_turns().states(self.context.id()).await?;
        let mut counts = BatchChatResult { questions: questions.len(), answered: 0, failed: 0 };
        let mut waiting = Vec::new();
        for (number, question) in (0..).zip(questions) {
            match states.get(&number).map(|state| (state.is_error, state.turn_id)) {
                Some((Some(is_error), _)) => counts.add(is_error),
                known => waiting.push((number, question, known.and_then(|(_, turn_id)| turn_id))),
            }
        }
        let (mut waiting, mut asked, mut fault) = (waiting.into_iter(), FuturesUnordered::new(), None);
        loop {
            while fault.is_none() && asked.len() < concurrency {
                let Some((number, question, turn_id)) = waiting.next() else { break };
                asked.push(self.answer(number, question, turn_id));
            }
            self.context.progress(counts.percent(), counts.to_string());
            let ended = tokio::select! {
                biased;
                () = self.context.cancelled() => return Err(JobError::retry("the job was asked to stop")),
                ended = asked.next() => ended,
            };
            match ended {
                Some(Ok(is_error)) => counts.add(is_error),
                Some(Err(JobError::LeaseLost)) => {
                    self.context.note_lost();
                    return Err(JobError::LeaseLost);
                }
                // Those that are on their way come to their ends before the job does.
                Some(Err(of_one)) => fault = fault.or(Some(of_one)),
                None => return fault.map_or(Ok(counts), Err),
            }
        }
    }

    /// Asks a question, or follows the turn that answers it, and keeps what became of it; answers whether it has no answer.
    async fn answer(&self, number: u32, question: NamedQuestion, known: Option<TurnId>) -> Result<bool, JobError> {
        let NamedQuestion { id, message } = question;
        let (mut known, mut asked) = (known, 0);
        let asking = Question {
            number,
            agent_id: self.agent_id.to_owned(),
            message,
            place: SessionTarget::Surface {
                surface: SURFACE.to_owned(),
                surface_id: format!("{}.{number}", self.context.id()),
            },
            overrides: self.overrides,
            metadata: Map::new(),
        };
        loop {
            let was_known = known.is_some();
            let turn = match known.take() {
                Some(turn_id) => self.asking.follow(self.context, turn_id),
                None => {
                    asked += 1;
                    match self.asking.ask(self.context, &asking).await {
                        Ok(turn) => turn,
                        Err(Refused::Job(fault)) => return Err(fault),
                        Err(Refused::Question(error, _)) => {
                            return self.record(number, JobAnswer::refused(id, error)).await;
                        }
                    }
                }
            };
            let turn = turn.ended(false, || {}).await?;
            let answer = match turn.as_deref() {
                // What was cut off, and is not recorded, is asked again.
                Some(turn) if turn.status == Status::Interrupted && asked < ASKED_MAX => continue,
                Some(turn) if turn.status == Status::Cancelled && was_known => continue,
                Some(turn) => JobAnswer::of(id, turn),
                None if was_known => continue,
                None => JobAnswer::refused(id, AnswerError::new("not_found", "The turn was deleted with its session.")),
            };
            return self.record(number, answer).await;
        }
    }

    async fn record(&self, number: u32, answer: JobAnswer) -> Result<bool, JobError> {
        let text = serde_json::to_string(&answer).map_err(|fault| JobError::fail(fault.to_string()))?;
        let question = JobQuestion { lease: self.context.lease(), number };
        let is_error = answer.error.is_some();
        self.context.rows().job_turns().record(question, text, is_error).await?;
        Ok(is_error)
    }
}

impl BatchChatResult {
    const fn add(&mut self, is_error: bool) {
        if is_error {
            self.failed += 1;
        } else {
            self.answered += 1;
        }
    }

    fn percent(self) -> u8 {
        u8::try_from((self.answered + self.failed) * 100 / self.questions.max(1)).unwrap_or(100)
    }
}

impl fmt::Display for BatchChatResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { questions, answered, failed } = self;
        write!(formatter, "{answered} of {questions} questions are answered, {failed} have failed")
    }
}
