//! kill -9 at the boundaries of a turn's steps: ten calls of tools, one that a person decides on, one of the caller. A turn that waits
//! goes on, one that was in the middle of a step is interrupted with what was recorded, and nothing that is recorded is made
//! again. `ASTRA_TEST_KILLS` of 10 and more has all boundaries; by default they are a few.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::http::{Streaming, User};
use crate::program::Machine;

mod model;

use model::{ANSWER, APPROVAL, RESULTS, Scripted};

struct Place {
    machine: Machine,
    model: Scripted,
    token: String,
    gateway: Option<Gateway>,
}

impl Place {
    fn make() -> Self {
        let (machine, model) = (Machine::new(), Scripted::start());
        let tools =
            json!({"allow": ["current_time", "calculate"], "require_approval": ["calculate"], "max_rounds": 20});
        let config = json!({
            "limits": {"token_requests_per_s": 1_000_000, "address_requests_per_s": 1_000_000},
            "providers": {"scripted": {"protocol": "openai", "base_url": model.url, "api_key": "none"}},
            "agents": {"acting": {"model": {"provider": "scripted", "model": "scripted"}, "tools": tools}},
        });
        machine.write("astra.yml", &config.to_string());
        let gateway = Gateway::start_with(&machine, &[], &["--log-level", "error"]);
        let token = machine.astra(&["token", "issue", "--name", "test", "--role", "admin"]).ok().trim().to_owned();
        Self { machine, model, token, gateway: Some(gateway) }
    }

    fn user(&self) -> User<'_> {
        User { gateway: self.gateway.as_ref().expect("it runs"), token: self.token.clone() }
    }

    fn kill(&mut self) {
        let mut gateway = self.gateway.take().expect("it runs");
        gateway.signal("KILL");
        gateway.wait();
        drop(gateway);
        self.gateway = Some(Gateway::start_with(&self.machine, &[], &["--log-level", "error"]));
    }

    /// Asks in a session of its own; the events as they come.
    fn ask(&self, question: &str) -> Streaming {
        let body = json!({"agent_id": "acting", "message": question, "surface": "test", "surface_id": question,
            "tools": [{"name": "mood"}]});
        self.user().stream(&body)
    }

    fn turn(&self, turn_id: &str) -> Value {
        self.user().ok("GET", &format!("/chat/turns/{turn_id}"), None)
    }

    /// The turn when it has this status.
    fn turn_that_is(&self, turn_id: &str, status: &str) -> Value {
        for _ in 0..1_000 {
            let turn = self.turn(turn_id);
            if turn["status"] == status {
                return turn;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it is not {status}: {}", self.turn(turn_id));
    }

    fn approve(&self) {
        let pending = self.user().ok("GET", "/tools/approvals?status=pending", None);
        let id = pending["data"][0]["id"].as_str().expect("an approval");
        self.user().ok("POST", &format!("/tools/approvals/{id}/approve"), Some(&json!({})));
    }

    fn submit(&self, turn_id: &str) -> (u16, Value) {
        let body = json!({"results": [{"call_id": format!("call_{RESULTS}"), "content": "good"}]});
        self.user().send("POST", &format!("/chat/turns/{turn_id}/results"), Some(&body))
    }

    /// All that the log has is numbered without a gap, and each call that has a result has one.
    fn check_log(&self, turn_id: &str, results: usize) {
        let text = self.user().gateway.get_with_token(&format!("/chat/turns/{turn_id}/events"), &self.token);
        let events: Vec<Value> = text
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str(data).expect("JSON"))
            .collect();
        let numbers: Vec<_> = events.iter().map(|event| event["seq"].as_u64().expect("a number")).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "no gap");
        let of = |kind: &str| {
            events
                .iter()
                .filter(|event| event["type"] == kind)
                .map(|event| event["call_id"].to_string())
                .collect::<Vec<_>>()
        };
        let mut answered = of("tool_result");
        answered.sort();
        answered.dedup();
        assert_eq!((answered.len(), of("tool_result").len()), (results, results), "{text}");
    }

    /// The model was asked once at each place up to and with `last`.
    fn check_asked(&self, question: &str, last: usize) {
        let expected =
            (0..=last).filter(|place| *place >= APPROVAL || place.is_multiple_of(2)).map(|place| (place, 1)).collect();
        assert_eq!(self.model.asked(question), expected, "{question}");
    }
}

