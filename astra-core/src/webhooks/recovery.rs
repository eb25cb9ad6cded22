//! The job `webhook_recover`: what failed of a webhook between two times is sent again.

use std::sync::Arc;

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::ids::WebhookId;
use crate::store::Recovery;
use crate::work::{Job, JobContext, JobError, PayloadFault};

/// Which failed deliveries are sent again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookRecovery {
    /// Those to this webhook, ...
    pub webhook_id: WebhookId,
    /// ... made at this time (RFC 3339) or later, ...
    pub from: String,
    /// ... and before this one.
    pub to: String,
}

/// What such a job comes to.
#[derive(Debug, Serialize)]
pub struct Recovered {
    /// Deliveries that are sent again.
    redelivered: u64,
}

/// Runs such jobs.
pub struct Recover {
    clock: Arc<dyn Clock>,
}

impl Recover {
    /// The type of job, by the time of `clock`.
    #[must_use]
    pub const fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl WebhookRecovery {
    /// Both times in milliseconds since the epoch; or which one is none.
    fn times(&self) -> Result<(i64, i64), PayloadFault> {
        let read = |text: &str, pointer: &str| {
            let fault = |_| (pointer.to_owned(), "is no time such as 2026-11-23T21:07:00Z".to_owned());
            DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis()).map_err(fault)
        };
        let (from_ms, to_ms) = (read(&self.from, "/from")?, read(&self.to, "/to")?);
        if from_ms < to_ms { Ok((from_ms, to_ms)) } else { Err(("/to".to_owned(), "must be after `from`".to_owned())) }
    }
}

impl Job for Recover {
    type Output = Recovered;
    type Payload = WebhookRecovery;

    const NAME: &'static str = "webhook_recover";
    const SCOPE: Option<&'static str> = Some("webhooks:write");

    fn payload_schema() -> Value {
        let time = json!({"type": "string", "format": "date-time", "minLength": 20, "maxLength": 64});
        json!({
            "type": "object",
            "properties": {
                "webhook_id": {"type": "string", "pattern": "^hok_[0-7][0-9a-hjkmnp-tv-z]{12}$", "description": "The webhook."},
                "from": time,
                "to": time,
            },
            "required": ["webhook_id", "from", "to"],
            "additionalProperties": false,
        })
    }

    fn check(payload: &WebhookRecovery) -> Result<(), Vec<PayloadFault>> {
        payload.times().map(drop).map_err(|fault| vec![fault])
    }

    async fn run(&self, payload: WebhookRecovery, context: JobContext) -> Result<Recovered, JobError> {
        let (from_ms, to_ms) = payload.times().map_err(|(_, detail)| JobError::fail(detail))?;
        // What fails again while the job runs, or after its gateway has died, is not sent a third time.
        let failed_before_ms: i64 = context.step("begin", || async { Ok(self.clock.now_ms()) }).await?;
        let recovery = Recovery { webhook: payload.webhook_id, from_ms, to_ms, failed_before_ms };
        let mut redelivered = 0;
        loop {
            let now_ms = self.clock.now_ms();
            match context.write(move |tx| tx.recover(recovery, now_ms)).await? {
                0 => return Ok(Recovered { redelivered }),
                count => redelivered += count,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_none_or_in_the_wrong_order_have_their_place() {
        let place = |from: &str, to: &str| {
            let payload =
                WebhookRecovery { webhook_id: WebhookId::from_key(1), from: from.to_owned(), to: to.to_owned() };
            Recover::check(&payload).err().map(|faults| faults[0].0.clone())
        };
        assert_eq!(place("2026-11-23T21:07:00Z", "2026-11-23T22:07:00+00:00"), None);
        assert_eq!(place("2026-11-23T21:07:00Z", "2026-11-23T21:07:00Z").as_deref(), Some("/to"));
        assert_eq!(place("yesterday", "2026-11-23T21:07:00Z").as_deref(), Some("/from"));
        assert_eq!(place("2026-11-23T21:07:00Z", "2026-13-01T00:00:00Z").as_deref(), Some("/to"));
    }
}
