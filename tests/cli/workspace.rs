//! `astra workspace`: the workspaces of a person, in a terminal and for programs.

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};

const PASSWORD: &str = "correct horse battery";

/// A gateway, and the access token of the person who owns its first workspace.
struct Place {
    machine: Machine,
    gateway: Gateway,
    token: String,
}

impl Place {
    fn new() -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        let make = ["account", "create", "ada@example.org", "--role", "owner", "--password-stdin"];
        run_with_input(&mut machine.command(&make), PASSWORD).ok();
        let grant = json!({"grant_type": "password", "username": "ada@example.org", "password": PASSWORD});
        let tokens = json_of(&gateway.post("/auth/token", &grant.to_string()));
        let token = tokens["access_token"].as_str().expect("a token").to_owned();
        Self { machine, gateway, token }
    }

    /// As the person.
    fn workspace(&self, args: &[&str]) -> Ended {
        let variables = [("ASTRA_SERVER", self.gateway.url.as_str()), ("ASTRA_TOKEN", self.token.as_str())];
        self.machine.astra_with(&variables, &[&["workspace"], args].concat())
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.workspace(&[args, &["--output", "json"]].concat()).ok()).expect("JSON")
    }

    /// The answer to a POST of the person.
    fn post(&self, path: &str, body: &Value) -> Value {
        json_of(&self.gateway.post_with_token(path, &self.token, &body.to_string()))
    }

    /// How many sign-ins the person has.
    fn sign_ins(&self) -> usize {
        let listed = json_of(&self.gateway.get_with_token("/auth/me/sign-ins", &self.token));
        listed["data"].as_array().expect("data").len()
    }
}

/// The JSON of an answer of success.
fn json_of(answer: &str) -> Value {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn a_workspace_is_created_shown_and_deleted() {
    let place = Place::new();
    let first = place.json(&["list"])[0]["id"].as_str().expect("an id").to_owned();
    let id = place.workspace(&["create", "Help desk"]).ok().trim().to_owned();
    assert!(id.starts_with("wsp_"), "{id}");
    let lines = place.workspace(&["list"]).ok();
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows.len(), &rows[0][..4]), (2, &[id.as_str(), "Help desk", "owner", "no"][..]), "{lines}");
    assert_eq!((rows[1][0], rows[1][3]), (first.as_str(), "yes"));
    let shown = place.workspace(&["show", &id]).ok();
    assert!(shown.starts_with(&format!("{id} Help desk\n")) && shown.contains("providers   all"), "{shown}");
    assert_eq!(place.json(&["show"])["workspace"]["id"], json!(first));
    place.workspace(&["delete", &id]).fails(2, &["--yes"]);
    let deleted = place.workspace(&["delete", &id, "--yes"]);
    assert!(deleted.stderr.contains(&format!("{id} Help desk is deleted")), "{}", deleted.stderr);
    assert_eq!(deleted.ok(), "");
    assert_eq!(place.json(&["list"]).as_array().map(Vec::len), Some(1));
    place.workspace(&["show", &id]).fails(1, &["no workspace of yours", "workspace list"]);
    place.workspace(&["delete", &first, "--yes"]).fails(1, &["first workspace"]);
}

#[test]
fn a_person_is_invited_to_another_workspace_and_becomes_a_member_of_it() {
    let place = Place::new();
    let id = place.json(&["create", "Support"])["id"].as_str().expect("an id").to_owned();
    let wish = ["invite", "bob@example.org", "--role", "admin", "--expires-in", "2h", "--workspace", &id];
    let invited = place.workspace(&wish);
    assert!(invited.stderr.contains("for bob@example.org as admin, good until"), "{}", invited.stderr);
    let code = invited.ok().trim().to_owned();
    let account = json!({"email": "bob@example.org", "password": PASSWORD, "invitation": code});
    assert!(place.gateway.post("/auth/register", &account.to_string()).starts_with("HTTP/1.1 201"));
    let lines = place.workspace(&["members", "--workspace", &id]).ok();
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows.len(), rows[0][1], rows[0][3], rows[1][1]), (2, "bob@example.org", "admin", "ada@example.org"));
    assert_eq!(place.json(&["members"]).as_array().map(Vec::len), Some(1), "the first workspace has no other member");
    assert_eq!(place.sign_ins(), 1, "the sign-ins to the other workspace have ended");
    place.workspace(&["invite", "nobody"]).fails(1, &["/email"]);
    place.workspace(&["invite", "eve@example.org", "--role", "king"]).fails(2, &["king"]);
}

#[test]
fn agents_that_are_lent_are_listed_with_the_other_side() {
    let place = Place::new();
    assert_eq!(place.workspace(&["grants"]).ok(), "");
    let first = place.json(&["list"])[0]["id"].as_str().expect("an id").to_owned();
    let other = place.workspace(&["create", "Borrowers"]).ok().trim().to_owned();
    let offer = json!({"agent_id": "assistant", "workspace_id": other, "expires_in": 3600});
    let grant = place.post(&format!("/workspaces/{first}/grants"), &offer);
    let id = grant["id"].as_str().expect("an id");
    let columns = |args: &[&str]| place.workspace(args).ok().trim().split('\t').map(str::to_owned).collect::<Vec<_>>();
    let lent = columns(&["grants"]);
    assert_eq!(lent[..5], [id, "lent", "offered", "assistant", &other]);
    let borrowed = columns(&["grants", "--workspace", &other]);
    assert_eq!((&borrowed[1], &borrowed[4], &borrowed[6]), (&"borrowed".to_owned(), &first, &"0".to_owned()));
}

#[test]
fn without_a_token_the_first_workspace_is_the_operators() {
    let place = Place::new();
    let workspace = |args: &[&str]| {
        place.machine.astra(&[&["workspace"], args, &["--server", place.gateway.url.as_str()]].concat())
    };
    assert_eq!(workspace(&["list"]).ok().lines().count(), 1);
    assert!(workspace(&["members"]).ok().contains("ada@example.org"));
    workspace(&["create", "Support"]).fails(1, &["signed in"]);
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-workspace"), "the token that was made for it is gone: {tokens}");
}
