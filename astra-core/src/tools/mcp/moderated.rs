//! What a server says without being asked, within bounds: what is of no use is passed over before anything is done with it,
//! and a server that says too much is left.

use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{JsonRpcMessage, ServerJsonRpcMessage, ServerNotification};
use rmcp::transport::Transport;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::fault::Seen;

/// Each bound is for a time of this length.
const WINDOW: Duration = Duration::from_secs(60);
/// Most requests of a server, and most notifications that something is done with.
const HEEDED_MAX: u32 = 600;
/// Most messages that are passed over.
const IGNORED_MAX: u32 = 60_000;

/// A transport whose server is moderated.
pub(super) struct Moderated<T> {
    /// Absent once it is closed.
    inner: Option<T>,
    /// Ends the connection.
    over: CancellationToken,
    since: Instant,
    heeded: u32,
    ignored: u32,
    seen: Seen,
}

impl<T> Moderated<T> {
    /// `over` is cancelled when the server is left.
    pub(super) fn new(inner: T, seen: Seen, over: CancellationToken) -> Self {
        Self { inner: Some(inner), over, since: Instant::now(), heeded: 0, ignored: 0, seen }
    }

    /// Whether the connection goes on after one more of these.
    fn admits(&mut self, is_heeded: bool) -> bool {
        if self.since.elapsed() >= WINDOW {
            (self.since, self.heeded, self.ignored) = (Instant::now(), 0, 0);
        }
        let (count, most) = if is_heeded { (&mut self.heeded, HEEDED_MAX) } else { (&mut self.ignored, IGNORED_MAX) };
        *count += 1;
        *count <= most
    }
}

/// Whether a message came without being asked for, and if so whether anything is done with it.
fn unasked(message: &ServerJsonRpcMessage) -> Option<bool> {
    match message {
        JsonRpcMessage::Request(_) => Some(true),
        JsonRpcMessage::Notification(notification) => Some(matches!(
            notification.notification,
            ServerNotification::ToolListChangedNotification(_)
                | ServerNotification::SubscriptionsAcknowledgedNotification(_)
                | ServerNotification::CancelledNotification(_)
        )),
        JsonRpcMessage::Response(_) => None,
        // One without an id answers nothing.
        JsonRpcMessage::Error(error) => error.id.is_none().then_some(false),
    }
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Moderated<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: rmcp::service::TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let sent = self.inner.as_mut().map(|inner| inner.send(item));
        async move {
            match sent {
                Some(sent) => sent.await,
                // Nothing is sent over what is closed, and who sends it is dropped.
                None => std::future::pending().await,
            }
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let message = self.inner.as_mut()?.receive().await?;
            let Some(is_heeded) = unasked(&message) else { return Some(message) };
            if !self.admits(is_heeded) {
                self.seen.note("The server sends too many messages that were not asked for.");
                self.over.cancel();
                return None;
            }
            if is_heeded {
                return Some(message);
            }
            // What is always ready would keep the runtime from all others.
            tokio::task::coop::consume_budget().await;
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        // It is dropped and not asked to close: one that has more messages than are taken would wait for that, and be waited for.
        self.inner = None;
        Ok(())
    }
}
