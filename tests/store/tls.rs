//! TLS to PostgreSQL, on the wire: what is said in clear, which certificates are taken, and all of the store through it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use astra_core::config::{Secret, StoreConfig};
use astra_core::params;
use astra_core::store::{self, Db, Error};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::support::{OnBackend as _, TestBackend, TestStore};

/// PostgreSQL's request for TLS: its length, and 1234.5679.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What a client came with.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// Its first words, in clear.
    InClear,
    /// Its first words, encrypted.
    Encrypted,
    /// It broke the handshake off.
    BrokeOff,
}

/// What stands where PostgreSQL is looked for.
struct Server {
    address: SocketAddr,
    came: mpsc::Receiver<Came>,
}

/// The path of a file in `certificates`.
fn file(name: &str) -> String {
    format!("{}/../tests/store/certificates/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Server {
    /// With a certificate it speaks TLS, without one it says that it does not. Behind it is `behind`, or nothing.
    async fn start(certificate: Option<&str>, behind: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let acceptor = certificate.map(|name| {
            let chain = vec![CertificateDer::from_pem_file(file(name)).expect("a certificate")];
            let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("its key");
            let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
            let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
            TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).expect("a pair")))
        });
        let (tell, came) = mpsc::channel(16);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, tell) = (acceptor.clone(), tell.clone());
                tokio::spawn(async move {
                    let came = serve(client, acceptor, behind, &tell).await;
                    came.into_iter().for_each(|came| drop(tell.try_send(came)));
                });
            }
        });
        Self { address, came }
    }

    /// What the next client came with.
    async fn came(&mut self) -> Came {
        self.came.recv().await.expect("the server goes on")
    }
}

/// Serves one client; answers what is not told yet.
async fn serve(
    mut client: TcpStream,
    acceptor: Option<TlsAcceptor>,
    behind: Option<SocketAddr>,
    tell: &mpsc::Sender<Came>,
) -> Option<Came> {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.ok()?;
    if first != TLS_REQUEST {
        return Some(Came::InClear);
    }
    let Some(acceptor) = acceptor else {
        client.write_all(b"N").await.ok()?;
        return client.read_exact(&mut first).await.ok().map(|_| Came::InClear);
    };
    client.write_all(b"S").await.ok()?;
    let Ok(mut client) = acceptor.accept(client).await else { return Some(Came::BrokeOff) };
    let Ok(_) = client.read_exact(&mut first).await else { return Some(Came::BrokeOff) };
    let _ = tell.try_send(Came::Encrypted);
    let mut server = TcpStream::connect(behind?).await.ok()?;
    server.write_all(&first).await.ok()?;
    let _ = copy_bidirectional(&mut client, &mut server).await;
    None
}

fn open(url: String) -> Result<Db, Error> {
    let config = StoreConfig { database_url: Some(Secret::new(url)), connections: 2, ..StoreConfig::default() };
    // A folder of its own: one that others may write is refused.
    let folder = tempfile::tempdir().expect("a folder");
    store::open(&config, folder.path())
}

/// Why the store at `url` does not answer.
async fn refusal(url: String) -> String {
    let db = open(url).expect("a good URL");
    let Err(Error::Unavailable(text)) = db.read(|tx| tx.query("SELECT 1", params![])).await else {
        panic!("there is no database behind it")
    };
    assert!(!text.contains("hunter2"), "{text}");
    text
}

/// The URL of a database that is said to be on `host`.
fn url(host: &str, server: &Server, query: &str) -> String {
    let port = server.address.port();
    format!("postgres://astra:hunter2@{host}:{port}/d?hostaddr=127.0.0.1&{query}")
}

#[tokio::test]
async fn certificates_that_are_taken() {
    let roots = |name: &str| format!("sslrootcert={}", file(name));
    for (certificate, host, query) in [
        ("server.pem", "db.example", format!("sslmode=verify-full&{}", roots("root.pem"))),
        ("server.pem", "db.example", roots("root.pem")),
        ("server.pem", "db.example", format!("sslmode=verify-ca&{}", roots("root.pem"))),
        ("server.pem", "other.example", format!("sslmode=verify-ca&{}", roots("root.pem"))),
        ("server.pem", "other.example", format!("sslmode=require&{}", roots("root.pem"))),
        ("server.pem", "no host!", "sslmode=disable".into()),
        ("self-signed.pem", "db.example", format!("sslmode=verify-full&{}", roots("self-signed.pem"))),
        ("self-signed.pem", "other.example", format!("sslmode=verify-ca&{}", roots("self-signed.pem"))),
        ("self-signed.pem", "127.0.0.1", "sslmode=require".into()),
        ("expired.pem", "other.example", "sslmode=require".into()),
        ("server.pem", "127.0.0.1", "sslmode=prefer".into()),
        ("server.pem", "localhost", String::new()),
    ] {
        let mut server = Server::start(Some(certificate), None).await;
        let text = refusal(url(&host.replace([' ', '!'], "_"), &server, &query)).await;
        assert!(!text.contains("TLS handshake"), "{certificate} {host} {query}: {text}");
        let expected = if query == "sslmode=disable" { Came::InClear } else { Came::Encrypted };
        assert_eq!(server.came().await, expected, "{certificate} {host} {query}");
    }
}

