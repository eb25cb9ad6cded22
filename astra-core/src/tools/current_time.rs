//! `current_time`: the date and the time in a time zone, which no model knows by itself.

use std::sync::Arc;

use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::tool::Tool;
use crate::clock::{Clock, timestamp};
use crate::provider;

pub(super) const NAME: &str = "current_time";

/// The tool.
pub(super) struct CurrentTime {
    clock: Arc<dyn Clock>,
}

impl CurrentTime {
    pub(super) const fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    fn answer(&self, arguments: &Map<String, Value>) -> Result<String, String> {
        if let Some(unknown) = arguments.keys().find(|name| *name != "time_zone") {
            return Err(format!("There is no argument `{unknown}`: give `time_zone` or nothing."));
        }
        let zone = match arguments.get("time_zone") {
            None | Some(Value::Null) => "UTC",
            Some(Value::String(zone)) => zone.trim(),
            Some(_) => return Err("`time_zone` must be a text, such as \"Europe/Berlin\".".to_owned()),
        };
        let zone: Tz = zone.parse().map_err(|_| {
            format!("There is no time zone `{zone}`: give a name of the IANA database, such as Europe/Berlin or UTC.")
        })?;
        let now = timestamp(self.clock.now_ms()).with_timezone(&zone);
        let (time, weekday) = (now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), now.format("%A").to_string());
        Ok(json!({"time": time, "weekday": weekday, "time_zone": zone.name()}).to_string())
    }
}

impl Tool for CurrentTime {
    fn definition(&self) -> provider::Tool {
        let parameters = json!({
            "type": "object",
            "properties": {
                "time_zone": {
                    "type": "string",
                    "description": "The name of a time zone in the IANA database, such as Europe/Berlin. UTC if left out.",
                },
            },
            "additionalProperties": false,
        });
        provider::Tool {
            name: NAME.into(),
            description: "The present date, time and weekday in a time zone.".into(),
            parameters: Arc::new(parameters.as_object().cloned().unwrap_or_default()),
        }
    }

    fn call<'a>(&'a self, arguments: &'a Map<String, Value>) -> BoxFuture<'a, Result<String, String>> {
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
        assert_eq!(answer(winter, json!({})).as_deref(), Ok(expected));
        let berlin = json!({"time_zone": "Europe/Berlin"});
        let expected = r#"{"time":"2026-11-23T22:00:00+01:00","weekday":"Monday","time_zone":"Europe/Berlin"}"#;
        assert_eq!(answer(winter, berlin.clone()).as_deref(), Ok(expected));
        assert!(answer(summer, berlin).is_ok_and(|answer| answer.contains("+02:00")));
        for bad in [json!({"time_zone": "Berlin"}), json!({"time_zone": 1}), json!({"zone": "UTC"})] {
            assert!(answer(winter, bad.clone()).is_err(), "{bad}");
        }
    }
}
