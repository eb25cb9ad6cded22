//! A gateway for as long as a simulation lasts: that of the user's configuration, but for a store of its own, an address
//! that only this machine reaches, and leave to call the fake. The gateway that people use is never asked to call this
//! machine, and nothing of the simulation stays.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use astra_core::auth::{NewServiceAccount, Role, Scope};
use astra_core::channels::proof::hmac_sha256;
use astra_core::clock::{Clock, SystemClock};
use astra_core::config::{Config, Network, OtlpConfig, Ports};
use astra_core::{Gateway, StartError};
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::Client;
use crate::commands::Context;
use crate::commands::reach::{Place, with_client};
use crate::commands::token::NewToken;
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

/// The service account of the simulation, in its own store; and of a copy of an agent, in the gateway's.
const OWN_ACCOUNT: &str = "astra-simulation";
/// How long both may last, in seconds.
const OWN_TOKEN_LIFE_S: i64 = 3_600;
/// How long turns go on when a simulation is interrupted, in seconds.
const DRAIN_S: u64 = 1;

/// A folder that goes with this.
struct Folder(PathBuf);

impl Folder {
    /// A new one for temporary files, which only this user reads.
    fn new() -> Result<Self> {
        let name = format!("astra-simulation-{}-{}", std::process::id(), SystemClock.now_ms());
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Ok(()) => Ok(Self(path)),
            Err(fault) => Err(Error::new(format!("cannot make the folder {}", path.display())).because(&fault)),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed here, the system removes with its temporary files.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `work` beside a gateway that may call `fake_port` of this machine, with a client for it and with the seed of
/// the simulation's keys and secrets.
pub(super) async fn within<T>(
    store: &StoreArgs,
    fake_port: u16,
    context: &Context,
    work: impl AsyncFnOnce(&Client, &[u8; 32]) -> Result<T>,
) -> Result<T> {
    let folder = Folder::new()?;
    let gateway = open(store, &folder.0, fake_port, context).await?;
    let secret = token(&gateway).await?;
    // As random as the token, and another thing.
    let seed = <[u8; 32]>::try_from(hmac_sha256(secret.as_bytes(), &[b"simulation"])).unwrap_or_default();
    let failed = |fault: std::io::Error| Error::new("cannot listen on 127.0.0.1").because(&fault);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let client = Client::new(&format!("http://{}", listener.local_addr().map_err(failed)?), secret)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = gateway.run(listener, async { drop(stopped.await) });
    let working = async move {
        let done = work(&client, &seed).await;
        // The gateway may have ended by itself.
        let _heard = stop.send(());
        done
    };
    let ((), done) = tokio::join!(serving, working);
    drop(folder);
    done
}

async fn open(store: &StoreArgs, folder: &Path, fake_port: u16, context: &Context) -> Result<Gateway> {
    let flags = ServerArgs { store: store.clone(), ..ServerArgs::default() };
    let mut settings = settings::read(&flags, &context.environment)?;
    settings.config.tools.program_environment = context.environment.of_programs();
    settings::discover(&mut settings.config, &context.environment).await;
    restrict(&mut settings.config, folder, fake_port);
    Gateway::open(settings.config.clone()).await.map_err(|fault| match &fault {
        StartError::Config(faults) => settings.refusal(faults),
        fault => Error::new("the gateway of the simulation cannot start").because(fault),
    })
}

/// Lets a gateway of the configuration keep nothing but in `folder`, and call `fake_port` of this machine beside what
/// it may call.
fn restrict(config: &mut Config, folder: &Path, fake_port: u16) {
    folder.clone_into(&mut config.data_dir);
    config.store.database_url = None;
    config.listen = (Ipv4Addr::LOCALHOST, 0).into();
    config.auth.oidc = None;
    // A simulation is none of what the collector counts.
    config.otlp = OtlpConfig::default();
    config.drain_s = DRAIN_S;
    let this_machine = format!("{}/32", Ipv4Addr::LOCALHOST).parse::<Network>();
    config.outbound.allowed_networks.extend(this_machine);
    config.outbound.allowed_ports.push(Ports::from(fake_port));
}

/// A token for all that the simulation does.
async fn token(gateway: &Gateway) -> Result<String> {
    let authority = gateway.authority();
    let scopes =
        [Scope::AgentsRead, Scope::AgentsWrite, Scope::ChannelsRead, Scope::ChannelsWrite].into_iter().collect();
    let new = NewServiceAccount { name: OWN_ACCOUNT.into(), role: Role::Admin, scopes: Some(scopes) };
    let issued = authority.issue_named_token(&authority.operator(), new, Some(OWN_TOKEN_LIFE_S)).await;
    Ok(issued.map_err(|fault| Error::new("no token was issued for the simulation").because(&fault))?.secret)
}

/// Copies the agent `id` from the gateway that people use, unless the configuration has it.
pub(super) async fn provide_agent(
    client: &Client,
    id: &str,
    (server, store): (Option<&str>, &StoreArgs),
    context: &Context,
) -> Result<()> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_id {
        return Err(Error::usage(format!("`{id}` is not the id of an agent")));
    }
    if client.has(&format!("/agents/{id}")).await? {
        return Ok(());
    }
    let new = NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::AgentsRead]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    };
    let path = format!("/agents/{id}/export");
    let place = Place { server, store };
    let copy = with_client(&place, new, context, async |client| {
        client.fetch::<Value>(client.request(Method::GET, &path)).await
    });
    let copy = copy.await.map_err(|error| {
        error.cause(format!("the configuration has no agent `{id}`, so that it was looked for at the gateway"))
    })?;
    client.send(client.request(Method::POST, "/agents/import").json(&copy)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use astra_core::config::Secret;

    use super::*;

    #[test]
    fn a_simulation_keeps_nothing_elsewhere_and_calls_one_port_more() {
        let mut config = Config { listen: ([0, 0, 0, 0], 3000).into(), ..Config::default() };
        config.store.database_url = Some(Secret::new("postgres://astra@db/astra"));
        restrict(&mut config, Path::new("/tmp/simulation"), 4_000);
        assert_eq!(config.validate(), []);
        assert_eq!(config.data_dir, Path::new("/tmp/simulation"));
        assert!(config.store.database_url.is_none() && config.listen.ip().is_loopback());
        let allows = |port| config.outbound.allowed_ports.iter().any(|ports| ports.contains(port));
        assert!(allows(443) && allows(4_000) && !allows(4_001));
        assert_eq!(config.outbound.allowed_networks, ["127.0.0.1/32".parse::<Network>().expect("a network")]);
    }

    #[test]
    fn its_folder_goes_with_it() {
        let folder = Folder::new().expect("a folder");
        let path = folder.0.clone();
        std::fs::write(path.join("astra.db"), "x").expect("written");
        drop(folder);
        assert!(!path.exists());
    }
}
