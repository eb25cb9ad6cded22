//! kill -9, again and again, of a gateway that 24 clients ask: nothing that was acknowledged is lost, nothing is done twice,
//! and all sums are those of the turns. `ASTRA_TEST_KILLS` says how often; by default it is a few times.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use astra_core::config::{Secret, StoreConfig};
use astra_core::params;
use astra_core::store::{self, Db};
use serde_json::json;
use tokio::task::JoinSet;

use crate::gateway::Gateway;
use crate::program::Machine;

mod checks;
mod client;
pub(crate) mod model;

use client::{Acknowledged, Client, Endpoint, Progress};

/// How often the gateway is killed.
const KILLS: &str = "ASTRA_TEST_KILLS";
/// The URL of a PostgreSQL server that tests may make schemas on.
const SERVER: &str = "ASTRA_TEST_POSTGRES";
const CLIENTS: usize = 24;
/// A kill comes after at most so many answers, and so many milliseconds.
const ANSWERS_MAX: u64 = 150;
const PAUSE_MAX_MS: u64 = 30;
/// What the moments of the kills are drawn from.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

#[test]
fn kills_on_sqlite() {
    run(3, None);
}

#[test]
fn kills_on_postgres() {
    let Some(server) = std::env::var(SERVER).ok().filter(|server| !server.is_empty()) else {
        println!("skipped: {SERVER} names no server");
        return;
    };
    run(2, Some(server));
}

fn run(kills: u32, server: Option<String>) {
    let kills = std::env::var(KILLS).map_or(kills, |kills| kills.parse().expect("a number"));
    // Where one is installed already, it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let place = SessionTarget::make(server).await;
        let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
        let mut moments = Moments(SEED);
        for _ in 0..kills {
            clients = place.kill_once(clients, &mut moments).await;
        }
        let all = answered(&clients);
        println!("{kills} kills, {} questions", all.len());
        let (_gateway, endpoint) = place.start();
        checks::turns_are_shown(&endpoint, &all).await;
        let sessions = all.iter().map(|acknowledged| acknowledged.session_id.clone()).collect();
        checks::all_is_kept_once(&place.open(), &endpoint, &all, &sessions).await;
    });
}

/// Where a gateway is started again and again: its folder and its database.
struct SessionTarget {
    machine: Machine,
    token: std::sync::OnceLock<String>,
    schema: Option<Schema>,
}

/// A schema on a server, dropped with this value.
struct Schema {
    server: String,
    name: String,
    url: String,
}

impl SessionTarget {
    async fn make(server: Option<String>) -> Self {
        let machine = Machine::new();
        let config = json!({
            "limits": {"token_requests_per_s": 1_000_000, "address_requests_per_s": 1_000_000},
            "providers": model::configuration(&model::start()),
            // Each question is one call of the model.
            "memory": {"extraction": "rules"},
            "agents": {"sure": {"model": {"provider": "sure", "model": "sure"}}},
        });
        machine.write("astra.yml", &config.to_string());
        let schema = match server {
            Some(server) => Some(Schema::make(server).await),
            None => None,
        };
        Self { machine, token: std::sync::OnceLock::new(), schema }
    }

    fn start(&self) -> (Gateway, Endpoint) {
        let url = self.schema.as_ref().map(|schema| ("ASTRA_DATABASE_URL", schema.url.as_str()));
        let variables: Vec<_> = url.into_iter().collect();
        let gateway = Gateway::start_with(&self.machine, &variables, &["--log-level", "error"]);
        let issue =
            || self.machine.astra_with(&variables, &["token", "issue", "--name", "test"]).ok().trim().to_owned();
        let token = self.token.get_or_init(issue).clone();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        let endpoint = Endpoint { url: gateway.url.clone(), token, http };
        (gateway, endpoint)
    }

    /// The store, through connections of its own. They are closed before a kill: a gateway that starts again finds the files
    /// as the dead one left them.
    fn open(&self) -> Db {
        let url = self.schema.as_ref().map(|schema| Secret::new(schema.url.as_str()));
        open(url, &self.machine.path("astra-data"))
    }

    /// Kills a gateway under load, starts it again, lets the clients ask again what was not answered, and checks everything.
    async fn kill_once(&self, clients: Vec<Client>, moments: &mut Moments) -> Vec<Client> {
        let before = answered(&clients).len();
        let (mut gateway, endpoint) = self.start();
        let (endpoint, progress) = (Arc::new(endpoint), Arc::new(Progress::default()));
        let mut asking = JoinSet::new();
        for mut client in clients {
            let (endpoint, progress) = (Arc::clone(&endpoint), Arc::clone(&progress));
            asking.spawn(async move {
                client.ask_until_killed(&endpoint, &progress).await;
                client
            });
        }
        let answers = usize::try_from(moments.next(ANSWERS_MAX)).expect("a small number");
        while progress.answers.load(Ordering::SeqCst) < answers {
            tokio::time::sleep(Duration::from_millis(1)).await;
            // A client ends before the kill only by a failure, which is shown here.
            assert!(asking.len() == CLIENTS && asking.try_join_next().is_none(), "a client has ended before the kill");
        }
        tokio::time::sleep(Duration::from_millis(moments.next(PAUSE_MAX_MS))).await;
        progress.is_killed.store(true, Ordering::SeqCst);
        gateway.signal("KILL");
        gateway.wait();
        let clients = asking.join_all().await;
        let clients = self.start_again(clients).await;
        assert!(answered(&clients).len() >= before + answers, "a client knows of all answers that it got");
        clients
    }

    async fn start_again(&self, clients: Vec<Client>) -> Vec<Client> {
        let (_gateway, endpoint) = self.start();
        let endpoint = Arc::new(endpoint);
        let mut asking = JoinSet::new();
        for mut client in clients {
            let endpoint = Arc::clone(&endpoint);
            asking.spawn(async move {
                client.ask_again(&endpoint).await;
                client
            });
        }
        let clients = asking.join_all().await;
        let db = self.open();
        checks::none_is_open(&db).await;
        let all = answered(&clients);
        let sessions: BTreeSet<String> = clients
            .iter()
            .filter_map(|client| client.acknowledged.last())
            .map(|last| last.session_id.clone())
            .collect();
        checks::all_is_kept_once(&db, &endpoint, &all, &sessions).await;
        clients
    }
}

fn answered(clients: &[Client]) -> Vec<Acknowledged> {
    clients.iter().flat_map(|client| &client.acknowledged).cloned().collect()
}

fn open(url: Option<Secret>, folder: &std::path::Path) -> Db {
    let config = StoreConfig { database_url: url, connections: 2, ..StoreConfig::default() };
    store::open(&config, folder).expect("the store opens")
}

/// Draws numbers: the same ones each time.
struct Moments(u64);

impl Moments {
    /// From 1 to `most`.
    fn next(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most + 1
    }
}

impl Schema {
    async fn make(server: String) -> Self {
        let name = format!("astra_kills_{}", std::process::id());
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options=-csearch_path%3D{name}");
        command(&server, format!("DROP SCHEMA IF EXISTS {name} CASCADE")).await;
        command(&server, format!("CREATE SCHEMA {name}")).await;
        Self { server, name, url }
    }
}

async fn command(server: &str, sql: String) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = open(Some(Secret::new(server)), folder.path());
    db.write(move |tx| tx.execute(&sql, params![])).await.expect("done");
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        // Blocking within the test's own runtime is not allowed.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(command(&server, sql));
        });
        let _ = dropped.join();
    }
}
