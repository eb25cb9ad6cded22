//! A server on one address of this machine that keeps what it was sent, names that lead where a test says, and a client
//! that may reach what the test allows.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use astra_core::config::{OutboundConfig, Ports};
use astra_core::outbound::{GuardedClient, GuardedRequest, Resolve};
use futures_util::future::BoxFuture;
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// An address of this machine that the clients of [`client`] may reach.
pub(crate) const ALLOWED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
/// One that they may not.
pub(crate) const REFUSED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 10));

/// A running server; it ends with this value.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl Server {
    /// Answers each request at `address` with what `answer` makes of its head and of the number of requests before it. An
    /// empty answer is none: the connection stays open and silent.
    pub(crate) async fn start(
        address: impl Into<SocketAddr>,
        answer: impl Fn(&str, usize) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address.into()).await.unwrap();
        let (address, seen, answer) = (listener.local_addr().unwrap(), Arc::<Seen>::default(), Arc::new(answer));
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&shared));
                tokio::spawn(async move { converse(socket, &seen, &*answer).await });
            }
        });
        Self { address, seen, task }
    }

    /// A server at an allowed address that answers everything with this answer.
    pub(crate) async fn answering(text: &str) -> Self {
        let text = text.to_owned();
        Self::start((ALLOWED, 0), move |_, _| text.clone()).await
    }

    /// `http://host:port/path`, of this server's port.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }

    /// The URL of its address.
    pub(crate) fn own_url(&self, path: &str) -> String {
        self.url(&self.address.ip().to_string(), path)
    }

    /// The requests so far, whole, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer with this status, these header lines and this body.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// An answer that leads to `location`.
pub(crate) fn redirect(status: u16, location: &str) -> String {
    answer(status, &format!("Location: {location}\r\n"), "")
}

/// The value of the header `name` in a request, if it has one.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let lines = request.lines().skip(1).take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
}

async fn converse(mut socket: TcpStream, seen: &Seen, answer: &(dyn Fn(&str, usize) -> String + Send + Sync)) {
    let (mut request, mut piece) = (String::new(), [0; 4096]);
    loop {
        let is_whole = request.split_once("\r\n\r\n").is_some_and(|(_, body)| {
            let length = header(&request, "content-length").map_or(0, |length| length.parse().unwrap());
            body.len() >= length
        });
        if is_whole {
            break;
        }
        match socket.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(bytes) => request.push_str(&String::from_utf8_lossy(&piece[..bytes])),
        }
    }
    let before = {
        let mut requests = seen.requests.lock().unwrap();
        requests.push(request.clone());
        requests.len() - 1
    };
    let text = answer(&request, before);
    if socket.write_all(text.as_bytes()).await.is_ok() {
        // Until the client has closed it.
        while socket.read(&mut piece).await.is_ok_and(|bytes| bytes > 0) {}
    }
}

/// Names and what they lead to, one answer after the other; the last one stays.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    answers: HashMap<String, VecDeque<Vec<IpAddr>>>,
    lookups: Vec<String>,
}

impl Names {
    /// Lets `name` lead to the first of `answers`, then to the second, and so on.
    pub(crate) fn with(self, name: &str, answers: &[&[IpAddr]]) -> Self {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        self.0.lock().unwrap().answers.insert(name.to_owned(), answers);
        self
    }

    /// The names that were looked up so far.
    pub(crate) fn lookups(&self) -> Vec<String> {
        self.0.lock().unwrap().lookups.clone()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut known = self.0.lock().unwrap();
        known.lookups.push(name.to_owned());
        let found = known
            .answers
            .get_mut(name)
            .map(|answers| if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() });
        let found = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such name"));
        Box::pin(async move { found })
    }
}

/// What lets `ports` and the network 127.0.0.9/32 be reached.
pub(crate) fn allowing(ports: impl IntoIterator<Item = u16>) -> OutboundConfig {
    let mut allowed = OutboundConfig::default();
    allowed.allowed_networks.push("127.0.0.9".parse().unwrap());
    allowed.allowed_ports.extend(ports.into_iter().map(Ports::from));
    allowed
}

/// A client that may reach `servers` where they are at [`ALLOWED`], and that knows `names`; its retries are not spread.
pub(crate) fn client<'a>(servers: impl IntoIterator<Item = &'a Server>, names: &Names) -> GuardedClient {
    let allowed = allowing(servers.into_iter().map(|server| server.address.port()));
    GuardedClient::new(&allowed).with_resolver(names.clone()).with_jitter(Arc::new(|| 0.0))
}

/// A GET request.
pub(crate) fn get(url: &str) -> GuardedRequest {
    GuardedRequest::new(Method::GET, url).unwrap()
}
