//! The task of one MCP server: connects, lists what there is, lists it again when it has changed, and connects again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use rmcp::model::SubscriptionFilter;
use rmcp::service::{QuitReason, Subscription};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connection::{Running, connect};
use super::offer::offer;
use super::process::Process;
use super::server::McpServer;
use super::session::Session;

/// The wait before the second try is at most so long, and each further one at most twice as long as the one before, ...
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// ... up to this.
const WAIT_MAX: Duration = Duration::from_secs(300);
/// A connection that lasted so long was good.
const GOOD: Duration = Duration::from_secs(60);
/// What a server offers is listed again after this, whether or not it says that it has changed: that it does not answer shows
/// then at the latest.
const RENEWAL: Duration = Duration::from_secs(300);
/// It is not listed more often, whatever the server says. The pause doubles with each list that comes soon after another, ...
const PAUSE: Duration = Duration::from_secs(1);
/// ... behind so many, ...
const QUICK_LISTS: u32 = 5;
/// ... up to this.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// The time between two looks at whether a process has ended.
const LOOK: Duration = Duration::from_millis(500);
/// Longest time until a subscription is confirmed.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Keeps the connection to `server`.
pub(super) async fn keep(server: &Arc<McpServer>) {
    let mut failures = 0;
    loop {
        server.note_try();
        let begun = Instant::now();
        let attempt = connect(server, |running| stay(server, running));
        let error = match AssertUnwindSafe(attempt).catch_unwind().await {
            Ok(outcome) => outcome.err().unwrap_or_else(|| "The connection has ended.".to_owned()),
            Err(_) => {
                tracing::error!(mcp.server = server.spec.name, "the connection to an MCP server panicked");
                "The gateway has failed.".to_owned()
            }
        };
        if begun.elapsed() >= GOOD {
            failures = 0;
        }
        let wait = backoff(failures, (server.environment.jitter)());
        tracing::warn!(mcp.server = server.spec.name, error, wait_ms = millis(wait), "an MCP server is not connected");
        server.note_failure(error, millis(wait));
        failures = failures.saturating_add(1);
        sleep(wait).await;
    }
}

/// The wait after so many failures in a row: at least half of its bound. `chance` is at least 0 and below 1.
fn backoff(failures: u32, chance: f64) -> Duration {
    let bound = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(failures)).min(WAIT_MAX);
    bound.mul_f64(0.5 + chance / 2.0)
}

fn millis(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}

/// Stays connected, and knows what the server offers.
async fn stay(server: &Arc<McpServer>, running: Running) -> Result<(), String> {
    let Running { session, service, mut process } = running;
    // Calls end with this, whatever still runs of the connection.
    let _over = session.over.clone().drop_guard();
    let mut ended = Box::pin(service.waiting());
    let (mut subscription, mut quick) = (None, 0_u32);
    loop {
        let listed_at = Instant::now();
        let listing = async {
            if subscription.is_none() {
                // Before the list, so that no change falls between them.
                subscription = subscribe(&session).await;
            }
            offer(server, &session).await
        };
        let offered = tokio::select! {
            offered = listing => offered?,
            reason = &mut ended => return Err(why(reason.ok(), &session, process.as_mut()).await),
            () = session.over.cancelled() => return Err(why(None, &session, None).await),
            () = gone(&mut process) => return Err(why(None, &session, process.as_mut()).await),
        };
        server.note_connected(&session, offered);
        tokio::select! {
            reason = &mut ended => return Err(why(reason.ok(), &session, process.as_mut()).await),
            () = session.over.cancelled() => return Err(why(None, &session, None).await),
            () = gone(&mut process) => return Err(why(None, &session, process.as_mut()).await),
            () = server.attention.notified() => {}
            goes_on = change(&mut subscription) => {
                if !goes_on {
                    subscription = None;
                }
            }
            () = sleep(RENEWAL) => {}
        }
        quick = if listed_at.elapsed() < PAUSE_MAX { quick.saturating_add(1) } else { 0 };
        let doublings = quick.saturating_sub(QUICK_LISTS);
        sleep_until(listed_at + PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(PAUSE_MAX)).await;
    }
}

/// Waits until the process has ended.
async fn gone(process: &mut Option<Process>) {
    let Some(process) = process else { return std::future::pending().await };
    while !process.has_ended() {
        sleep(LOOK).await;
    }
}

/// Waits until the server says that something has changed, or that it says nothing more; whether it may say so again.
async fn change(subscription: &mut Option<Subscription>) -> bool {
    match subscription {
        None => std::future::pending().await,
        Some(subscription) => matches!(subscription.next().await, Ok(Some(_))),
    }
}

/// Lets a server of a revision without sessions say when its tools change, if it can.
async fn subscribe(session: &Session) -> Option<Subscription> {
    let says_changes = session.capabilities.tools.as_ref().is_some_and(|tools| tools.list_changed == Some(true));
    let has_sessions = session.peer.peer_info().is_none_or(|info| info.protocol_version.has_initialize());
    if !says_changes || has_sessions {
        return None;
    }
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    // Without it the list is renewed from time to time.
    timeout(SUBSCRIBE_TIMEOUT, session.peer.listen(filter)).await.ok()?.ok()
}

/// Why a connection has ended.
async fn why(reason: Option<QuitReason>, session: &Session, process: Option<&mut Process>) -> String {
    if let Some(seen) = session.seen.reason() {
        return seen;
    }
    if let Some(process) = process
        && let Some(ended) = process.ended().await
    {
        return ended;
    }
    match reason {
        Some(QuitReason::Closed) => "The server has closed the connection.".to_owned(),
        _ => "The connection to the server broke.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_are_spread() {
        let waits = |chance| [0, 1, 2, 8, 9, 40].map(|failures| backoff(failures, chance).as_millis());
        assert_eq!(waits(0.0), [500, 1_000, 2_000, 128_000, 150_000, 150_000]);
        assert_eq!(waits(0.5), [750, 1_500, 3_000, 192_000, 225_000, 225_000]);
    }
}
