//! kill -9 in each of the twenty steps of a turn: ten calls of a tool that counts them, one that a person decides on, one of the
//! caller, and the model before and after them. A turn that waits goes on, one that was in the middle of a step is interrupted
//! with what was recorded, and nothing that is recorded is made again. `ASTRA_TEST_KILLS` of 10 and more has all steps; by
//! default they are a few.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::http::{Streaming, User};
use crate::program::Machine;

mod model;
mod pages;

use model::{ANSWER, APPROVAL, RESULTS, Scripted};
use pages::{Pages, path};

struct Place {
    machine: Machine,
    model: Scripted,
    pages: Pages,
    token: String,
    gateway: Option<Gateway>,
}

impl Place {
    fn make() -> Self {
        let (machine, pages) = (Machine::new(), Pages::start());
        let model = Scripted::start(pages.port);
        let tools = json!({"allow": ["http_fetch", "calculate"], "require_approval": ["calculate"], "max_rounds": 20});
        let config = json!({
            "tools": {"http_fetch": true},
            "outbound": {"allowed_networks": ["127.0.0.1/32"], "allowed_ports": [pages.port]},
            "limits": {"token_requests_per_s": 1_000_000, "address_requests_per_s": 1_000_000},
            // Each question is one call of the model.
            "memory": {"extraction": "rules"},
            "providers": {"scripted": {"protocol": "openai", "base_url": model.url, "api_key": "none"}},
            "agents": {"acting": {"model": {"provider": "scripted", "model": "scripted"}, "tools": tools}},
        });
        machine.write("astra.yml", &config.to_string());
        let gateway = Gateway::start_with(&machine, &[], &["--log-level", "error"]);
        let token = machine.astra(&["token", "issue", "--name", "test", "--role", "admin"]).ok().trim().to_owned();
        Self { machine, model, pages, token, gateway: Some(gateway) }
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
    assert_eq!(place.pages.fetched("waits"), [1; APPROVAL]);
}

/// A step of the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The model is asked, after so many results.
    Model(usize),
    /// A tool is called, after so many other calls.
    Tool(usize),
    /// A person decides.
    Approval,
    /// The caller sends a result.
    Results,
}

/// The twenty steps, in order.
fn steps() -> Vec<Step> {
    let pairs =
        (0..APPROVAL).step_by(2).flat_map(|place| [Step::Model(place), Step::Tool(place), Step::Tool(place + 1)]);
    let last = [Step::Model(APPROVAL), Step::Approval, Step::Model(RESULTS), Step::Results, Step::Model(ANSWER)];
    pairs.chain(last).collect()
}

impl Step {
    /// How many calls the log has when it is taken, how many of them have a result at least, and whether one more may have.
    const fn calls(self) -> (usize, usize, bool) {
        match self {
            Self::Model(results) => (results, results, false),
            // The other one of the two may be through.
            Self::Tool(number) => (number - number % 2 + 2, number - number % 2, true),
            Self::Approval => (APPROVAL + 1, APPROVAL, false),
            Self::Results => (RESULTS + 1, RESULTS, false),
        }
    }
}

#[test]
fn a_kill_in_any_of_twenty_steps_lets_no_recorded_call_be_made_again() {
    let mut place = Place::make();
    let has_all =
        std::env::var("ASTRA_TEST_KILLS").is_ok_and(|kills| kills.parse::<u32>().is_ok_and(|kills| kills >= 10));
    let steps = steps();
    assert_eq!(steps.len(), 20);
    for (number, step) in steps.into_iter().enumerate() {
        if has_all || [0, 1, 5, 6, 15, 16, 18, 19].contains(&number) {
            place.kill_in(step, &format!("killed in step {number}"));
        }
    }
}

