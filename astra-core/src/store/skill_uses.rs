//! What came of turns that read a skill: a row for each such turn and skill, written with the turn's end. Other turns write
//! none.

use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result};
use super::mode::OnDouble;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Param;
use crate::ids::TurnId;
use crate::params;

/// Days for which rows are kept.
pub const SKILL_USE_DAYS: i64 = 30;

/// What a turn did with one skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillUse {
    /// The skill.
    pub skill_id: String,
    /// How often the turn read it, or a file beside it.
    pub reads: u32,
    /// How often that failed.
    pub read_errors: u32,
    /// The other tools that the turn called, in the order of their first call.
    pub tools: Vec<ToolCount>,
}

/// Calls of one tool.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ToolCount {
    /// The tool's name.
    pub tool: String,
    /// How often it was called.
    pub calls: u32,
    /// How often that failed.
    pub errors: u32,
}

/// A turn that read a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillTurn {
    /// What it did with the skill.
    pub used: SkillUse,
    /// Whether it ended without an answer, and not by its caller's wish.
    pub is_failed: bool,
    /// The whole turn, in microseconds.
    pub duration_us: i64,
    /// `usr_...` or `svc_...`
    pub user_id: String,
}

/// The columns of a row but for its workspace and its turn.
pub(super) const COLUMNS: &str = "skill_id, at_ms, subject, is_failed, reads, read_errors, duration_us, tools";

/// What turns have done with skills.
#[derive(Clone, Copy)]
pub struct SkillUses<'a>(pub(super) &'a Rows);

impl SkillUses<'_> {
    /// The turns that read `skill_id` and ended at `from_ms` or later: the newest ones, at most `limit`.
    pub async fn newest(self, skill_id: &str, from_ms: i64, limit: u32) -> Result<Vec<SkillTurn>> {
        let skill_id = skill_id.to_owned();
        self.0
            .list(move |tx| {
                let sql =
                    "SELECT subjects.id, used.is_failed, used.reads, used.read_errors, used.duration_us, used.tools
                    FROM skill_uses used JOIN subjects ON subjects.number = used.subject
                    WHERE used.workspace_id = $1 AND used.skill_id = $2 AND used.at_ms >= $3
                    ORDER BY used.turn_id DESC LIMIT $4";
                let mut turns = Vec::new();
                tx.each(sql, params![&skill_id, from_ms, limit], &mut |mut row| {
                    turns.push(SkillTurn {
                        user_id: row.next_text()?,
                        is_failed: row.next_int()? != 0,
                        used: SkillUse {
                            skill_id: skill_id.clone(),
                            reads: u32::try_from(row.next_int()?).unwrap_or(u32::MAX),
                            read_errors: u32::try_from(row.next_int()?).unwrap_or(u32::MAX),
                            tools: Vec::new(),
                        },
                        duration_us: row.next_int()?,
                    });
                    let tools = serde_json::from_str(&row.next_text()?).map_err(Error::broken)?;
                    if let Some(turn) = turns.last_mut() {
                        turn.used.tools = tools;
                    }
                    Ok(true)
                })?;
                Ok(turns)
            })
            .await
    }
}

impl Db {
    /// Removes rows of all workspaces that were written before `before_ms`, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_old_skill_uses(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM skill_uses WHERE (workspace_id, skill_id, turn_id) IN
                (SELECT workspace_id, skill_id, turn_id FROM skill_uses WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// How a turn ended, as far as its rows say it.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) at_ms: i64,
    pub(super) subject: i64,
    pub(super) is_failed: bool,
    pub(super) duration_us: i64,
}

/// A row, with its tools as JSON.
pub(super) struct SkillRow<'a> {
    used: &'a SkillUse,
    tools: String,
    end: End,
}

/// The rows of a turn that has ended: none for most turns.
pub(super) fn rows(skills: &[SkillUse], end: End) -> Result<Vec<SkillRow<'_>>> {
    let tools = |used: &SkillUse| serde_json::to_string(&used.tools).map_err(Error::broken);
    skills.iter().map(|used| Ok(SkillRow { used, tools: tools(used)?, end })).collect()
}

impl SkillRow<'_> {
    /// The values of [`COLUMNS`].
    pub(super) fn values(&self) -> [Param<'_>; 8] {
        [
            (&self.used.skill_id).into(),
            self.end.at_ms.into(),
            self.end.subject.into(),
            i64::from(self.end.is_failed).into(),
            self.used.reads.into(),
            self.used.read_errors.into(),
            self.end.duration_us.into(),
            self.tools.as_str().into(),
        ]
    }
}

/// Keeps the rows of a turn within the transaction of its end.
pub(super) fn insert(tx: &mut Tx<'_>, turn: TurnId, rows: &[SkillRow<'_>]) -> Result<()> {
    for row in rows {
        let sql = format!(
            "INSERT INTO skill_uses (workspace_id, turn_id, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        let mut params = vec![Param::from(turn)];
        params.extend(row.values());
        tx.later(&sql, &params, OnDouble::Fails)?;
    }
    Ok(())
}
