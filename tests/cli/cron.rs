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
