//! The gateway that a command talks to: one that it names, with the token of the environment; or that of this machine, with a
//! token of the local store that is revoked when the command ends.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::token::{Local, NewToken};
use super::{Context, block_on};
use crate::client::{Client, DEFAULT_SERVER};
use crate::env;
use crate::error::Result;
use crate::settings::{self, ServerArgs, StoreArgs};

/// Where the gateway is, as the flags say it.
pub(crate) struct Place<'a> {
    pub(crate) server: Option<&'a str>,
    pub(crate) store: &'a StoreArgs,
}

/// A gateway, with what makes credentials for it.
pub(crate) enum Reached {
    /// The API of a gateway that is named, with the token of the environment.
    Elsewhere(Client),
    /// The local store of a gateway of this machine.
    Here {
        /// Where it is reached from here.
        server: String,
        /// Where others reach it, unless a URL is named.
        public_url: Option<String>,
    },
}

impl Reached {
    /// The one that flags and environment name. A token of the environment is for the gateway that is named beside it; a flag that
    /// names a store stands above both.
    pub(crate) fn of(place: &Place<'_>, context: &Context) -> Result<Self> {
        let Some(server) = named(place.server, context) else {
            let flags = ServerArgs { store: place.store.clone(), ..ServerArgs::default() };
            let config = settings::read(&flags, &context.environment)?.config;
            let public_url = config.public_url.map(|public_url| public_url.to_string());
            return Ok(Self::Here { server: listening(config.listen), public_url });
        };
        let has_token = context.environment.get(env::TOKEN).is_some();
        if place.store.is_named() || is_this_machine(server) && !has_token {
            return Ok(Self::Here { server: server.to_owned(), public_url: None });
        }
        Ok(Self::Elsewhere(Client::of_environment(server, &context.environment)?))
    }
}

/// The flags of a command that asks one thing.
#[derive(Debug, clap::Args)]
pub(crate) struct Gateway {
    /// The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]
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
    let named = named(place.server, context);
    let server = &match named {
        Some(server) => server.to_owned(),
        None => configured(place.store, context)?,
    };
    // A token of the local store is for the local gateway alone.
    let is_local = named.is_none_or(is_this_machine) || place.store.is_named();
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

/// The client that the environment has a token for: of the gateway that `server` or the environment names, or of that of this machine.
pub(crate) fn of_environment(server: Option<&str>, context: &Context) -> Result<Client> {
    let server = match named(server, context) {
        Some(server) => server.to_owned(),
        None => configured(&StoreArgs::default(), context)?,
    };
    Client::of_environment(&server, &context.environment)
}

/// The server that a flag or the environment names.
fn named<'a>(server: Option<&'a str>, context: &'a Context) -> Option<&'a str> {
    server.or_else(|| context.environment.get(env::SERVER))
}

/// Where the gateway of this machine listens, as its configuration says.
fn configured(store: &StoreArgs, context: &Context) -> Result<String> {
    let flags = ServerArgs { store: store.clone(), ..ServerArgs::default() };
    Ok(listening(settings::read(&flags, &context.environment)?.config.listen))
}

/// The URL of a gateway that listens on `address`. Which port it has taken when any would do is not known.
fn listening(address: SocketAddr) -> String {
    if address.port() == 0 { DEFAULT_SERVER.to_owned() } else { format!("http://{}", reachable(address)) }
}

/// The address as a program on this machine reaches it.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port());
    }
    address
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
    fn a_gateway_is_reached_where_it_listens() {
        for (address, url) in [
            ("127.0.0.1:3000", DEFAULT_SERVER),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("127.0.0.1:0", DEFAULT_SERVER),
        ] {
            assert_eq!(listening(address.parse().expect("an address")), url, "{address}");
        }
    }

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
