//! What the room keeps in memory of platforms: tokens of their token exchanges, and documents with their public keys.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::connection::Connection;
use super::outgoing::{HttpCall, Sent};
use super::platform::Platform;
use super::transport::{Transport, TransportError};
use crate::ids::ChannelId;

/// A token is not used any more so long before it ends.
const SPARE: Duration = Duration::from_secs(300);
/// A document is fetched again after so long; and, if it lacks a key, no sooner than after so long.
const KEYS_LIFE: Duration = Duration::from_secs(24 * 3_600);
const KEYS_PAUSE: Duration = Duration::from_secs(300);
/// Most tokens and documents that are kept; beyond that all are forgotten.
const KEPT_MAX: usize = 4_096;

/// Tokens by their channels, documents by their URLs.
#[derive(Default)]
pub(super) struct Known {
    tokens: Mutex<HashMap<ChannelId, (String, Instant)>>,
    documents: Mutex<HashMap<String, (Arc<Value>, Instant)>>,
}

impl Known {
    /// Puts the token of the platform's token exchange into `connection`, if it has one.
    pub(super) async fn fill(
        &self,
        platform: &dyn Platform,
        connection: &mut Connection,
        transport: &Transport,
    ) -> Result<(), Sent> {
        let Some(call) = platform.token_request(connection) else { return Ok(()) };
        let now = Instant::now();
        let known = lock(&self.tokens).get(&connection.id).filter(|(_, until)| *until > now).cloned();
        if let Some((token, _)) = known {
            connection.token = Some(token);
            return Ok(());
        }
        let answer = transport.call(call).await.map_err(|fault| match fault {
            TransportError::Refused(reason) => Sent::Refused { reason, is_credential: true },
            // Nothing was sent to anyone.
            fault => Sent::NotTaken { reason: fault.reason().to_owned() },
        })?;
        let token = platform.read_token(connection, &answer).map_err(|sent| match sent {
            Sent::Unknown { reason } => Sent::NotTaken { reason },
            sent => sent,
        })?;
        let life = Duration::from_secs(token.expires_in_s).saturating_sub(SPARE);
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= KEPT_MAX {
            tokens.clear();
        }
        tokens.insert(connection.id, (token.token.clone(), now + life.min(KEYS_LIFE)));
        connection.token = Some(token.token);
        Ok(())
    }

    /// Forgets the token of a channel; answers whether there was one.
    pub(super) fn forget(&self, channel: ChannelId) -> bool {
        lock(&self.tokens).remove(&channel).is_some()
    }

    /// The document at `url`; fetched if it is not known, is a day old, or lacks a key and was not fetched in the last
    /// five minutes.
    pub(super) async fn document(&self, url: &str, lacks_key: bool, transport: &Transport) -> Option<Arc<Value>> {
        let (now, life) = (Instant::now(), if lacks_key { KEYS_PAUSE } else { KEYS_LIFE });
        let known = lock(&self.documents).get(url).cloned();
        if let Some((document, _)) = known.as_ref().filter(|(_, since)| now.duration_since(*since) < life) {
            return Some(Arc::clone(document));
        }
        let fetched = transport.call(HttpCall::get(url)).await.ok().filter(|answer| answer.status.is_success());
        let fetched = fetched.map(|answer| answer.json()).filter(Value::is_object).map(Arc::new);
        let Some(document) = fetched else { return known.map(|(document, _)| document) };
        let mut documents = lock(&self.documents);
        if documents.len() >= KEPT_MAX {
            documents.clear();
        }
        documents.insert(url.to_owned(), (Arc::clone(&document), now));
        Some(document)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic elsewhere leaves the map whole: each change is one operation.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
