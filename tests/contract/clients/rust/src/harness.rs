//! What the scenarios have in common: where the gateway is, and names that are theirs alone.

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use astra_client::models::{ChatEvent, SendMessage};
use astra_client::reqwest::Method;
use astra_client::{Client, ClientBuilder, EventStream};
use serde_json::Value;

/// What a scenario gives: a fault, or nothing.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Where the client is driven.
pub struct Stage {
    /// The gateway.
    pub url: String,
    /// The misbehaving proxy before it.
    pub unruly: String,
    /// The owner's token.
    pub token: String,
    /// What makes names of this run differ from those of others.
    pub run: String,
    names: AtomicU32,
}

impl Stage {
    /// The stage that the environment describes.
    pub fn from_environment() -> Self {
        let read = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
        Self {
            url: read("ASTRA_URL"),
            unruly: read("ASTRA_UNRULY_URL"),
            token: read("ASTRA_TOKEN"),
            run: format!("rust-{:x}", now.as_nanos()),
            names: AtomicU32::new(0),
        }
    }

    /// A name that nobody else has.
    pub fn name(&self) -> String {
        format!("{}-{}", self.run, self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// The owner's client. It goes through the proxy, which passes everything on and notes what came: it knows no way to
    /// misbehave by the name of this run.
    pub fn client(&self) -> Client {
        self.behind(&self.run).build().expect("the client is made")
    }

    /// The owner's client behind the proxy, which misbehaves in this way.
    pub fn behind(&self, way: &str) -> ClientBuilder {
        Client::builder().base_url(format!("{}/{way}", self.unruly)).token(&self.token)
    }

    /// What came to the proxy, in order.
    pub async fn seen(&self) -> Result<Vec<Seen>, Box<dyn Error>> {
        let client = Client::builder().base_url(&self.unruly).build()?;
        let seen = client.request(Method::GET, "/seen").into_json::<Vec<Value>>().await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let read = |value: &Value| Seen {
            method: text(&value["method"]),
            path: text(&value["path"]),
            headers: value["headers"].clone(),
        };
        Ok(seen.iter().map(read).collect())
    }
}

/// A request that came to the proxy.
#[derive(Debug)]
pub struct Seen {
    /// Its method.
    pub method: String,
    /// Its path, with the way to misbehave before it.
    pub path: String,
    headers: Value,
}

impl Seen {
    /// One of its headers.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers[name].as_str()
    }
}

/// A question to the echo.
pub fn question(text: &str) -> SendMessage {
    SendMessage::new("assistant", text)
}

/// The text of a turn's events, and their ids: until the end.
pub async fn read(mut events: EventStream<ChatEvent>) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let (mut text, mut ids) = (String::new(), Vec::new());
    while let Some(event) = events.try_next().await? {
        ids.extend(event.id);
        if let ChatEvent::Content(content) = event.data {
            text += &content.delta;
        }
    }
    Ok((text, ids))
}

/// The numbers from one to `last`, as texts.
pub fn numbers(last: usize) -> Vec<String> {
    (1..=last).map(|number| number.to_string()).collect()
}
