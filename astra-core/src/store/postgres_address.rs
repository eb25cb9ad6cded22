//! Where a PostgreSQL server is and how the way to it is protected: the URL, with `sslmode` and `sslrootcert` as libpq
//! reads them. Only a server on this machine is spoken to in clear without being asked to.

use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};

use super::error::{Error, Result};
use super::postgres_tls::{Check, Tls};

/// After so long without a sign of life a connection is probed, and given up after three probes without an answer:
/// without this a request waits for hours for a server whose machine is gone.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;

/// A server, and how to reach it.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

/// `sslmode`, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// What the URL says of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    mode: Option<Mode>,
    roots: Option<String>,
}

impl Address {
    /// Reads `postgres://user:password@host/database?sslmode=...&sslrootcert=...`, and the file of `sslrootcert`.
    ///
    /// # Errors
    /// [`Error::Incompatible`], in words that never show the password.
    pub(super) fn parse(url: &str) -> Result<Self> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(refused("it must begin with postgres://, as in postgres://user:password@host/database"));
        }
        let (url, asked) = take_tls(url)?;
        let mut config: Config = url.parse().map_err(|fault: tokio_postgres::Error| refused(&fault.to_string()))?;
        let is_direct = config.get_ssl_negotiation() == SslNegotiation::Direct;
        let (mode, check) = decide(&asked, is_local(&config), is_direct)?;
        if mode == SslMode::Require && check == Check::Nothing {
            tracing::warn!(
                "the connection to PostgreSQL is encrypted, but the server is not verified: add sslmode=verify-full to store.database_url"
            );
        }
        config.ssl_mode(mode);
        if config.get_hosts().is_empty() {
            // A certificate is checked against the host: where only addresses are given, they are the hosts.
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
        }
        if !url.contains("keepalives") {
            config.keepalives_idle(KEEPALIVE_IDLE).keepalives_interval(KEEPALIVE_INTERVAL);
            config.keepalives_retries(KEEPALIVE_PROBES);
        }
        let tls = Tls::new(&check, is_direct).map_err(|fault| refused(&fault))?;
        Ok(Self { config, tls })
    }

    /// How connections for statements are made: each may take so many milliseconds, unless the URL's `options` say otherwise;
    /// with 0 the server's own setting holds.
    pub(super) fn with_statement_timeout(&self, timeout_ms: u32) -> Config {
        let mut config = self.config.clone();
        if timeout_ms > 0 {
            // Of two settings the server takes the last.
            let asked = config.get_options().unwrap_or_default();
            config.options(format!("-c statement_timeout={timeout_ms} {asked}").trim_end());
        }
        config
    }
}

fn refused(why: &str) -> Error {
    Error::Incompatible(format!("store.database_url: {why}"))
}

