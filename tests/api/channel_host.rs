//! A platform that a host program brings: it is one as those of the gateway are. It takes no part twice, so that what becomes
//! of a lost answer can be seen.

use std::collections::BTreeMap;
use std::time::Duration;

use astra_core::channels::{
    Connection, Event, Field, HttpAnswer, HttpCall, Inbound, Limits, Message, Outgoing, Person, Place, Platform,
    Reading, Reply, Request, Sent, Settings, Simulated, Simulation, Unit, Unreadable, Unverified, proof,
};
use astra_core::config::Ports;
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, Reaction};
use crate::support::{TestApp, TestBackend};

/// Where the channels are.
const PATH: &str = "/channels";

const FIELDS: [Field; 2] =
    [Field::api_url("https://intranet.example"), Field::secret("token", "What proves both sides.", "correct-horse")];

/// A chat of the host's: a token proves requests, and a text has up to 20 characters.
struct Intranet;

impl Platform for Intranet {
    fn kind(&self) -> &'static str {
        "intranet_chat"
    }

    fn title(&self) -> &'static str {
        "Intranet chat"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        let conversation_pause = Duration::ZERO;
        Limits {
            text_max: 20,
            unit: Unit::Characters,
            conversation_pause,
            edit_pause: None,
            typing: None,
            takes_twice: false,
        }
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        vec![format!("Enter {}.", connection.webhook_url())]
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        let is_good = connection.secrets.each("token").any(|token| proof::is_same(token, request.header("x-token")));
        if is_good { Ok(()) } else { Err(Unverified::Wrong) }
    }

    fn read(&self, _: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let said = request.json()?;
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let message = Message {
            place: Place { conversation: text("room"), ..Place::default() },
            user: Person { id: text("user"), ..Person::default() },
            is_direct: true,
            mentions_bot: true,
            text: text("text"),
            attachments: Vec::new(),
            sent_at_ms: None,
        };
        let event = Inbound { event_id: text("id"), event: Event::Message(Box::new(message)) };
        Ok(Reading { events: vec![event], reply: Reply::text("ok") })
    }

    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall {
        let url = connection.settings.url("api_url", "say");
        HttpCall::post(url, &json!({"room": outgoing.place.conversation, "text": outgoing.text}))
    }

    fn read_sent(&self, _: &Connection, answer: &HttpAnswer) -> Sent {
        answer.failure().unwrap_or(Sent::Done { message_id: None })
    }

    fn simulation(&self, _: &[u8; 32], fake_url: &str) -> Simulation {
        Simulation { values: vec![("api_url", fake_url.to_owned()), ("token", "t".to_owned())], key_document: None }
    }

    fn simulate(&self, _: &Connection, _: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        HttpCall::post(
            "/webhook",
            &json!({"id": said.event_id, "room": said.conversation, "user": said.user, "text": said.text}),
        )
    }

    fn simulated_text(&self, _: &str, body: &[u8]) -> Option<String> {
        serde_json::from_slice::<Value>(body).ok()?["text"].as_str().map(str::to_owned)
    }

    fn simulated_answer(&self, _: &str, _: &[u8]) -> Value {
        json!({})
    }
}

/// A gateway with a channel of it; the channel's path, and where its answers go.
async fn opened() -> (TestApp, String, Endpoint) {
    let endpoint = Endpoint::start().await;
    let port = endpoint.address.port();
    let builder = TestApp::builder(TestBackend::sqlite()).host(|builder| builder.platform(Intranet)).config(|config| {
        config.outbound.allowed_networks = vec!["127.0.0.1/32".parse().expect("a network")];
        config.outbound.allowed_ports = vec![Ports::from(443), Ports::from(port)];
    });
    let app = builder.agent("support", json!({"model": {"provider": "echo"}})).open().await;
    let values = json!({"api_url": endpoint.url(""), "token": "t"});
    let new = json!({"name": "Chat", "agent_id": "support", "platform": {"kind": "host", "name": "intranet_chat", "values": values}});
    let made = app.admin().post(PATH).json(&new).await.expect(201);
    assert_eq!(made["kind"], "intranet_chat");
    let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
    (app, path, endpoint)
}

/// Ada says `text`.
async fn say(app: &TestApp, path: &str, id: &str, text: &str) {
    let body = json!({"id": id, "room": "r", "user": "ada", "text": text});
    let answer = app.anonymous().post(&format!("{path}/webhook")).header("x-token", "t").json(&body).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "ok"));
}

/// What came of each event, once all of it is over.
async fn statuses(app: &TestApp, path: &str) -> BTreeMap<String, String> {
    loop {
        let page = app.admin().get(&format!("{path}/messages")).await.expect(200);
        let messages = page["data"].as_array().expect("data");
        if messages.iter().all(|message| !message["finished_at"].is_null()) {
            let text = |message: &Value, name: &str| message[name].as_str().expect("a text").to_owned();
            return messages.iter().map(|message| (text(message, "event_id"), text(message, "status"))).collect();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn it_is_listed_and_answers() {
    let (app, path, endpoint) = opened().await;
    let page = app.viewer().get("/channels/platforms").await.expect(200);
    let listed =
        page["data"].as_array().expect("data").iter().find(|one| one["kind"] == "intranet_chat").expect("it is listed");
    assert_eq!((&listed["is_of_host"], &listed["fields"][1]["name"]), (&true.into(), &"token".into()));
    say(&app, &path, "e1", "Hello, how are you all today?").await;
    let texts: Vec<Value> = endpoint.wait_for(2).await.iter().map(|got| got.json()["text"].clone()).collect();
    assert_eq!(texts, ["Hello, how are you", "all today?"]);
    app.anonymous()
        .post(&format!("{path}/webhook"))
        .header("x-token", "x")
        .json(&json!({}))
        .await
        .expect_problem(401, "unauthorized");
    let unknown = json!({"name": "Chat", "agent_id": "support", "platform": {"kind": "host", "name": "intranet_chat", "values": {"colour": "red"}}});
    let problem = app.admin().post(PATH).json(&unknown).await.expect_problem(422, "invalid_request");
    let pointers: Vec<&str> =
        problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/platform/values/colour", "/platform/values/token"]);
}

#[tokio::test]
async fn a_part_whose_answer_is_lost_is_unknown_and_not_sent_again() {
    let (app, path, endpoint) = opened().await;
    endpoint.will(Reaction::Answer(500, ""));
    say(&app, &path, "e1", "one").await;
    say(&app, &path, "e2", "two").await;
    let statuses = statuses(&app, &path).await;
    assert_eq!((statuses["e1"].as_str(), statuses["e2"].as_str()), ("unknown", "answered"));
    assert_eq!(endpoint.received().len(), 2);
}
