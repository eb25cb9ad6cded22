//! A message on its way to its answer: what its job holds of it.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::connection::Connection;
use super::directory::ChannelDirectory;
use super::inbound::Message;
use super::platform::Platform;
use crate::ids::ChannelId;
use crate::store::{ChannelPart, ChannelTask, SessionTarget};
use crate::work::{JobContext, JobError};

/// Longest wait within an attempt; for longer ones the job comes again.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Longest name of a place that is kept as it is, in bytes.
const PLACE_BYTES_MAX: usize = 200;

/// A message on its way to its answer.
pub(super) struct OpenMessage<'a> {
    pub(super) directory: &'a ChannelDirectory,
    pub(super) context: &'a JobContext,
    pub(super) task: ChannelTask,
    pub(super) platform: Arc<dyn Platform>,
    pub(super) connection: Connection,
    pub(super) message: Message,
    /// The parts that this attempt has recorded as being under way.
    pub(super) begun: Vec<u32>,
}

impl OpenMessage<'_> {
    pub(super) const fn channel(&self) -> ChannelId {
        self.task.channel.id
    }

    /// The conversation and its thread: what has a session of its own.
    pub(super) fn place(&self) -> String {
        let place = &self.message.place;
        let name = match &place.thread {
            Some(thread) => format!("{}/{thread}", place.conversation),
            None => place.conversation.clone(),
        };
        if name.len() <= PLACE_BYTES_MAX {
            return name;
        }
        let digest = Sha256::digest(&name);
        format!("#{}", super::proof::hex(&digest))
    }

    /// The surface of the sessions: the platform, and the place on this channel.
    pub(super) fn surface(&self) -> (String, String) {
        (self.task.channel.kind.clone(), format!("{}/{}", self.channel(), self.place()))
    }

    pub(super) fn target(&self) -> SessionTarget {
        let (surface, surface_id) = self.surface();
        SessionTarget::Surface { surface, surface_id }
    }

    /// What names a part for ever: 26 lower-case letters and digits.
    pub(super) fn part_id(&self, part: u32) -> String {
        format!("{:016x}{part:010}", self.task.message.id)
    }

    /// The parts that `markdown` is sent as.
    pub(super) fn split(&self, markdown: &str) -> Vec<String> {
        let limits = self.platform.limits(&self.connection.settings);
        let length = |part: &str| self.platform.length(&self.connection.settings, part);
        super::split::split(markdown, limits.text_max, &length)
    }

    /// What is recorded of a part.
    pub(super) fn part(&self, number: u32) -> Option<&ChannelPart> {
        self.task.parts.iter().find(|part| part.part == number)
    }

    /// Waits until a request may be sent in the conversation.
    ///
    /// # Errors
    /// If that takes long: the job comes again then.
    pub(super) async fn wait_for_pace(&self) -> Result<(), JobError> {
        let wait = self.directory.pace.wait(self.channel(), &self.message.place.conversation);
        self.wait(wait).await
    }

    /// Waits without a worker.
    ///
    /// # Errors
    /// If the wait is long, or the job is asked to stop: it comes again then.
    pub(super) async fn wait(&self, wait: Duration) -> Result<(), JobError> {
        if wait.is_zero() {
            return Ok(());
        }
        if wait > WAIT_MAX {
            return Err(JobError::retry_after("the platform asks for a pause", wait));
        }
        let waited = async {
            tokio::select! {
                () = self.context.cancelled() => Err(JobError::retry("the job was asked to stop")),
                () = sleep(wait) => Ok(()),
            }
        };
        self.context.without_worker(waited).await
    }
}