/// Takes out of the URL what tokio-postgres does not know.
fn take_tls(url: &str) -> Result<(String, Asked)> {
    let mut asked = Asked::default();
    // A password may hold a question mark.
    let host = url.find('@').unwrap_or_default();
    let Some((server, query)) = url[host..].split_once('?').map(|(server, query)| (&url[..host + server.len()], query))
    else {
        return Ok((url.to_owned(), asked));
    };
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = || percent_decode_str(value).decode_utf8().map_err(|_| refused(&format!("{key} is not UTF-8")));
        match key {
            "sslmode" => asked.mode = Some(mode(&value()?)?),
            "sslrootcert" => asked.roots = Some(value()?.into_owned()),
            _ => kept.push(pair),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok((format!("{server}{query}"), asked))
}

fn mode(value: &str) -> Result<Mode> {
    Ok(match value {
        "disable" => Mode::Disable,
        "prefer" => Mode::Prefer,
        "require" => Mode::Require,
        "verify-ca" => Mode::VerifyCa,
        "verify-full" => Mode::VerifyFull,
        _ => return Err(refused("sslmode must be disable, prefer, require, verify-ca or verify-full")),
    })
}

/// libpq's meaning, with two differences: to another machine `prefer` does not fall back to clear text, and roots without
/// a mode mean `verify-full`.
fn decide(asked: &Asked, is_local: bool, is_direct: bool) -> Result<(SslMode, Check)> {
    let preferred = if is_local && !is_direct { SslMode::Prefer } else { SslMode::Require };
    match (asked.mode, asked.roots.as_deref()) {
        (_, Some("")) => Err(refused("sslrootcert names no file")),
        (None | Some(Mode::Prefer), None) => Ok((preferred, Check::Nothing)),
        (Some(Mode::Disable), None) => Ok((SslMode::Disable, Check::Nothing)),
        (Some(Mode::Disable | Mode::Prefer), Some(_)) => Err(refused(
            "sslrootcert is used with sslmode=verify-full, verify-ca or require alone: choose one of them, or leave sslrootcert out",
        )),
        (Some(Mode::Require), None) => Ok((SslMode::Require, Check::Nothing)),
        (Some(Mode::Require | Mode::VerifyCa), Some("system")) => Err(refused(
            "sslrootcert=system needs sslmode=verify-full: everyone can have a certificate of a public authority for some name",
        )),
        (Some(Mode::Require | Mode::VerifyCa), Some(file)) => Ok((SslMode::Require, Check::Chain(file.into()))),
        (Some(Mode::VerifyCa), None) => Err(refused(
            "sslmode=verify-ca needs sslrootcert, the file of the authority's certificate; verify-full takes the machine's roots without it",
        )),
        (Some(Mode::VerifyFull), None) | (None | Some(Mode::VerifyFull), Some("system")) => {
            Ok((SslMode::Require, Check::System))
        }
        (None | Some(Mode::VerifyFull), Some(file)) => Ok((SslMode::Require, Check::ChainAndName(file.into()))),
    }
}

/// Whether what is said to the server stays on this machine.
fn is_local(config: &Config) -> bool {
    let is_local = |host: &Host| match host {
        Host::Tcp(name) => {
            name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    // An address goes before the host of the same place.
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(is_local),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> std::result::Result<(SslMode, Check), String> {
        let (plain, asked) = take_tls(url).map_err(|fault| fault.to_string())?;
        let config: Config = plain.parse().map_err(|fault: tokio_postgres::Error| fault.to_string())?;
        decide(&asked, is_local(&config), false).map_err(|fault| fault.to_string())
    }

    #[test]
    fn clear_text_stays_on_this_machine_unless_told() {
        let (clear, encrypted) = ((SslMode::Prefer, Check::Nothing), (SslMode::Require, Check::Nothing));
        for local in
            ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]", "%2Frun%2Fpostgresql", "127.0.0.1,[::1]"]
        {
            assert_eq!(read(&format!("postgres://a:b@{local}/d")).as_ref(), Ok(&clear), "{local}");
            assert_eq!(read(&format!("postgres://a:b@{local}/d?sslmode=prefer")).as_ref(), Ok(&clear), "{local}");
        }
        for remote in ["db.example", "10.0.0.1", "0.0.0.0", "localhost.example", "localhost,db.example", "[fe80::1]"] {
            assert_eq!(read(&format!("postgres://a:b@{remote}/d")).as_ref(), Ok(&encrypted), "{remote}");
            let told = read(&format!("postgres://a:b@{remote}/d?sslmode=disable"));
            assert_eq!(told, Ok((SslMode::Disable, Check::Nothing)), "{remote}");
        }
        assert_eq!(read("postgres://a@db.example/d?hostaddr=127.0.0.1"), Ok(clear));
        assert_eq!(read("postgres://a@localhost/d?hostaddr=10.0.0.1"), Ok(encrypted));
    }

    #[test]
    fn modes_and_roots_mean_what_they_mean_to_libpq() {
        let read = |query: &str| read(&format!("postgresql://a:p?w@db.example/d?application_name=x&{query}"));
        let file = || "/a b.pem".to_owned();
        assert_eq!(read("sslmode=require"), Ok((SslMode::Require, Check::Nothing)));
        assert_eq!(read("sslmode=require&sslrootcert=%2Fa%20b.pem"), Ok((SslMode::Require, Check::Chain(file()))));
        assert_eq!(read("sslrootcert=/a b.pem&sslmode=verify-ca"), Ok((SslMode::Require, Check::Chain(file()))));
        assert_eq!(
            read("sslmode=verify-full&sslrootcert=/a b.pem"),
            Ok((SslMode::Require, Check::ChainAndName(file())))
        );
        assert_eq!(read("sslrootcert=/a b.pem"), Ok((SslMode::Require, Check::ChainAndName(file()))));
        for system in ["sslmode=verify-full", "sslmode=verify-full&sslrootcert=system", "sslrootcert=system"] {
            assert_eq!(read(system), Ok((SslMode::Require, Check::System)), "{system}");
        }
        for (weak, word) in [
            ("sslmode=allow", "sslmode must be"),
            ("sslmode", "sslmode must be"),
            ("sslmode=verify-ca", "needs sslrootcert"),
            ("sslmode=require&sslrootcert=system", "needs sslmode=verify-full"),
            ("sslmode=prefer&sslrootcert=/a", "leave sslrootcert out"),
            ("sslmode=disable&sslrootcert=system", "leave sslrootcert out"),
            ("sslmode=verify-full&sslrootcert=", "names no file"),
        ] {
            let told = read(weak).expect_err(weak);
            assert!(told.starts_with("store.database_url: ") && told.contains(word) && !told.contains("p?w"), "{told}");
        }
    }

    #[test]
    fn statements_have_a_limit_unless_the_url_has_another() {
        let options = |url: &str, timeout_ms| {
            let address = Address::parse(url).expect("an address");
            address.with_statement_timeout(timeout_ms).get_options().map(str::to_owned)
        };
        assert_eq!(options("postgres://a@localhost/d", 60_000).as_deref(), Some("-c statement_timeout=60000"));
        assert_eq!(options("postgres://a@localhost/d", 0), None);
        let own = "postgres://a@localhost/d?options=-c%20statement_timeout%3D5s";
        assert_eq!(options(own, 9).as_deref(), Some("-c statement_timeout=9 -c statement_timeout=5s"));
        assert_eq!(options(own, 0).as_deref(), Some("-c statement_timeout=5s"));
    }

    #[test]
    fn other_forms_are_refused_without_their_password() {
        let Err(fault) = Address::parse("host=db.example user=a password=hidden") else { panic!("it is no URL") };
        assert!(fault.to_string().contains("must begin with postgres://") && !fault.to_string().contains("hidden"));
    }
}
