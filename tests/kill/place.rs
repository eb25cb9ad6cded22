//! Where gateways are started again and again: their folder and database, their clock, the model and the receiver, and the
//! schedules and webhooks that they have from the beginning.

use std::sync::Arc;
use std::time::Duration;

use astra_core::clock::Clock as _;
use astra_core::params;
use astra_core::store::{self, Db};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::clients::Endpoints;
use crate::gateway::{Ahead, CONFIG, TOKEN};
use crate::model::Model;
use crate::process::{LOG, Process};
use crate::receiver::Receiver;
use crate::support::TestBackend;

/// What is waited for at the end, in looks.
const LOOKS: u32 = 400;
const LOOK: Duration = Duration::from_millis(250);
/// Schedules, each of every minute.
pub(crate) const SCHEDULES: usize = 3;
/// The types of events that the second webhook gets; the first one gets all.
pub(crate) const WANTED: [&str; 2] = ["job.succeeded", "schedule.fired"];

/// A place.
pub(crate) struct Place {
    pub(crate) backend: TestBackend,
    pub(crate) gateways: Vec<Process>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) model: Model,
    pub(crate) receiver: Receiver,
    /// The webhooks: the one that gets all events, and the other one.
    pub(crate) webhooks: [String; 2],
    /// The position of the last event before there were webhooks.
    pub(crate) events_before: i64,
    is_postgres: bool,
    ahead_ms: i64,
    started: u32,
}

/// What is not over yet.
#[derive(Debug)]
struct Open {
    /// Jobs that run or are due, turns, deliveries that are sent or due, and events that are no deliveries yet.
    moving: i64,
    /// Jobs and deliveries that wait for a time.
    waiting: i64,
    /// The last of these times.
    last_ms: Option<i64>,
}

impl Place {
    /// A place with `count` gateways over `backend`.
    pub(crate) async fn make(backend: TestBackend, count: usize) -> Self {
        // Where one is installed already, it is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (model, receiver) = (Model::start().await, Receiver::start().await);
        let is_postgres = configure(&backend, &model, &receiver);
        if is_postgres {
            lead_the_clock(&backend).await;
        }
        let first = Process::start(backend.folder(), 0, 0).await;
        let token = std::fs::read_to_string(backend.folder().join(TOKEN)).expect("a token");
        let endpoints = Endpoints::new(token);
        endpoints.urls.write().expect("no panic").push(first.url.clone());
        let mut place = Self {
            backend,
            gateways: vec![first],
            endpoints,
            model,
            receiver,
            webhooks: Default::default(),
            events_before: 0,
            is_postgres,
            ahead_ms: 0,
            started: 1,
        };
        place.make_webhooks().await;
        place.make_schedules().await;
        while place.gateways.len() < count {
            place.start().await;
        }
        place
    }

    /// Starts one more gateway.
    pub(crate) async fn start(&mut self) {
        let gateway = Process::start(self.backend.folder(), self.started, self.ahead_ms).await;
        self.started += 1;
        self.gateways.push(gateway);
        self.show();
    }

    /// Kills the gateway at `index`.
    pub(crate) fn kill(&mut self, index: usize) {
        self.gateways.remove(index).kill();
        self.show();
    }

    /// Lets a gateway stand still, while clients ask the others; or lets it go on.
    pub(crate) fn pause(&mut self, index: usize, is_paused: bool) {
        self.gateways[index].pause(is_paused);
        self.show();
        if is_paused {
            let url = &self.gateways[index].url;
            self.endpoints.urls.write().expect("no panic").retain(|other| other != url);
        }
    }

    /// Kills all gateways, lets so much time pass, and starts as many again; answers how many.
    pub(crate) async fn kill_all(&mut self, ahead_ms: i64) -> usize {
        let count = self.gateways.len();
        self.gateways.drain(..).for_each(Process::kill);
        self.show();
        self.ahead_ms += ahead_ms;
        if self.is_postgres {
            let (client, connection) = self.backend.connect().await;
            tokio::spawn(connection);
            let sql = format!("UPDATE ahead.of_the_machine SET ms = {}", self.ahead_ms);
            client.batch_execute(&sql).await.expect("the clock goes on");
        }
        for _ in 0..count {
            self.start().await;
        }
        count
    }

    fn show(&self) {
        *self.endpoints.urls.write().expect("no panic") =
            self.gateways.iter().map(|gateway| gateway.url.clone()).collect();
    }

    /// The store, through connections of its own.
    pub(crate) fn open(&self) -> Db {
        let config = self.backend.config();
        store::open(&config.store, &config.data_dir).expect("the store opens")
    }

    async fn make_webhooks(&mut self) {
        for (number, events) in [&[] as &[&str], &WANTED].into_iter().enumerate() {
            let url = format!("http://127.0.0.1:{}/{number}", self.receiver.port);
            let payload = if number == 0 { "full" } else { "thin" };
            let body = json!({"url": url, "events": events, "payload": payload});
            let made = self.endpoints.ok(Method::POST, "/webhooks", Some(&body)).await;
            self.webhooks[number] = made["webhook"]["id"].as_str().expect("an id").to_owned();
        }
        let last = "SELECT COALESCE(MAX(position), 0) FROM event_heads";
        self.events_before = self.open().read(move |tx| tx.one(last, params![])?.next_int()).await.expect("a position");
    }

