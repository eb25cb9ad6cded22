//! What was said before a turn, as far as a model reads it.

use super::error::Result;
use super::estimate::estimate_message;
use crate::content::Role;
use crate::store::{Recent, Rows, Session, StoredMessage};

/// Messages that are fetched first, ...
const FIRST_LOOK: u32 = 64;
/// ... and then at a time: so many, ...
const FURTHER_LOOKS: u32 = 512;
/// ... or fewer where the ones before were long, for about so many bytes.
const LOOK_BYTES: usize = 4 << 20;

/// What was said, as far as it was fetched.
#[derive(Default)]
pub(super) struct Look {
    /// The messages.
    pub(super) said: Vec<StoredMessage>,
    /// About so many tokens.
    pub(super) tokens: u32,
    /// The first message that did not fit; more may lie before it.
    pub(super) over: Option<StoredMessage>,
}

/// The newest messages of a session between two places (both exclusive), newest first, as far as they have at most
/// `free` tokens together. `known` are the first of them, if they were read before. In memory are these, and about
/// [`LOOK_BYTES`] or [`FIRST_LOOK`] messages more.
///
/// # Errors
/// The store's.
pub(super) async fn newest(
    rows: &Rows,
    session: &Session,
    after: i64,
    mut before: i64,
    free: u32,
    mut known: Option<Recent>,
) -> Result<Look> {
    let (mut look, mut limit) = (Look::default(), FIRST_LOOK);
    loop {
        let (fetched, is_last) = match known.take() {
            Some(Recent { said, is_all }) => (said, is_all),
            None => {
                let fetched = rows.messages().history(session, after, before, limit).await?;
                let is_last = fetched.len() < usize::try_from(limit).unwrap_or(usize::MAX);
                (fetched, is_last)
            }
        };
        let bytes: usize = fetched.iter().map(|message| message.content.bytes()).sum();
        let average = bytes / fetched.len().max(1);
        for message in fetched {
            before = message.seq;
            let more = estimate_message(&message.content);
            if look.tokens.saturating_add(more) > free {
                return Ok(Look { over: Some(message), ..look });
            }
            look.tokens += more;
            look.said.push(message);
        }
        if is_last {
            return Ok(look);
        }
        limit = u32::try_from(LOOK_BYTES / average.max(1)).unwrap_or(u32::MAX).clamp(1, FURTHER_LOOKS);
    }
}

/// What was said before the place `before` and after the summary, oldest first, as far as it fits into `free` tokens.
///
/// # Errors
/// The store's.
pub(super) async fn before(
    rows: &Rows,
    before: i64,
    session: &Session,
    free: u32,
    known: Option<Recent>,
) -> Result<Look> {
    let mut look = newest(rows, session, session.summary_until, before, free, known).await?;
    if look.over.is_some() {
        // A turn is left out whole: no answer stands without its question.
        while let Some(answer) = look.said.pop_if(|message| message.role != Role::User) {
            look.tokens -= estimate_message(&answer.content);
        }
    }
    look.said.reverse();
    Ok(look)
}