impl Place {
    /// Kills the gateway while a turn is in `step`, and starts it again.
    fn kill_in(&mut self, step: Step, question: &str) {
        match step {
            Step::Model(results) => self.model.hang_at(Some(results)),
            Step::Tool(number) => self.pages.hang_at(Some(path(question, number))),
            Step::Approval | Step::Results => {}
        }
        let mut stream = self.ask(question);
        let turn_id = id_of(&mut stream);
        let mut submitting = self.go_on_to(step, &turn_id);
        match step {
            Step::Model(results) => self.model.wait_until_asked(question, results),
            Step::Tool(number) => self.pages.wait_until_fetched(&path(question, number)),
            Step::Approval | Step::Results => {}
        }
        self.kill();
        self.model.hang_at(None);
        self.pages.hang_at(None);
        if let Some(curl) = &mut submitting {
            let _status = curl.wait();
        }
        let turn = self.turn(&turn_id);
        let (calls, results, may_have_one_more) = step.calls();
        let recorded = turn["tool_calls"].as_array().expect("calls");
        let answered = recorded.iter().filter(|call| call["is_error"] == false).count();
        assert_eq!(recorded.len(), calls, "{step:?}: {turn}");
        assert!(answered == results || may_have_one_more && answered == results + 1, "{step:?}: {turn}");
        match step {
            Step::Approval | Step::Results => self.goes_on(step, question, &turn_id),
            Step::Model(_) | Step::Tool(_) => self.is_interrupted(step, question, &turn, answered),
        }
    }

    /// Decides and submits until the turn is in `step`; a submission that is on its way then is one of `curl`.
    fn go_on_to(&self, step: Step, turn_id: &str) -> Option<std::process::Child> {
        if !matches!(step, Step::Approval | Step::Results | Step::Model(RESULTS..)) {
            return None;
        }
        self.turn_that_is(turn_id, "awaiting_approval");
        if step == Step::Approval {
            return None;
        }
        self.approve();
        if step == Step::Model(RESULTS) {
            return None;
        }
        self.turn_that_is(turn_id, "awaiting_results");
        (step == Step::Model(ANSWER)).then(|| self.submit_aside(turn_id))
    }

    /// Submits the result by a `curl` of its own.
    fn submit_aside(&self, turn_id: &str) -> std::process::Child {
        let body = json!({"results": [{"call_id": format!("call_{RESULTS}"), "content": "good"}]}).to_string();
        let url = format!("{}/chat/turns/{turn_id}/results", self.user().gateway.url);
        let token = format!("Authorization: Bearer {}", self.token);
        let mut curl = std::process::Command::new("curl");
        curl.args(["--silent", "--max-time", "60", "--json", &body, "--header", &token, &url]);
        curl.stdout(std::process::Stdio::null()).spawn().expect("curl runs")
    }

    /// A turn that waited goes on to its end, with each call made once.
    fn goes_on(&self, step: Step, question: &str, turn_id: &str) {
        if step == Step::Approval {
            self.turn_that_is(turn_id, "awaiting_approval");
            self.approve();
        }
        self.turn_that_is(turn_id, "awaiting_results");
        let (status, done) = self.submit(turn_id);
        assert_eq!((status, &done["content"]), (200, &json!("All is well.")), "{step:?}: {done}");
        assert_eq!(self.pages.fetched(question), [1; APPROVAL], "{step:?}");
        self.check_log(turn_id, ANSWER);
        self.check_asked(question, ANSWER);
    }

    /// A turn in the middle of a step keeps what was recorded, and nothing of it is made again.
    fn is_interrupted(&self, step: Step, question: &str, turn: &Value, results: usize) {
        let turn_id = turn["turn_id"].as_str().expect("an id");
        assert_eq!(turn["status"], "interrupted", "{step:?}: {turn}");
        self.check_log(turn_id, results);
        let (last, fetched) = match step {
            Step::Tool(number) => (number - number % 2, number - number % 2 + 2),
            Step::Model(results) => (results, results.min(APPROVAL)),
            Step::Approval | Step::Results => panic!("it waits: {step:?}"),
        };
        self.check_asked(question, last);
        let counts = self.pages.fetched(question);
        assert!(
            counts.iter().all(|count| *count == 1) && (results.min(APPROVAL)..=fetched).contains(&counts.len()),
            "{step:?}: {counts:?}"
        );
        if step == Step::Model(ANSWER) {
            assert_eq!(self.submit(turn_id).0, 503, "what happened: it was interrupted");
        }
        // The conversation goes on with all that was recorded.
        let session = turn["session_id"].as_str().expect("an id");
        let said = self.user().ok("GET", &format!("/sessions/{session}/messages?limit=200"), None);
        let rows = said["data"].as_array().expect("rows").iter();
        let kept = rows.flat_map(|row| row["tool_results"].as_array().into_iter().flatten());
        assert_eq!(kept.count(), results, "{said}");
    }
}