#[tokio::test]
async fn certificates_that_are_refused() {
    let full = |name: &str| format!("sslmode=verify-full&sslrootcert={}", file(name));
    let chain = |name: &str| format!("sslmode=verify-ca&sslrootcert={}", file(name));
    for (certificate, host, query, word) in [
        ("server.pem", "other.example", full("root.pem"), "not valid for name"),
        ("server.pem", "127.0.0.1", full("root.pem"), "not valid for name"),
        ("server.pem", "db.example", full("other-root.pem"), "UnknownIssuer"),
        ("server.pem", "db.example", chain("other-root.pem"), "UnknownIssuer"),
        ("server.pem", "db.example", full("expired-root.pem"), "expired"),
        ("server.pem", "db.example", chain("expired-root.pem"), "expired"),
        ("expired.pem", "db.example", full("root.pem"), "expired"),
        ("expired.pem", "db.example", chain("root.pem"), "expired"),
        ("expired.pem", "db.example", full("expired.pem"), "expired"),
        ("self-signed.pem", "db.example", full("root.pem"), "invalid peer certificate"),
        ("self-signed.pem", "other.example", full("self-signed.pem"), "not valid for name"),
        ("server.pem", "db.example", "sslmode=verify-full".into(), "invalid peer certificate"),
    ] {
        let mut server = Server::start(Some(certificate), None).await;
        let text = refusal(url(host, &server, &query)).await;
        assert!(text.contains(word) && text.contains("sslrootcert"), "{certificate} {host} {query}: {text}");
        assert_eq!(server.came().await, Came::BrokeOff, "{certificate} {host} {query}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_spoken_to_on_this_machine_or_when_told() {
    let mut server = Server::start(None, None).await;
    let port = server.address.port();
    for (host, query) in [
        ("127.0.0.1", ""),
        ("localhost", "?sslmode=prefer"),
        // Every address of this machine: one of them is reached, and none of them is loopback by its name.
        ("0.0.0.0", "?sslmode=disable"),
    ] {
        refusal(format!("postgres://astra:hunter2@{host}:{port}/d{query}")).await;
        assert_eq!(server.came().await, Came::InClear, "{host} {query}");
    }
    for (host, query) in [
        ("0.0.0.0", ""),
        ("0.0.0.0", "?sslmode=prefer"),
        ("0.0.0.0", "?sslmode=require"),
        ("127.0.0.1", "?sslmode=require"),
    ] {
        let text = refusal(format!("postgres://astra:hunter2@{host}:{port}/d{query}")).await;
        assert!(text.contains("does not support TLS") && text.contains("sslmode=disable"), "{host} {query}: {text}");
        server.came.try_recv().expect_err("it was not spoken to");
    }
}

#[tokio::test]
async fn roots_that_cannot_be_read_are_named() {
    for (name, word) in [("missing.pem", "missing.pem"), ("server.key", "has no certificate")] {
        let opened = open(format!("postgres://astra:hunter2@db.example/d?sslrootcert={}", file(name)));
        let Err(Error::Incompatible(text)) = opened else { panic!("{name} was taken") };
        assert!(text.contains("store.database_url: sslrootcert") && text.contains(word), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn the_whole_store_works_through_tls() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let plain = backend.config().store.database_url.expect("a URL").expose().to_owned();
    let behind = plain.split(['@', '/']).nth(3).and_then(|address| address.parse().ok()).expect("an address");
    let mut server = Server::start(Some("server.pem"), Some(behind)).await;
    let database = plain.rsplit_once('/').expect("a database").1;
    let query = format!("hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={}", file("root.pem"));
    let db = open(format!("postgres://astra@db.example:{}/{database}?{query}", server.address.port())).expect("a URL");
    let _beside = TestStore::on(backend).await;
    let sql = "INSERT INTO counters (name, value) VALUES ('secret', 7)";
    db.write(move |tx| tx.execute(sql, params![])).await.expect("a write");
    let mut row =
        db.read(|tx| tx.one("SELECT value FROM counters WHERE name = 'secret'", params![])).await.expect("a row");
    assert_eq!(row.next_int().expect("a number"), 7);
    // The connection that listens for ended credentials is one more.
    let watching = tokio::spawn(db.watch().expect("a watch"));
    let listens = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND query LIKE '%auth_epoch%' AND application_name = ''";
    loop {
        db.auth_epoch().await.expect("an epoch");
        if !db.read(move |tx| tx.query(listens, params![])).await.expect("a look").is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!((server.came().await, server.came().await), (Came::Encrypted, Came::Encrypted));
    watching.abort();
}
