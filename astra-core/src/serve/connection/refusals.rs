//! Connections that are not served: the answer they get, and one line in the log a minute.

use std::future::pending;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::admission::Full;

/// At most one line is logged in this time.
const REPORT_EVERY: Duration = Duration::from_secs(60);

/// Counts what was refused and what failed since the last line.
#[derive(Default)]
pub(super) struct Refusals {
    beyond_total: u64,
    beyond_address: u64,
    failed: u64,
    last_address: Option<SocketAddr>,
    last_fault: Option<String>,
    reported: Option<Instant>,
}

impl Refusals {
    /// Answers 503 to a connection beyond a limit and closes it, without waiting for anything.
    pub(super) fn refuse(&mut self, stream: TcpStream, address: SocketAddr, full: Full) {
        match full {
            Full::Gateway => self.beyond_total += 1,
            Full::Address => self.beyond_address += 1,
        }
        self.last_address = Some(address);
        if let Err(fault) = close(stream, full) {
            tracing::debug!(client.address = %address, %fault, "a refused connection could not be answered");
        }
        self.report_first();
    }

    /// A connection could not be accepted.
    pub(super) fn failed(&mut self, fault: &io::Error) {
        self.failed += 1;
        self.last_fault = Some(fault.to_string());
        self.report_first();
    }

    /// Ready when something is counted that may be logged by now.
    pub(super) async fn due(&self) {
        match self.reported.filter(|_| self.beyond_total + self.beyond_address + self.failed > 0) {
            Some(reported) => sleep_until(reported + REPORT_EVERY).await,
            None => pending().await,
        }
    }

    /// Logs what is counted, and begins anew.
    pub(super) fn report(&mut self) {
        let counted = std::mem::take(self);
        tracing::warn!(
            refused.beyond_total = counted.beyond_total,
            refused.beyond_address = counted.beyond_address,
            failed = counted.failed,
            client.address = counted.last_address.map(tracing::field::display),
            fault = counted.last_fault,
            "connections were not served: limits.connections and limits.connections_per_address bound them"
        );
        self.reported = Some(Instant::now());
    }

    /// The first one is logged at once.
    fn report_first(&mut self) {
        if self.reported.is_none_or(|reported| reported.elapsed() >= REPORT_EVERY) {
            self.report();
        }
    }
}

/// A new connection has room for an answer that is this short. What the client has sent by now is read, so that closing
/// does not throw the answer away.
fn close(stream: TcpStream, full: Full) -> io::Result<()> {
    let mut stream = stream.into_std()?;
    let told = match full {
        Full::Gateway => "The gateway has as many connections as it may have. Try again later.",
        Full::Address => "There are too many connections from this address. Close some, or try again later.",
    };
    let body = format!(
        "{{\"type\":\"urn:astra:problem:unavailable\",\"title\":\"Unavailable\",\"status\":503,\"detail\":\"{told}\",\
         \"instance\":\"\",\"code\":\"unavailable\",\"request_id\":\"\"}}"
    );
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         retry-after: 5\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    match stream.read(&mut [0; 16 * 1024]) {
        Err(fault) if fault.kind() != io::ErrorKind::WouldBlock => Err(fault),
        _ => stream.shutdown(std::net::Shutdown::Write),
    }
}
