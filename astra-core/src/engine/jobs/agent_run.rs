//! `agent_run`: one turn of an agent. The turn is begun once, whatever becomes of the worker: another attempt follows it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::answer::{JobAnswer, cut};
use super::asking::{Asking, Following, Question, Refused};
use crate::content;
use crate::engine::Overrides;
use crate::ids::{SessionId, TurnId};
use crate::store::{JobQuestion, SessionTarget, Status};
use crate::work::{Job, JobContext, JobError, PayloadFault};

/// The surface of the sessions that such jobs open.
const SURFACE: &str = "job";

/// Runs the jobs.
pub(super) struct AgentRun(Asking);

/// What a job is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentRunPayload {
    agent_id: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    #[serde(default)]
    overrides: Overrides,
    #[serde(default)]
    metadata: Map<String, Value>,
}

/// What a job comes to.
#[derive(Debug, Serialize)]
pub(super) struct AgentRunResult {
    turn_id: TurnId,
    session_id: SessionId,
    /// The answer, or the first 64 KiB of it; the turn has all of it.
    answer: String,
    is_answer_cut: bool,
}

impl AgentRun {
    pub(super) const fn new(asking: Asking) -> Self {
        Self(asking)
    }

    /// The job's turn, which is begun unless an attempt before this one has begun it.
    async fn turn<'a>(&self, context: &'a JobContext, payload: AgentRunPayload) -> Result<Following<'a>, JobError> {
        let states = context.rows().job_turns().states(context.id()).await?;
        if let Some(turn_id) = states.get(&0).and_then(|state| state.turn_id) {
            return Ok(self.0.follow(context, turn_id));
        }
        let in_new = || SessionTarget::Surface { surface: SURFACE.to_owned(), surface_id: context.id().to_string() };
        let question = Question {
            number: 0,
            agent_id: payload.agent_id,
            message: payload.message,
            place: payload.session_id.map_or_else(in_new, |id| SessionTarget::Session { id }),
            overrides: payload.overrides,
            metadata: payload.metadata,
        };
        self.0.ask(context, &question).await.map_err(|refused| match refused {
            Refused::Job(fault) => fault,
            Refused::Question(error, None) => JobError::fail(error.message),
            Refused::Question(error, Some(wait)) => JobError::retry_after(error.message, wait),
        })
    }
}

impl Job for AgentRun {
    type Payload = AgentRunPayload;
    type Output = AgentRunResult;
    const NAME: &'static str = "agent_run";
    const TIMEOUT: Duration = Duration::from_secs(3_600);
    const IS_IDEMPOTENT: bool = false;
    const SCOPE: Option<&'static str> = Some("chat:send");

    fn payload_schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["agent_id", "message"],
            "properties": {
                "agent_id": agent_id_schema(),
                "message": message_schema(),
                "session_id": {"type": "string", "pattern": "^ses_[0-7][0-9a-hjkmnp-tv-z]{12}$"},
                "overrides": overrides_schema(),
                "metadata": {"type": "object"},
            },
        })
    }

    fn check(payload: &AgentRunPayload) -> Result<(), Vec<PayloadFault>> {
        if content::is_too_large(&payload.metadata) {
            let most = content::METADATA_BYTES_MAX;
            return Err(vec![("/metadata".to_owned(), format!("has more than {most} bytes as JSON"))]);
        }
        Ok(())
    }

    async fn run(&self, payload: AgentRunPayload, context: JobContext) -> Result<AgentRunResult, JobError> {
        context.end_by_itself();
        let turn = self.turn(&context, payload).await?;
        let turn_id = turn.turn_id();
        context.progress(0, format!("its turn is {turn_id}"));
        let has_waited = AtomicBool::new(false);
        let waits = || {
            has_waited.store(true, Ordering::Relaxed);
            context.progress(0, format!("the turn {turn_id} waits for a person's decision on a call of a tool"));
        };
        let turn = turn.ended(true, waits).await?;
        if has_waited.load(Ordering::Relaxed) {
            context.progress(0, format!("its turn is {turn_id}"));
        }
        let turn = turn.ok_or_else(|| JobError::fail(format!("the turn {turn_id} was deleted with its session")))?;
        let answer = JobAnswer::of(None, &turn);
        let text = serde_json::to_string(&answer).map_err(|fault| JobError::fail(fault.to_string()))?;
        let question = JobQuestion { lease: context.lease(), number: 0 };
        context.rows().job_turns().record(question, text, answer.error.is_some()).await?;
        match (turn.status, answer.error) {
            (Status::Completed, _) => {
                let (answer, is_answer_cut) = cut(turn.outcome.content.clone());
                let answer = answer.unwrap_or_default();
                Ok(AgentRunResult { turn_id, session_id: turn.session_id, answer, is_answer_cut })
            }
            (Status::Interrupted, _) => Err(JobError::unknown(format!(
                "the gateway ended during the turn {turn_id}, which is not begun again: see what it did, and retry the job if that is right"
            ))),
            (_, error) => {
                let why = error.map(|error| error.message).unwrap_or_default();
                Err(JobError::fail(format!("the turn {turn_id} did not complete: {why}")))
            }
        }
    }
}

/// The schema of an agent's id.
pub(super) fn agent_id_schema() -> Value {
    json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"})
}

/// The schema of a question, which is not blank.
pub(super) fn message_schema() -> Value {
    json!({"type": "string", "minLength": 1, "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"})
}

/// The schema of settings for a turn.
pub(super) fn overrides_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "max_output_tokens": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        },
    })
}
