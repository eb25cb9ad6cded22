//! Sends the parts of an answer: each once, in their order, with the pauses that the platform asks for.

use std::time::Duration;

use super::directory::reason;
use super::open_message::OpenMessage;
use super::outgoing::{Outgoing, Sent};
use crate::store::{ChannelPart, ChannelSendState};
use crate::work::JobError;

/// What could not be sent is given up after so long, in milliseconds.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// The first wait after a failure, which doubles.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait after a failure.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    Failed,
    Unknown,
}

/// What is to be done with a part after an attempt.
enum Next {
    /// It is over.
    Over(ChannelSendState, Option<String>),
    /// It is sent again after so long.
    Again(Duration, String),
}

impl OpenMessage<'_> {
    /// Sends what of the recorded answer is not sent; answers what became of it and the last part, whose end is not
    /// recorded.
    pub(super) async fn send_parts(&mut self) -> Result<(Outcome, Option<ChannelPart>), JobError> {
        let mut last = None;
        for place in 0..self.task.parts.len() {
            if let Some(ended) = last.take() {
                self.end_part(&ended, Some(place)).await?;
            }
            let is_over = |state| {
                !matches!(state, ChannelSendState::Waiting | ChannelSendState::Sending | ChannelSendState::Editing)
            };
            if !is_over(self.task.parts[place].state) {
                last = Some(self.send_part(place).await?);
            }
        }
        let has = |state| self.task.parts.iter().any(|part| part.state == state);
        let outcome = if has(ChannelSendState::Failed) {
            Outcome::Failed
        } else if has(ChannelSendState::Unknown) {
            Outcome::Unknown
        } else {
            Outcome::Sent
        };
        Ok((outcome, last))
    }

    /// Records the end of a part; the one at `next`, if it waits, is under way then.
    async fn end_part(&mut self, ended: &ChannelPart, next: Option<usize>) -> Result<(), JobError> {
        let is_free = self.directory.pace.wait(self.channel(), &self.message.place.conversation).is_zero();
        let next = next.and_then(|place| self.task.parts.get_mut(place));
        let begun = match next {
            Some(next) if next.state == ChannelSendState::Waiting && is_free => {
                next.state = ChannelSendState::Sending;
                Some(next.part)
            }
            _ => None,
        };
        let (lease, message) = (self.context.lease(), self.task.message.id);
        self.begun.extend(begun);
        Ok(self.context.rows().channel_work().end_part(lease, message, ended.clone(), begun).await?)
    }

    /// Sends one part until it is over; its end is in memory then, and not recorded yet.
    async fn send_part(&mut self, place: usize) -> Result<ChannelPart, JobError> {
        let part = self.task.parts[place].clone();
        let limits = self.platform.limits(&self.connection.settings);
        let (takes_twice, may_edit) = (limits.takes_twice, limits.edit_pause.is_some());
        // Under way when another attempt died: whether it arrived only the platform knows.
        let is_lost = part.state == ChannelSendState::Sending && !self.begun.contains(&part.part);
        if is_lost && !takes_twice {
            let error = "the gateway ended while this part was under way".to_owned();
            self.note(&error, false).await?;
            return Ok(self.settle(place, ChannelSendState::Unknown, Some(error), None));
        }
        let edits = part.state == ChannelSendState::Editing && part.platform_id.is_some();
        let mut wait = FIRST_WAIT;
        loop {
            if let Err(fault) = self.wait_for_pace().await {
                // Another attempt must not take it for one that was under way.
                if self.task.parts[place].state == ChannelSendState::Sending && !is_lost {
                    self.take_back(place, fault.to_string()).await?;
                }
                return Err(fault);
            }
            if !edits {
                self.begin_part(place).await?;
            }
            let known = part.platform_id.as_deref().filter(|_| edits);
            let sent = self.deliver(&part.text, part.part, place + 1 == self.task.parts.len(), known).await;
            let message_id = match &sent {
                Sent::Done { message_id } => message_id.clone().or_else(|| part.platform_id.clone()),
                _ => None,
            };
            match self.next(sent, takes_twice || edits).await? {
                Next::Over(state, error) => {
                    if is_lost && may_edit && state == ChannelSendState::Sent {
                        // The platform may have kept the text of before.
                        self.deliver(&part.text, part.part, true, message_id.as_deref()).await;
                    }
                    return Ok(self.settle(place, state, error, message_id));
                }
                Next::Again(after, why) => {
                    if !edits {
                        self.take_back(place, why).await?;
                    }
                    self.wait(after.max(wait)).await?;
                    wait = (wait * 2).min(WAIT_MAX);
                }
            }
        }
    }

    /// Records that the part is under way, unless that is recorded.
    async fn begin_part(&mut self, place: usize) -> Result<(), JobError> {
        let part = &mut self.task.parts[place];
        if part.state == ChannelSendState::Sending {
            return Ok(());
        }
        part.state = ChannelSendState::Sending;
        let (number, text) = (part.part, part.text.clone());
        self.begun.push(number);
        let (lease, channel, message) = (self.context.lease(), self.channel(), self.task.message.id);
        Ok(self.context.rows().channel_work().begin_part(lease, channel, message, number, text).await?)
    }

    /// Records that the part is not under way any more, and waits.
    async fn take_back(&mut self, place: usize, why: String) -> Result<(), JobError> {
        let part = &mut self.task.parts[place];
        part.state = ChannelSendState::Waiting;
        part.error = Some(why);
        let (lease, message, part) = (self.context.lease(), self.task.message.id, part.clone());
        Ok(self.context.rows().channel_work().end_part(lease, message, part, None).await?)
    }

    /// Notes the end of a part in memory.
    fn settle(
        &mut self,
        place: usize,
        state: ChannelSendState,
        error: Option<String>,
        message_id: Option<String>,
    ) -> ChannelPart {
        let now_ms = self.directory.clock.now_ms();
        let part = &mut self.task.parts[place];
        part.state = state;
        part.error = error;
        part.platform_id = message_id.or_else(|| part.platform_id.take());
        part.sent_at_ms = (state == ChannelSendState::Sent).then_some(now_ms);
        part.clone()
    }

    /// Sends a part once, or edits it if the platform has it as `message_id`.
    pub(super) async fn deliver(&mut self, text: &str, part: u32, is_last: bool, message_id: Option<&str>) -> Sent {
        for attempt in 0..2 {
            let filled =
                self.directory.known.fill(self.platform.as_ref(), &mut self.connection, &self.directory.transport);
            if let Err(sent) = filled.await {
                return sent;
            }
            let (rendered, id) = (self.platform.render(text), self.part_id(part));
            let outgoing = Outgoing {
                place: &self.message.place,
                text: &rendered,
                markdown: text,
                part,
                is_last,
                id: &id,
                at_ms: self.directory.clock.now_ms(),
            };
            let limits = self.platform.limits(&self.connection.settings);
            let conversation = &self.message.place.conversation;
            self.directory.pace.note(self.task.channel.id, conversation, limits.conversation_pause);
            let sending = self.platform.deliver(&self.connection, &outgoing, message_id, &self.directory.transport);
            // A platform that is slow keeps no worker from other channels.
            let sent = self.context.without_worker(sending).await;
            let is_credential = matches!(sent, Sent::Refused { is_credential: true, .. });
            // A token may have been taken back before its time.
            if attempt == 0 && is_credential && self.directory.known.forget(self.task.channel.id) {
                self.connection.token = None;
                continue;
            }
            return sent;
        }
        Sent::Refused { reason: "the platform refuses the credential".to_owned(), is_credential: true }
    }

    /// What is done after an attempt. `may_again` says whether the part may come twice.
    async fn next(&self, sent: Sent, may_again: bool) -> Result<Next, JobError> {
        let why = reason(&sent);
        let is_late = self.directory.clock.now_ms() - self.task.message.received_at_ms > GIVE_UP_MS;
        let next = match sent {
            Sent::Done { .. } => return Ok(Next::Over(ChannelSendState::Sent, None)),
            Sent::RateLimited { after } => {
                self.directory.pace.leave_alone(self.channel(), after);
                Next::Again(after, why.clone())
            }
            Sent::NotTaken { .. } => Next::Again(Duration::ZERO, why.clone()),
            Sent::Unknown { .. } if may_again => Next::Again(Duration::ZERO, why.clone()),
            Sent::Unknown { .. } => Next::Over(ChannelSendState::Unknown, Some(why.clone())),
            Sent::Refused { is_credential, .. } => {
                self.note(&why, is_credential).await?;
                return Ok(Next::Over(ChannelSendState::Failed, Some(why)));
            }
        };
        self.note(&why, false).await?;
        Ok(match next {
            Next::Again(_, why) if is_late => Next::Over(ChannelSendState::Failed, Some(why)),
            next => next,
        })
    }

    pub(super) async fn note(&self, error: &str, is_failing: bool) -> Result<(), JobError> {
        let workspace = self.context.rows().workspace();
        Ok(self.directory.note(workspace, self.channel(), error, is_failing).await?)
    }
}
