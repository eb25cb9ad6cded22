//! Idempotency keys: one person uses the same key for the same request in two workspaces, and each of them takes effect.

use astra_core::auth::{NewAccount, Role};
use serde_json::{Value, json};

use super::home::{AGENT, Belongings, Note, belongings};
use super::references::body;
use super::same::identifiers;
use crate::call::Call;
use crate::support::{Caller, OnBackend, TestApp, TestBackend, both_backends};

/// Operations that answer differently in a workspace that is not the first, and why.
const APART: [(&str, &str); 3] = [
    ("auth.rotate_keys", "the signing keys are the first workspace's: the other one has 404"),
    ("admin.backup", "a backup is of the whole gateway: the first workspace makes it"),
    ("workspaces.accept_invitation", "the code names the workspace, whichever the caller is in"),
];

/// How far the clock goes ahead, in milliseconds: about twenty years. PostgreSQL removes old keys by its server's own clock, to which
/// keys of the test's clock must not be old.
const AHEAD_MS: i64 = 20 * 365 * 86_400_000;

/// A person with two workspaces, which have one of each.
struct Twice {
    app: TestApp,
    here: Place,
    there: Place,
}

struct Place {
    caller: Caller,
    own: Belongings,
}

impl OnBackend for Twice {
    async fn on(backend: TestBackend) -> Self {
        let app = TestApp::builder(backend).host(|builder| builder.job(Note)).open().await;
        app.clock.advance_ms(AHEAD_MS);
        let (email, password) = ("ada@example.org".to_owned(), "correct horse battery".to_owned());
        let grant = json!({"grant_type": "password", "username": email, "password": password});
        let new = NewAccount { email, password, display_name: None, role: Role::Owner };
        app.authority().create_account(&app.authority().operator(), new).await.expect("an account");
        let tokens = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
        let here = with(&app, &tokens);
        let made = here.post("/workspaces").json(&json!({"name": "Elsewhere"})).await.expect(201);
        let switch = format!("/workspaces/{}/switch", made["id"].as_str().expect("an id"));
        let there = with(&app, &here.post(&switch).json(&json!({})).await.expect(200));
        let (here, there) = (Place::new(here).await, Place::new(there).await);
        Self { app, here, there }
    }
}

fn with(app: &TestApp, tokens: &Value) -> Caller {
    app.bearer(tokens["access_token"].as_str().expect("a token"))
}

impl Place {
    /// A workspace with an agent of the same name as in the other one.
    async fn new(caller: Caller) -> Self {
        caller.post("/agents").json(&json!({"id": AGENT, "model": {"provider": "echo"}})).await.expect(201);
        let own = belongings(&caller, AGENT).await;
        caller.delete(&format!("/jobs/{}", own["job_id"])).await.expect(200);
        Self { caller, own }
    }

    /// The status and the text of the answer, of a stream all of it.
    async fn ask(&self, call: &Call, key: &str) -> (u16, String) {
        let path = call.path(|name| self.own.get(name).cloned());
        let mut ask = self.caller.ask(call.method.clone(), &path).header("idempotency-key", key);
        if call.body().is_some() {
            ask = ask.json(&body(&self.own, call, key));
        }
        let mut answer = ask.await;
        let status = answer.status.as_u16();
        let is_stream = answer.headers.get("content-type").is_some_and(|value| value == "text/event-stream");
        if !is_stream {
            return (status, answer.text());
        }
        let events = answer.events().await;
        (status, events.iter().map(|event| event.data.to_string()).collect::<Vec<String>>().join("\n"))
    }
}

both_backends! {
    async fn a_key_of_one_workspace_is_none_in_the_other(twice: Twice) {
        let (mut faults, mut tried) = (Vec::new(), 0);
        let calls: Vec<Call> = Call::all().filter(|call| call.takes("Idempotency-Key")).collect();
        for (number, call) in calls.iter().enumerate() {
            if APART.iter().any(|(id, _)| *id == call.id) {
                continue;
            }
            // Changes are one after the other.
            twice.app.clock.advance_ms(1);
            let key = format!("once-{number}");
            let (first, second) = (twice.here.ask(call, &key).await, twice.there.ask(call, &key).await);
            if first.0 != second.0 || first.0 >= 300 {
                faults.push(format!("{}: {first:?} here, {second:?} there", call.id));
                continue;
            }
            // The person is the same in both, and so is what it has sent.
            let sent = body(&twice.here.own, call, &key).to_string();
            let made = identifiers(&first.1).into_iter().filter(|id| !id.starts_with("usr_") && !sent.contains(id));
            for id in made {
                if second.1.contains(id) {
                    faults.push(format!("{} answers there with {id} of here: {}", call.id, second.1));
                }
            }
            let again = (twice.here.ask(call, &key).await, twice.there.ask(call, &key).await);
            let before = (first, second);
            if again != before {
                faults.push(format!("{}: another answer to the same key: {again:?} after {before:?}", call.id));
            }
            tried += 1;
        }
        assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
        assert!(tried > 25, "only {tried} operations take a key");
    }
}
