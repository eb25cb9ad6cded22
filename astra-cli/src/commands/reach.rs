//! The gateway that a command talks to: one that it names, with the token of the environment; or that of this machine, with a
//! token of the local store that is revoked when the command ends.

use super::token::{Local, NewToken};
use super::{Context, block_on};
use crate::client::{Client, DEFAULT_SERVER};
use crate::env;
use crate::error::Result;
use crate::settings::StoreArgs;

/// Where the gateway is, as the flags say it.
pub(crate) struct Place<'a> {
    pub(crate) server: Option<&'a str>,
    pub(crate) store: &'a StoreArgs,
}

/// The flags of a command that asks one thing.
#[derive(Debug, clap::Args)]
pub(crate) struct Gateway {
    /// The gateway [env: ASTRA_SERVER] [default: http://127.0.0.1:3000]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

impl Gateway {
    /// Asks it something, and shows `what` meanwhile.
    pub(crate) fn ask<T>(
        &self,
        what: &str,
        new: NewToken,
        context: &Context,
        work: impl AsyncFnOnce(&Client) -> Result<T>,
    ) -> Result<T> {
        let place = Place { server: self.server.as_deref(), store: &self.store };
        block_on(context.printer.progress(what, with_client(&place, new, context, work)))
    }

    /// As [`Gateway::ask`], for work that shows by itself how far it is.
    pub(crate) fn follow<T>(
        &self,
        new: NewToken,
        context: &Context,
        work: impl AsyncFnOnce(&Client) -> Result<T>,
    ) -> Result<T> {
        let place = Place { server: self.server.as_deref(), store: &self.store };
        block_on(with_client(&place, new, context, work))
    }
}

/// Runs `work` with a client of the gateway. Without a token in the environment, `new` is issued from the local store of the
/// gateway of this machine.
pub(crate) async fn with_client<T>(
    place: &Place<'_>,
    new: NewToken,
    context: &Context,
    work: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    let server = place.server.or_else(|| context.environment.get(env::SERVER)).unwrap_or(DEFAULT_SERVER);
    // A token of the local store is for the local gateway alone.
    let is_local = is_this_machine(server) || place.store.is_named();
    if context.environment.get(env::TOKEN).is_some() || !is_local {
        return work(&Client::of_environment(server, &context.environment)?).await;
    }
    let local = Local::open(place.store, context).await.map_err(|error| {
        error.hint(format!("put a token into {}, or give the data folder of the gateway with --data-dir", env::TOKEN))
    })?;
    let issued = local.issue(new).await?;
    let done = async { work(&Client::new(server, issued.secret)?).await }.await;
    local.revoke(&issued.id).await?;
    done
}

/// Whether `server` is reached without leaving this machine; what is no URL of a server is refused elsewhere.
fn is_this_machine(server: &str) -> bool {
    let url = reqwest::Url::parse(server);
    let Some(host) = url.as_ref().ok().and_then(|url| url.host_str()) else { return true };
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for here in ["http://127.0.0.1:3000", "http://localhost", "https://[::1]:3000/", "localhost:3000", "nonsense"] {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in [
            "https://astra.example.com",
            "http://10.0.0.1:3000",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
        ] {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
