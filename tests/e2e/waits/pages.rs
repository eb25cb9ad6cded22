//! A server of the pages that the scripted model fetches by a tool. It counts how often each is fetched, and can be made to hang at
//! one.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// A running server.
pub(crate) struct Pages {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    fetched: Mutex<Fetched>,
    arrived: Condvar,
}

#[derive(Default)]
struct Fetched {
    /// How often each page was fetched, by its path.
    counts: BTreeMap<String, usize>,
    /// The page at which it hangs.
    hangs_at: Option<String>,
}

/// The path of the page that the call `number` of the turn with `question` fetches.
pub(crate) fn path(question: &str, number: usize) -> String {
    format!("/{}/{number}", question.replace(' ', "-"))
}

impl Pages {
    /// Starts the server, which ends with the test's process.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A gateway that is killed breaks its connections.
                std::thread::spawn(move || drop(serve(&connection, &state)));
            }
        });
        Self { port, state }
    }

    /// From now on it hangs at this page, or at none.
    pub(crate) fn hang_at(&self, path: Option<String>) {
        self.state.fetched.lock().expect("no panic").hangs_at = path;
    }

    /// Waits until a page was fetched.
    pub(crate) fn wait_until_fetched(&self, path: &str) {
        let fetched = self.state.fetched.lock().expect("no panic");
        let waited = self
            .state
            .arrived
            .wait_timeout_while(fetched, Duration::from_secs(60), |fetched| !fetched.counts.contains_key(path));
        assert!(!waited.expect("no panic").1.timed_out(), "{path} was not fetched");
    }

    /// How often each page was fetched for `question`, by the number of the call.
    pub(crate) fn fetched(&self, question: &str) -> Vec<usize> {
        let fetched = self.state.fetched.lock().expect("no panic");
        (0..).map_while(|number| fetched.counts.get(&path(question, number)).copied()).collect()
    }
}

fn serve(mut connection: &TcpStream, state: &State) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut line = first.clone();
        while !line.trim().is_empty() {
            line.clear();
            reader.read_line(&mut line)?;
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut fetched = state.fetched.lock().expect("no panic");
        *fetched.counts.entry(path.clone()).or_default() += 1;
        let hangs = fetched.hangs_at.as_ref() == Some(&path);
        drop(fetched);
        state.arrived.notify_all();
        if hangs {
            std::thread::sleep(Duration::from_secs(600));
            return Ok(());
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", path.len());
        connection.write_all(format!("{head}{path}").as_bytes())?;
    }
}
