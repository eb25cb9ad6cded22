//! What platforms send: proved, read, and kept before it is answered.

use std::sync::Arc;

use super::admit::admit;
use super::connection::Connection;
use super::directory::ChannelDirectory;
use super::error::ChannelError;
use super::platform::Platform;
use super::request::{Reply, Request, Unreadable, Unverified};
use crate::ids::ChannelId;
use crate::store::{ChannelMessageFate, NewChannelMessage, StoredChannel, WorkspaceId};

/// Most events of one request; what is beyond is refused, so that one transaction stays small.
const EVENTS_MAX: usize = 500;

/// What becomes of a request of a platform that is not taken.
#[derive(Debug)]
pub enum NotReceived {
    /// There is no such channel.
    NoChannel,
    /// It does not prove itself.
    Unverified(Unverified),
    /// It cannot be read.
    Unreadable(String),
    /// The channel cannot be used.
    Channel(ChannelError),
}

impl From<ChannelError> for NotReceived {
    fn from(fault: ChannelError) -> Self {
        Self::Channel(fault)
    }
}

impl From<crate::store::Error> for NotReceived {
    fn from(fault: crate::store::Error) -> Self {
        Self::Channel(fault.into())
    }
}

impl ChannelDirectory {
    /// Takes a request of a platform for a channel: when this returns, all that is in it is on disk, once.
    ///
    /// # Errors
    /// See [`NotReceived`].
    pub async fn receive(&self, id: ChannelId, mut request: Request) -> Result<Reply, NotReceived> {
        let (workspace, channel, platform, connection) = self.called(id).await?;
        self.prove(platform.as_ref(), &connection, &mut request).await.map_err(NotReceived::Unverified)?;
        if let Some(reply) = platform.handshake(&connection, &request) {
            return Ok(reply);
        }
        let reading = platform.read(&connection, &request).and_then(|reading| match reading.events.len() {
            0..=EVENTS_MAX => Ok(reading),
            count => Err(Unreadable(format!("the request has {count} events, and at most {EVENTS_MAX} are taken"))),
        });
        let reading = match reading {
            Ok(reading) => reading,
            Err(Unreadable(why)) => {
                self.note(&workspace, id, &format!("a request cannot be read: {why}"), false).await?;
                return Err(NotReceived::Unreadable(why));
            }
        };
        if !reading.events.is_empty() {
            let identity = connection.identity.as_ref();
            let events = reading.events.into_iter().filter_map(|event| admit(&channel, identity, event, &self.ids));
            let events: Vec<NewChannelMessage> = events.collect();
            let is_answered = |event: &NewChannelMessage| matches!(event.fate, ChannelMessageFate::Answer { .. });
            let are_ignored = !events.iter().any(is_answered);
            self.store.rows(&workspace).channel_inbox().receive(id, events, request.at_ms).await?;
            if let Some(reply) = platform.unanswered(&connection, &request).filter(|_| are_ignored) {
                return Ok(reply);
            }
        }
        Ok(reading.reply)
    }

    /// Answers a `GET` on a channel's webhook.
    ///
    /// # Errors
    /// See [`NotReceived`].
    pub async fn greet(&self, id: ChannelId, request: &Request) -> Result<Reply, NotReceived> {
        let (_, _, platform, connection) = self.called(id).await?;
        platform.handshake_get(&connection, request).map_err(NotReceived::Unverified)
    }

    /// The channel that a request names, with its platform.
    async fn called(
        &self,
        id: ChannelId,
    ) -> Result<(WorkspaceId, StoredChannel, Arc<dyn Platform>, Connection), NotReceived> {
        let (workspace, channel) = self.store.channel(id).await?.ok_or(NotReceived::NoChannel)?;
        let platform = Arc::clone(self.platform(&channel.kind)?);
        let connection = self.connection(&workspace, &channel)?;
        Ok((workspace, channel, platform, connection))
    }

    /// Proves a request; by a document with public keys that is fetched anew if it lacks the key.
    async fn prove(
        &self,
        platform: &dyn Platform,
        connection: &Connection,
        request: &mut Request,
    ) -> Result<(), Unverified> {
        let Some(url) = platform.key_document(connection) else { return platform.verify(connection, request) };
        request.keys = self.known.document(&url, false, &self.transport).await.map(|keys| (*keys).clone());
        match platform.verify(connection, request) {
            Err(Unverified::UnknownKey) => {
                request.keys = self.known.document(&url, true, &self.transport).await.map(|keys| (*keys).clone());
                platform.verify(connection, request)
            }
            verdict => verdict,
        }
    }
}