    async fn make_schedules(&self) {
        for number in 0..SCHEDULES {
            let order = json!({"name": format!("schedule {number}"), "pause_ms": 2, "failures": 0});
            let body = json!({"name": format!("schedule {number}"), "expression": "* * * * *", "on_missed": "all",
                "on_overlap": "allow", "job": {"type": "kill.steps", "payload": order}});
            self.endpoints.ok(Method::POST, "/cron/schedules", Some(&body)).await;
        }
    }

    /// Lets schedules have no more slots.
    pub(crate) async fn pause_schedules(&self) {
        let schedules = self.endpoints.ok(Method::GET, "/cron/schedules", None).await;
        for schedule in schedules["data"].as_array().expect("schedules") {
            let path = format!("/cron/schedules/{}", schedule["id"].as_str().expect("an id"));
            self.endpoints.ok(Method::PATCH, &path, Some(&json!({"is_paused": true}))).await;
        }
    }

    /// Waits until all that was begun is over. Where it waits for a time, that comes at once.
    pub(crate) async fn settle(&mut self) {
        self.receiver.calm();
        self.pause_schedules().await;
        let (mut before, mut same) = (None, 0);
        // A busy machine takes long; what does not move at all is stuck.
        while same < LOOKS {
            let open = self.what_is_open().await;
            same = if before == Some((open.moving, open.waiting)) { same + 1 } else { 0 };
            before = Some((open.moving, open.waiting));
            match open {
                Open { moving: 0, waiting: 0, .. } => return,
                Open { moving: 0, last_ms: Some(last_ms), .. } if last_ms > self.now_ms() => {
                    self.kill_all(last_ms - self.now_ms() + 1_000).await;
                }
                _ => sleep(LOOK).await,
            }
        }
        panic!("it does not come to rest: {:?}\n{}", self.what_is_open().await, self.log());
    }

    fn now_ms(&self) -> i64 {
        Ahead(self.ahead_ms).now_ms()
    }

    async fn what_is_open(&self) -> Open {
        let sql = "SELECT (SELECT COUNT(*) FROM jobs WHERE status = 'running' OR is_due = 1)
            + (SELECT COUNT(*) FROM open_turns)
            + (SELECT COUNT(*) FROM schedule_runs WHERE state = 'waiting')
            + (SELECT COUNT(*) FROM deliveries WHERE status = 'sending' OR is_due = 1)
            + (SELECT COUNT(*) FROM event_heads e JOIN webhook_heads w ON w.workspace_id = e.workspace_id
                WHERE e.position <> w.position),
            (SELECT COUNT(*) FROM jobs WHERE status = 'pending' AND is_due = 0)
            + (SELECT COUNT(*) FROM deliveries WHERE status = 'pending' AND is_due = 0),
            (SELECT MAX(run_at_ms) FROM jobs WHERE status = 'pending' AND is_due = 0),
            (SELECT MAX(next_at_ms) FROM deliveries WHERE status = 'pending' AND is_due = 0)";
        let db = self.open();
        let read = db.read(move |tx| {
            let mut row = tx.one(sql, params![])?;
            let (moving, waiting) = (row.next_int()?, row.next_int()?);
            let (job_ms, delivery_ms) = (row.next_optional_int()?, row.next_optional_int()?);
            Ok(Open { moving, waiting, last_ms: job_ms.max(delivery_ms) })
        });
        read.await.expect("a look")
    }

    /// What the gateways have said.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.backend.folder().join(LOG)).unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(60).collect();
            println!("what the gateways said last, backwards:\n{}", last.join("\n"));
        }
    }
}

/// Writes the configuration of the gateways; answers whether their store is PostgreSQL.
fn configure(backend: &TestBackend, model: &Model, receiver: &Receiver) -> bool {
    let own = backend.config();
    let url = own.store.database_url.as_ref().map(|url| url.expose());
    let config = json!({
        "data_dir": own.data_dir,
        "store": {"database_url": url, "connections": 6},
        "limits": {"token_requests_per_s": 1_000_000, "address_requests_per_s": 1_000_000},
        "outbound": {"allowed_networks": ["127.0.0.1/32"], "allowed_ports": [receiver.port.to_string()]},
        "providers": {"sure": {"protocol": "openai", "base_url": format!("http://127.0.0.1:{}/v1", model.port), "api_key": "none"}},
        "agents": {"sure": {"model": {"provider": "sure", "model": "sure"}}},
        "jobs": {"workers": 8},
        "memory": {"extraction": "rules"},
        "webhooks": {"timeout_s": 2},
    });
    let config = without_nulls(config);
    std::fs::write(backend.folder().join(CONFIG), config.to_string()).expect("the configuration is written");
    url.is_some()
}

fn without_nulls(mut config: Value) -> Value {
    if let Some(store) = config["store"].as_object_mut() {
        store.retain(|_, value| !value.is_null());
    }
    config
}

/// Gives the database a clock that the test moves: its functions are found before the server's own.
async fn lead_the_clock(backend: &TestBackend) {
    let (client, connection) = backend.connect().await;
    tokio::spawn(connection);
    let row = client.query_one("SELECT current_database()", &[]).await.expect("a name");
    let name: String = row.get(0);
    let sql = format!(
        "CREATE SCHEMA ahead;
        CREATE TABLE ahead.of_the_machine (ms BIGINT NOT NULL);
        INSERT INTO ahead.of_the_machine VALUES (0);
        CREATE FUNCTION ahead.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE sql VOLATILE AS
            'SELECT pg_catalog.clock_timestamp() + (SELECT ms FROM ahead.of_the_machine) * INTERVAL ''1 millisecond''';
        ALTER DATABASE {name} SET search_path = public, ahead, pg_catalog"
    );
    client.batch_execute(&sql).await.expect("a clock");
}