/// The id of the turn whose stream begins.
fn id_of(stream: &mut Streaming) -> String {
    stream.next().expect("an event")["turn_id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_turn_that_waits_goes_on_after_each_kill() {
    let mut place = Place::make();
    let mut stream = place.ask("waits");
    let turn_id = id_of(&mut stream);
    place.turn_that_is(&turn_id, "awaiting_approval");
    for _ in 0..2 {
        place.kill();
        assert_eq!(place.turn(&turn_id)["status"], "awaiting_approval");
    }
    place.approve();
    place.turn_that_is(&turn_id, "awaiting_results");
    for _ in 0..2 {
        place.kill();
        assert_eq!(place.turn(&turn_id)["status"], "awaiting_results");
    }
    let (status, done) = place.submit(&turn_id);
    assert_eq!(
        (status, &done["status"], &done["content"]),
        (200, &json!("completed"), &json!("All is well.")),
        "{done}"
    );
    place.kill();
    assert_eq!(place.submit(&turn_id), (200, done));
    place.check_log(&turn_id, ANSWER);
    place.check_asked("waits", ANSWER);
}

#[test]
fn a_turn_in_the_middle_of_a_step_keeps_what_was_recorded() {
    let mut place = Place::make();
    let has_all =
        std::env::var("ASTRA_TEST_KILLS").is_ok_and(|kills| kills.parse::<u32>().is_ok_and(|kills| kills >= 10));
    let places: &[usize] = if has_all { &[0, 2, 4, 6, 8, 10, 11, 12] } else { &[0, 6, 12] };
    for &hang in places {
        let question = format!("hangs at {hang}");
        place.model.hang_at(Some(hang));
        let mut stream = place.ask(&question);
        let turn_id = id_of(&mut stream);
        if hang > APPROVAL {
            place.turn_that_is(&turn_id, "awaiting_approval");
            place.approve();
        }
        let mut submitting = None;
        if hang > RESULTS {
            place.turn_that_is(&turn_id, "awaiting_results");
            let body = json!({"results": [{"call_id": format!("call_{RESULTS}"), "content": "good"}]}).to_string();
            let (url, token) = (place.user().gateway.url.clone(), place.token.clone());
            let path = format!("{url}/chat/turns/{turn_id}/results");
            let mut curl = std::process::Command::new("curl");
            curl.args([
                "--silent",
                "--max-time",
                "60",
                "--json",
                &body,
                "--header",
                &format!("Authorization: Bearer {token}"),
                &path,
            ]);
            submitting = Some(curl.stdout(std::process::Stdio::null()).spawn().expect("curl runs"));
        }
        place.model.wait_until_asked(&question, hang);
        place.kill();
        place.model.hang_at(None);
        if let Some(mut curl) = submitting {
            let _status = curl.wait();
        }
        let turn = place.turn(&turn_id);
        let calls = turn["tool_calls"].as_array().expect("calls");
        assert_eq!((&turn["status"], calls.len()), (&json!("interrupted"), hang), "{turn}");
        assert!(calls.iter().all(|call| call["is_error"] == false), "{turn}");
        place.check_log(&turn_id, hang);
        place.check_asked(&question, hang);
        if hang > RESULTS {
            assert_eq!(place.submit(&turn_id).0, 503, "what happened: it was interrupted");
        }
        // The conversation goes on with all that was recorded.
        let session = turn["session_id"].as_str().expect("an id");
        let said = place.user().ok("GET", &format!("/sessions/{session}/messages?limit=200"), None);
        let results = said["data"]
            .as_array()
            .expect("rows")
            .iter()
            .flat_map(|row| row["tool_results"].as_array().into_iter().flatten());
        assert_eq!(results.count(), hang, "{said}");
    }
}
