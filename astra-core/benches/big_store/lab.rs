//! A gateway on a filled store, in this process.

use std::time::{Duration, Instant};

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::clock::{Clock as _, SystemClock};
use astra_core::config::Secret;
use astra_core::store::{self, Db};
use astra_core::{Config, Gateway};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::arguments::Plan;
use super::chat::Chat;
use super::{Result, fill, report};

/// The gateway, until it is closed.
pub(crate) struct Lab {
    /// Where it listens.
    pub(crate) address: String,
    /// The value of the header `Authorization` of an owner.
    pub(crate) bearer: String,
    /// The store, through connections of its own.
    pub(crate) db: Db,
    /// When it was filled.
    pub(crate) filled_at_ms: i64,
    runtime: Runtime,
    _folder: TempDir,
}

impl Lab {
    /// Makes the store, fills it and serves it.
    pub(crate) fn open(plan: &Plan) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let folder = TempDir::new()?;
        let config = config(plan, &folder);
        let (address, bearer, db, filled_at_ms) = runtime.block_on(async {
            let gateway = Gateway::open(config.clone()).await?;
            let authority = gateway.authority();
            let account = NewServiceAccount { name: "bench".into(), role: Role::Owner, scopes: None };
            let token = authority.issue_named_token(&authority.operator(), account, Some(86_400)).await;
            let bearer = format!("Bearer {}", token.map_err(|fault| format!("no token: {fault:?}"))?.secret);
            let db = store::open(&config.store, &config.data_dir)?;
            let (begun, now_ms) = (Instant::now(), SystemClock.now_ms());
            report::line(&format!(
                "filling the store: {} turns in {} workspaces",
                plan.size.turns, plan.size.workspaces
            ))?;
            fill::fill(&db, authority.first_workspace().number(), plan.size, now_ms).await?;
            let (seconds, long) = (begun.elapsed().as_secs_f64(), plan.size.turns / 100);
            report::line(&format!(
                "  filled in {seconds:.1} s; {} sessions have {long} turns",
                plan.size.long_sessions
            ))?;
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?.to_string();
            tokio::spawn(gateway.run(listener, std::future::pending()));
            Result::Ok((address, bearer, db, now_ms))
        })?;
        Ok(Self { address, bearer, db, filled_at_ms, runtime, _folder: folder })
    }

    /// Clients whose sessions have names that begin with `name`.
    pub(crate) fn chat(&self, plan: &Plan, name: &str) -> Chat {
        Chat {
            address: self.address.clone(),
            bearer: self.bearer.clone(),
            clients: plan.clients,
            name: name.to_owned(),
        }
    }

    /// Ends the gateway.
    pub(crate) fn close(self) -> Result<()> {
        self.runtime.shutdown_timeout(Duration::from_secs(5));
        Ok(())
    }
}

/// The default configuration, but for limits that no load here meets.
fn config(plan: &Plan, folder: &TempDir) -> Config {
    let mut config = Config { data_dir: folder.path().join("data"), ..Config::default() };
    config.store.database_url = plan.database_url.as_deref().map(Secret::new);
    config.limits.token_requests_per_s = 1_000_000;
    config.limits.address_requests_per_s = 1_000_000;
    config.agents.insert("echo".into(), json!({"model": {"provider": "echo"}}));
    config
}
