//! What is killed: a process that is a gateway of a host program, made with the library. Its clock is ahead of the machine's by
//! as much as the test has moved it.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use astra_core::auth::service_tokens::TOKEN_LIFE_MAX_S;
use astra_core::auth::{NewServiceAccount, Role};
use astra_core::clock::Clock;
use astra_core::{Config, Gateway};
use tokio::net::TcpListener;

use crate::effects::Effects;
use crate::work::{Once, Steps};

/// For the process: the folder of the place.
pub(crate) const FOLDER: &str = "ASTRA_TEST_KILL_FOLDER";
/// For the process: which one it is, and how far its clock is ahead.
pub(crate) const NUMBER: &str = "ASTRA_TEST_KILL_NUMBER";
pub(crate) const AHEAD: &str = "ASTRA_TEST_KILL_AHEAD_MS";
/// The configuration, in the folder.
pub(crate) const CONFIG: &str = "gateway.json";
/// The token of the clients, in the folder.
pub(crate) const TOKEN: &str = "token";
/// What the process says before its URL.
pub(crate) const LISTENING: &str = "listening at ";

/// The machine's clock, and so many milliseconds more.
pub(crate) struct Ahead(pub(crate) i64);

impl Clock for Ahead {
    fn now_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set");
        i64::try_from(since_epoch.as_millis()).expect("a time of today") + self.0
    }
}

/// Not a test of its own: what the tests start, and kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "serves until it is killed; the tests start it"]
async fn child_that_serves() {
    let variable = |name: &str| std::env::var(name).expect("started by its parent");
    let folder = PathBuf::from(variable(FOLDER));
    let (number, ahead_ms) = (variable(NUMBER), variable(AHEAD).parse().expect("a number"));
    end_with_the_parent();
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false).with_writer(std::io::stderr).init();
    let config = std::fs::read_to_string(folder.join(CONFIG)).expect("a configuration");
    let config: Config = serde_json::from_str(&config).expect("a good configuration");
    let effects = Effects::open(&folder, &number);
    let builder = Gateway::builder(config).clock(Ahead(ahead_ms));
    let builder = builder.job(Steps(effects.clone())).job(Once(effects));
    let gateway = builder.open().await.expect("the gateway opens");
    let token = folder.join(TOKEN);
    if !token.exists() {
        std::fs::write(token, issue(&gateway).await).expect("the token is written");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{LISTENING}http://{}", listener.local_addr().expect("an address"));
    gateway.run(listener, std::future::pending()).await;
}

async fn issue(gateway: &Gateway) -> String {
    let authority = gateway.authority();
    let account = NewServiceAccount { name: "clients".to_owned(), role: Role::Owner, scopes: None };
    let made = authority.issue_named_token(&authority.operator(), account, Some(TOKEN_LIFE_MAX_S)).await;
    made.expect("a token").secret
}

/// Ends the process when its parent has ended, however that was.
fn end_with_the_parent() {
    std::thread::spawn(|| {
        let _end = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
}
