//! Streams without an end of their own: they end with the credential that opened them, or with the gateway.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use http::HeaderMap;

use super::Caller;
use crate::app::App;
use crate::auth;

/// How long a silent stream may outlive its credential. One that has something to tell is looked at each time.
const CHECK_EVERY: Duration = Duration::from_secs(5);

struct Opened {
    app: App,
    caller: Caller,
    headers: HeaderMap,
}

/// `frames` as long as a request of `caller` with the same `headers` would be let through as this one was.
pub fn while_admitted<T: Send + 'static>(
    app: App,
    caller: Caller,
    headers: HeaderMap,
    frames: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Send + 'static {
    let stopping = app.stopping.clone().cancelled_owned();
    let opened = Arc::new(Opened { app, caller, headers });
    let lost = Arc::clone(&opened).lost();
    frames.take_until(stopping).take_until(lost).take_while(move |_| Arc::clone(&opened).is_admitted())
}

impl Opened {
    async fn lost(self: Arc<Self>) {
        while Arc::clone(&self).is_admitted().await {
            tokio::time::sleep(CHECK_EVERY).await;
        }
    }

    /// A caller who may now do more or less than before asks again.
    async fn is_admitted(self: Arc<Self>) -> bool {
        match self.app.authenticator.authenticate(&self.headers).await {
            Ok(now) => {
                let before = &self.caller;
                (&now.workspace, &now.subject, now.role, now.scopes)
                    == (&before.workspace, &before.subject, before.role, before.scopes)
            }
            // That it cannot be found out is not the caller's fault.
            Err(auth::Error::Store(_)) => true,
            Err(_) => false,
        }
    }
}
