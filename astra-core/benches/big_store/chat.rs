//! Clients that ask, wait for the answer and ask again, in sessions of twenty turns.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Result;
use super::http::{Connection, request};

/// Turns of a session.
const TURNS: usize = 20;

/// A load.
pub(crate) struct Chat {
    /// Where the gateway listens.
    pub(crate) address: String,
    /// The value of the header `Authorization`.
    pub(crate) bearer: String,
    /// How many clients ask at the same time.
    pub(crate) clients: usize,
    /// Begins the names of their sessions.
    pub(crate) name: String,
}

impl Chat {
    /// Chats until `other` has come to its end; answers how long each turn took, sorted, and what `other` came to.
    ///
    /// # Errors
    /// The first answer that is not good.
    pub(crate) async fn run<T>(&self, other: impl Future<Output = T>) -> Result<(Vec<Duration>, T)> {
        let (stop, stopped) = watch::channel(false);
        let mut clients = JoinSet::new();
        for number in 0..self.clients {
            let name = format!("{}-{number}", self.name);
            clients.spawn(ask(self.address.clone(), self.bearer.clone(), name, stopped.clone()));
        }
        let ended = other.await;
        stop.send_replace(true);
        let mut times = Vec::new();
        while let Some(client) = clients.join_next().await {
            times.extend(client??);
        }
        times.sort_unstable();
        Ok((times, ended))
    }
}

async fn ask(address: String, bearer: String, name: String, stopped: watch::Receiver<bool>) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(&address).await?;
    let mut times = Vec::new();
    while !*stopped.borrow() {
        let (turn, session) = (times.len(), times.len() / TURNS);
        let body = json!({"agent_id": "echo", "message": format!("This is turn {turn} of {name}."), "surface": "bench",
            "surface_id": format!("{name}-{session}")});
        let ask = request(&address, "/chat", &[("Authorization", &bearer)], Some(&body.to_string()));
        let begun = Instant::now();
        let answer = connection.exchange(&ask, None).await?;
        if answer.status != 200 {
            return Err(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)).into());
        }
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// The value below which `percent` of the sorted `times` lie, in milliseconds.
pub(crate) fn percentile_ms(times: &[Duration], percent: usize) -> f64 {
    let place = (times.len().saturating_sub(1) * percent).div_ceil(100);
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
