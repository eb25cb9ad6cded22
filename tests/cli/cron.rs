//! `astra cron`: schedules, in a terminal and for programs.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

struct Place {
    machine: Machine,
    gateway: Gateway,
}

impl Place {
    fn new() -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        Self { machine, gateway }
    }

    /// Without a token: the local store issues one.
    fn cron(&self, args: &[&str]) -> Ended {
        let server = ["--server", self.gateway.url.as_str()];
        self.machine.astra(&[&["cron"], args, &server].concat())
    }
}

#[test]
fn an_expression_is_shown_with_what_daylight_saving_does() {
    let place = Place::new();
    let zone = ["--timezone", "Europe/Berlin", "--after", "2027-03-27T00:00:00Z", "--count", "2"];
    let shown = place.cron(&[&["preview", "30 2 * * *"], &zone[..]].concat()).ok();
    assert_eq!(
        shown,
        "2027-03-27T01:30:00.000Z\t2027-03-27T02:30:00+01:00\tunaffected\n\
         2027-03-28T01:00:00.000Z\t2027-03-28T03:00:00+02:00\tmoved\n"
    );
    let text = place.cron(&["preview", "*/5 * * * *", "--output", "json"]).ok();
    let slots: Vec<Value> = serde_json::from_str(&text).expect("a JSON array");
    assert_eq!(slots.len(), 10);
    let never = place.cron(&["preview", "0 0 30 2 *"]);
    assert!(never.stderr.contains("never comes"), "{}", never.stderr);
    assert_eq!(never.ok(), "");
    place.cron(&["preview", "0 0 0 * * *"]).fails(1, &["/expression", "6 fields"]);
    place.cron(&["preview", "0 0 * * *", "--timezone", "Mars/Base"]).fails(1, &["/timezone"]);
    place.cron(&["preview", "0 0 * * *", "--count", "101"]).fails(2, &["101"]);
    // The token that was made for it is gone.
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-cron"), "{tokens}");
}

#[test]
fn what_is_not_there_is_said() {
    let place = Place::new();
    assert_eq!(place.cron(&["list"]).ok(), "");
    place.cron(&["trigger", "sch_0000000000001"]).fails(1, &["Not found"]);
    place.cron(&["trigger", "trn_1"]).fails(2, &["not the id of a schedule"]);
    place.cron(&["trigger", "sch_../../agents"]).fails(2, &["not the id of a schedule"]);
}

#[test]
fn schedules_are_listed_and_triggered() {
    let place = Place::new();
    let token = place.machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok().trim().to_owned();
    let payload = serde_json::json!({"agent_id": "assistant", "message": "Write the report."});
    for (name, is_paused) in [("Each day", false), ("Never\tyet", true)] {
        let job = serde_json::json!({"type": "agent_run", "payload": payload});
        let new = serde_json::json!({"name": name, "expression": "0 3 * * *", "job": job, "is_paused": is_paused});
        let answer = place.gateway.post_with_token("/cron/schedules", &token, &new.to_string());
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
    let lines = place.cron(&["list"]).ok();
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 7 && row[0].starts_with("sch_") && row[5] == "agent_run"), "{lines}");
    assert_eq!((rows[0][1], rows[0][2], rows[0][6]), ("paused", "-", "Never yet"));
    assert_eq!((rows[1][1], rows[1][3], rows[1][4]), ("active", "0 3 * * *", "UTC"));
    let whole: Vec<Value> =
        serde_json::from_str(&place.cron(&["list", "--output", "json"]).ok()).expect("a JSON array");
    assert_eq!((whole.len(), &whole[1]["job"]["payload"]), (2, &payload));
    let job = place.cron(&["trigger", rows[1][0]]).ok();
    assert!(job.starts_with("job_") && job.trim().len() == 17, "{job}");
}
