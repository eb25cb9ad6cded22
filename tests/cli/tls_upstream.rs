//! A model's server and a proxy in one: TLS in clear or in a tunnel, and what each request came with.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server.
pub(crate) struct TlsUpstream {
    pub(crate) port: u16,
    /// The requests, in the order in which they came.
    pub(crate) seen: Receiver<Seen>,
}

/// A request, and how it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The number of its connection, from 0.
    pub(crate) connection: usize,
    /// How many layers of TLS it came through.
    pub(crate) layers: usize,
    /// The server's name that the innermost of them asked for.
    pub(crate) name: Option<String>,
    /// The protocol that the innermost of them agreed on.
    pub(crate) protocol: Option<String>,
    pub(crate) line: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    /// The header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

trait Duplex: Read + Write + Send {}
impl<T: Read + Write + Send> Duplex for T {}

/// The path of a file in `certificates`.
pub(crate) fn certificate(name: &str) -> String {
    format!("{}/../tests/cli/certificates/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl TlsUpstream {
    /// With `speaks_tls` its connections begin with TLS, as what is in its tunnels does always.
    pub(crate) fn start(speaks_tls: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (tell, seen) = sync_channel(64);
        let tls = Arc::new(config());
        std::thread::spawn(move || {
            for (number, connection) in listener.incoming().enumerate() {
                let (connection, tell, tls) = (connection.expect("a connection"), tell.clone(), Arc::clone(&tls));
                std::thread::spawn(move || {
                    let mut line = Line { number, layers: 0, name: None, protocol: None, tls, tell };
                    let plain: Box<dyn Duplex> = Box::new(connection);
                    let begun = if speaks_tls { line.secured(plain) } else { Some(plain) };
                    begun.and_then(|stream| line.serve(stream));
                });
            }
        });
        Self { port, seen }
    }
}

fn config() -> ServerConfig {
    let chain = vec![CertificateDer::from_pem_file(certificate("server.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).expect("its key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let mut config = config.with_single_cert(chain, key).expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

struct Line {
    number: usize,
    layers: usize,
    name: Option<String>,
    protocol: Option<String>,
    tls: Arc<ServerConfig>,
    tell: SyncSender<Seen>,
}

impl Line {
    /// `None` if the client breaks the handshake off.
    fn secured(&mut self, mut stream: Box<dyn Duplex>) -> Option<Box<dyn Duplex>> {
        let mut tls = ServerConnection::new(Arc::clone(&self.tls)).expect("a good configuration");
        while tls.is_handshaking() {
            tls.complete_io(&mut stream).ok()?;
        }
        self.layers += 1;
        self.name = tls.server_name().map(str::to_owned);
        self.protocol = tls.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned());
        Some(Box::new(StreamOwned::new(tls, stream)))
    }

    /// Answers what comes, in tunnels as well; `None` when the client is gone.
    fn serve(&mut self, stream: Box<dyn Duplex>) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let seen = self.receive(&mut stream)?;
            let is_tunnel = seen.line.starts_with("CONNECT ");
            self.tell.send(seen).ok()?;
            if is_tunnel {
                stream.get_mut().write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
                stream.get_mut().flush().ok()?;
                let inner = self.secured(stream.into_inner())?;
                return self.serve(inner);
            }
            let message = r#"{"choices": [{"message": {"content": "Greetings from afar"}, "finish_reason": "stop"}]}"#;
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}", message.len());
            write!(stream.get_mut(), "{head}\r\n\r\n{message}").ok()?;
            stream.get_mut().flush().ok()?;
        }
    }

    fn receive(&self, stream: &mut BufReader<Box<dyn Duplex>>) -> Option<Seen> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let fields = lines[1..].iter().filter_map(|line| line.split_once(':'));
        let headers: Vec<(String, String)> =
            fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let (line, name, protocol) = (lines.swap_remove(0), self.name.clone(), self.protocol.clone());
        let seen = Seen { connection: self.number, layers: self.layers, name, protocol, line, headers };
        let mut body = vec![0; seen.header("content-length").parse().unwrap_or(0)];
        stream.read_exact(&mut body).ok()?;
        Some(seen)
    }
}
