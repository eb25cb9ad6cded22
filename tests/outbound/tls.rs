//! TLS of guarded requests. The roots are those of the machine, which are read from the environment: the client is a process
//! of its own, this same test in which `CLIENT` is set.

use std::process::{Command, Stdio};
use std::sync::Arc;

use astra_core::outbound::{GuardedClient, GuardedError};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_rustls::TlsAcceptor;

use crate::server::{ALLOWED, Names, allowing, answer, get};

/// The port of the server, for the client.
const CLIENT: &str = "ASTRA_OUTBOUND_TLS_PORT";
/// Where the machine's root certificates are.
const ROOTS: &str = "SSL_CERT_FILE";
const THIS_TEST: &str = "tls::a_certificate_must_be_that_of_the_name";

fn file(name: &str) -> String {
    format!("{}/../tests/store/certificates/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A server of `db.example` that answers each request with a text; the port that it listens on.
async fn serve() -> (u16, JoinHandle<()>) {
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind((ALLOWED, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let mut request = [0; 4096];
            let length = socket.read(&mut request).await.unwrap_or(0);
            assert!(request[..length].starts_with(b"GET /secret "));
            let _ = socket.write_all(answer(200, "", "behind TLS").as_bytes()).await;
        }
    });
    (port, task)
}

/// What the client sees of the server under two names, the second of which is not in its certificate.
async fn ask(port: u16) {
    let names = Names::default().with("db.example", &[&[ALLOWED]]).with("other.example", &[&[ALLOWED]]);
    let client = GuardedClient::new(&allowing([port])).with_resolver(names);
    let sent = async |host: &str| client.send(get(&format!("https://{host}:{port}/secret"))).await;
    let body = sent("db.example").await.unwrap().bytes(64).await.unwrap();
    assert_eq!(body, "behind TLS");
    assert!(matches!(sent("other.example").await, Err(GuardedError::Failed(_))));
}

#[tokio::test]
async fn a_certificate_must_be_that_of_the_name() {
    if let Ok(port) = std::env::var(CLIENT) {
        return ask(port.parse().unwrap()).await;
    }
    let (port, server) = serve().await;
    let client = async |roots: &str| {
        let mut client = Command::new(std::env::current_exe().unwrap());
        client.args(["--exact", THIS_TEST]).env(CLIENT, port.to_string()).env(ROOTS, file(roots));
        client.stdout(Stdio::null()).stderr(Stdio::null());
        // It blocks, and the server is on this thread.
        spawn_blocking(move || client.status()).await.unwrap().unwrap().success()
    };
    assert!(client("root.pem").await);
    // Another authority did not sign it.
    assert!(!client("other-root.pem").await);
    server.abort();
}
