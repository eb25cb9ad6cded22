//! Shows an answer while it is written: its parts are sent, and edited as the platform lets them be, until it is whole.

use std::time::Duration;

use tokio::time::Instant;

use super::open_message::OpenMessage;
use super::outgoing::Sent;
use crate::store::{ChannelPart, ChannelSendState};
use crate::work::JobError;

/// A typing indicator is shown again so long before it ends.
const TYPING_SPARE: Duration = Duration::from_secs(1);

/// What is shown of an answer that grows.
pub(super) struct Streaming {
    /// What has been written so far.
    pub(super) text: String,
    /// The time between two edits; `None` if the answer is sent when it is whole.
    pause: Option<Duration>,
    next_edit: Instant,
    /// How long a typing indicator is seen.
    typing: Option<Duration>,
    next_typing: Instant,
    /// The length of what was shown last.
    shown_bytes: usize,
}

impl Streaming {
    pub(super) fn new(reply: &OpenMessage<'_>) -> Self {
        let limits = reply.platform.limits(&reply.connection.settings);
        let pause = limits.edit_pause.filter(|_| reply.task.channel.settings.streams);
        let now = Instant::now();
        let next_edit = now + pause.unwrap_or_default();
        Self { text: String::new(), pause, next_edit, typing: limits.typing, next_typing: now, shown_bytes: 0 }
    }

    /// Whether the answer is shown while it is written.
    pub(super) const fn is_on(&self) -> bool {
        self.pause.is_some()
    }

    /// When there is something to do next.
    pub(super) fn next(&self) -> Option<Instant> {
        let edit = (self.pause.is_some() && self.text.len() > self.shown_bytes).then_some(self.next_edit);
        let typing = (self.typing.is_some() && self.shown_bytes == 0).then_some(self.next_typing);
        edit.into_iter().chain(typing).min()
    }

    /// Does what is due.
    pub(super) async fn show(&mut self, reply: &mut OpenMessage<'_>) -> Result<(), JobError> {
        let now = Instant::now();
        if let Some(typing) = self.typing.filter(|_| self.shown_bytes == 0 && self.next_typing <= now) {
            self.next_typing = now + typing.saturating_sub(TYPING_SPARE).max(TYPING_SPARE);
            reply.show_typing().await;
        }
        let Some(pause) = self.pause.filter(|_| self.text.len() > self.shown_bytes && self.next_edit <= now) else {
            return Ok(());
        };
        self.shown_bytes = self.text.len();
        let goes_on = reply.show_parts(&self.text).await?;
        // A platform that does not take it now gets the whole answer at the end.
        self.pause = goes_on.then_some(pause);
        self.next_edit = Instant::now() + pause;
        Ok(())
    }
}

impl OpenMessage<'_> {
    /// Shows that an answer is being written; what becomes of that does not matter.
    async fn show_typing(&mut self) {
        let filled =
            self.directory.known.fill(self.platform.as_ref(), &mut self.connection, &self.directory.transport).await;
        if filled.is_err() || !self.directory.pace.wait(self.channel(), &self.message.place.conversation).is_zero() {
            return;
        }
        let now_ms = self.directory.clock.now_ms();
        if let Some(call) = self.platform.typing(&self.connection, &self.message.place, now_ms) {
            let _ = self.directory.transport.call(call).await;
        }
    }

    /// Shows `text` as far as it is; false if that is to be left.
    async fn show_parts(&mut self, text: &str) -> Result<bool, JobError> {
        for (number, text) in (0_u32..).zip(self.split(text)) {
            if !self.directory.pace.wait(self.channel(), &self.message.place.conversation).is_zero() {
                return Ok(true);
            }
            match self.part(number).cloned() {
                Some(part) if part.text == text && part.state == ChannelSendState::Sent => {}
                Some(part) if part.state == ChannelSendState::Sent && part.platform_id.is_some() => {
                    if !self.show_edit(part, text).await {
                        return Ok(false);
                    }
                }
                // It is not known what the platform has of it.
                Some(_) => return Ok(false),
                None => {
                    if !self.show_new(number, text).await? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Edits a part. What it shows meanwhile is in no store: the end of the answer edits it again.
    async fn show_edit(&mut self, part: ChannelPart, text: String) -> bool {
        let sent = self.deliver(&text, part.part, false, part.platform_id.as_deref()).await;
        if let Sent::RateLimited { after } = &sent {
            self.directory.pace.leave_alone(self.channel(), *after);
        }
        if let (Sent::Done { .. }, Some(known)) =
            (&sent, self.task.parts.iter_mut().find(|known| known.part == part.part))
        {
            known.text = text;
        }
        matches!(sent, Sent::Done { .. } | Sent::RateLimited { .. } | Sent::NotTaken { .. })
    }

    /// Sends the beginning of a part that the platform does not have yet.
    async fn show_new(&mut self, number: u32, text: String) -> Result<bool, JobError> {
        let (lease, channel, message) = (self.context.lease(), self.channel(), self.task.message.id);
        let work = self.context.rows().channel_work();
        work.begin_part(lease, channel, message, number, text.clone()).await?;
        let sent = self.deliver(&text, number, false, None).await;
        let (state, platform_id, error) = match &sent {
            Sent::Done { message_id } => (ChannelSendState::Sent, message_id.clone(), None),
            Sent::Unknown { reason } => (ChannelSendState::Unknown, None, Some(reason.clone())),
            // The end of the answer sends it, and sees what that comes to.
            sent => (ChannelSendState::Waiting, None, Some(super::directory::reason(sent))),
        };
        if let Sent::RateLimited { after } = &sent {
            self.directory.pace.leave_alone(channel, *after);
        }
        let sent_at_ms = (state == ChannelSendState::Sent).then(|| self.directory.clock.now_ms());
        let part = ChannelPart { part: number, state, text, platform_id, error, sent_at_ms };
        let goes_on = part.platform_id.is_some();
        work.end_part(lease, message, part.clone(), None).await?;
        self.task.parts.push(part);
        Ok(goes_on)
    }
}
