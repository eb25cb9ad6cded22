//! The newest messages of a session, read in the transaction that begins a turn: SQLite's one writing connection has these
//! rows in memory, and the connections that read would have to fetch them again.

use super::error::Result;
use super::message::{StoredMessage, TURN_STRIDE};
use super::messages::{SAID, Said};
use super::sessions::Session;
use super::tx::Tx;
use crate::params;

/// So many turns are read at the most: other turns wait meanwhile.
const TURNS_MAX: u32 = 32;
/// Their messages have about so many bytes at the most.
const BYTES_MAX: usize = 64 << 10;

/// The newest messages before a turn and after the session's summary, newest first.
#[derive(Debug)]
pub struct Recent {
    /// The messages.
    pub said: Vec<StoredMessage>,
    /// Whether there are no more.
    pub is_all: bool,
}

/// Reads what was said before the turn `number`.
pub(super) fn read(tx: &mut Tx<'_>, session: &Session, number: i64) -> Result<Recent> {
    let after = session.parent.map_or(0, |parent| parent.until).max(session.summary_until);
    let above = (after + 1).div_euclid(TURN_STRIDE) - 1;
    let (mut said, mut bytes, mut turns, mut is_all) = (Vec::new(), 0, 0, true);
    tx.each(SAID, params![session.id, above, number - 1, TURNS_MAX], &mut |mut row| {
        let turn = Said::read(&mut row)?;
        turns += 1;
        bytes += turn.bytes();
        is_all = turn.steps == 0 && bytes <= BYTES_MAX;
        if is_all {
            let messages = turn.answer.into_iter().chain([turn.question]);
            said.extend(messages.filter(|message| message.seq > after));
        }
        Ok(is_all)
    })?;
    // A fork's parents are read by those who need them.
    let is_whole = session.parent.is_none_or(|parent| parent.until <= session.summary_until);
    Ok(Recent { said, is_all: is_all && is_whole && turns < TURNS_MAX })
}
