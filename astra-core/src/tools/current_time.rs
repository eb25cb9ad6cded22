//! `current_time`: the date and the time in a time zone, which no model knows by itself.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use crate::clock::{Clock, timestamp};

pub(super) const NAME: &str = "current_time";

/// The tool.
pub(super) struct CurrentTime {
    clock: Arc<dyn Clock>,
}

impl CurrentTime {
    pub(super) const fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    fn answer(&self, arguments: &Map<String, Value>) -> Result<ToolOutput, ToolError> {
        let zone = arguments.get("time_zone").and_then(Value::as_str).unwrap_or("UTC").trim();
        let zone: Tz = zone.parse().map_err(|_| {
            format!("There is no time zone `{zone}`: give a name of the IANA database, such as Europe/Berlin or UTC.")
        })?;
        let now = timestamp(self.clock.now_ms()).with_timezone(&zone);
        let (time, weekday) = (now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), now.format("%A").to_string());
        Ok(json!({"time": time, "weekday": weekday, "time_zone": zone.name()}).into())
    }
}

impl Tool for CurrentTime {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "time_zone": {
                    "type": ["string", "null"],
                    "maxLength": 64,
                    "description": "The name of a time zone in the IANA database, such as Europe/Berlin. UTC if left out.",
                },
            },
            "additionalProperties": false,
        });
        ToolDefinition::new(NAME, "The present date, time and weekday in a time zone.", parameters).read_only()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(std::future::ready(self.answer(arguments)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn the_time_is_that_of_the_zone_in_summer_and_in_winter() {
        let answer = |ms: i64, arguments: Value| {
            let tool = CurrentTime::new(Arc::new(ManualClock::new(ms)));
            tool.answer(arguments.as_object().expect("an object"))
        };
        let (winter, summer) = (1_795_467_600_000, 1_782_507_600_000);
        let expected = r#"{"time":"2026-11-23T21:00:00Z","weekday":"Monday","time_zone":"UTC"}"#;
        assert_eq!(answer(winter, json!({})), Ok(expected.into()));
        let berlin = json!({"time_zone": "Europe/Berlin"});
        let expected = r#"{"time":"2026-11-23T22:00:00+01:00","weekday":"Monday","time_zone":"Europe/Berlin"}"#;
        assert_eq!(answer(winter, berlin.clone()), Ok(expected.into()));
        let summer = answer(summer, berlin).expect("an answer");
        assert!(String::from_utf8_lossy(&summer.content).contains("+02:00"), "{summer:?}");
        assert!(answer(winter, json!({"time_zone": "Berlin"})).is_err());
    }
}
