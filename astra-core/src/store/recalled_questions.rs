//! Questions of sessions that a search of memory has found: by the keys of their turns.

use super::error::Result;
use super::messages::content;
use super::turns::Turns;
use super::value::{Param, Row};
use crate::content::Content;
use crate::ids::{SessionId, TurnId};

/// How many questions are found at once.
const FOUND_MAX: usize = 1_024;

/// The question of a turn that has ended, for those who recall it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecalledQuestion {
    /// The turn.
    pub turn_id: TurnId,
    /// Its session.
    pub session_id: SessionId,
    /// What was asked.
    pub content: Content,
}

impl Turns<'_> {
    /// The questions of turns that have ended, by their keys, in any order: the caller has chosen those that may be seen. Turns
    /// of deleted sessions have none. At most 1,024 keys are looked at.
    pub async fn questions(self, mut ids: Vec<i64>) -> Result<Vec<RecalledQuestion>> {
        ids.truncate(FOUND_MAX);
        let Some(last) = ids.last().copied() else { return Ok(Vec::new()) };
        // Few texts of statements, so that they are prepared already. What follows the question in a row may fill pages, and is not
        // read.
        ids.resize(ids.len().next_power_of_two().max(16), last);
        let places: Vec<String> = (2..ids.len() + 2).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT t.id, t.session_id, t.question, t.question_parts FROM turns t
            JOIN sessions s ON s.workspace_id = t.workspace_id AND s.id = t.session_id
            WHERE t.workspace_id = $1 AND t.id IN ({}) AND s.status <> 'deleted'",
            places.join(", ")
        );
        self.0
            .look(move |tx| {
                let params: Vec<Param<'_>> = ids.iter().map(|id| Param::Int(*id)).collect();
                tx.query(&sql, &params)?.into_iter().map(read).collect()
            })
            .await
    }
}

fn read(mut row: Row) -> Result<RecalledQuestion> {
    let (turn_id, session_id) = (row.next_id()?, row.next_id()?);
    let content = content(row.next_text()?, row.next_optional_text()?)?;
    Ok(RecalledQuestion { turn_id, session_id, content })
}
