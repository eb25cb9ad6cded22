//! What all turns of a workspace have used, by hour since the epoch: the sums that its quotas are held against. They are kept
//! beside those by agent, provider, model and user, so that a month is some hundred rows.

use std::collections::BTreeMap;

use super::error::Result;
use super::tx::Tx;
use super::usage::Usage;
use crate::params;

/// What a workspace has used in three periods that end now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WorkspaceUsed {
    /// Tokens of the hour.
    pub hour_tokens: u64,
    /// Tokens of the day.
    pub day_tokens: u64,
    /// US dollars of the day.
    pub day_cost_usd: f64,
    /// Turns of the day that have ended.
    pub day_turns: u64,
    /// Tokens of the month.
    pub month_tokens: u64,
    /// US dollars of the month.
    pub month_cost_usd: f64,
}

impl WorkspaceUsed {
    /// Adds what was used now.
    pub fn add(&mut self, tokens: u64, cost_usd: f64) {
        for sum in [&mut self.hour_tokens, &mut self.day_tokens, &mut self.month_tokens] {
            *sum += tokens;
        }
        self.day_cost_usd += cost_usd;
        self.month_cost_usd += cost_usd;
    }
}

/// The hours since the epoch with which the periods begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsagePeriods {
    /// The hour.
    pub hour: i64,
    /// The first hour of the day.
    pub day: i64,
    /// The first hour of the month.
    pub month: i64,
}

impl Usage<'_> {
    /// What the workspace has used: what is summed up already, and what is not yet.
    pub async fn of_workspace(self, periods: UsagePeriods) -> Result<WorkspaceUsed> {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN used.hour >= $2 THEN used.tokens ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN used.hour >= $3 THEN used.tokens ELSE 0 END), 0) AS BIGINT),
                COALESCE(SUM(CASE WHEN used.hour >= $3 THEN used.cost_usd ELSE 0.0 END), 0.0),
                CAST(COALESCE(SUM(CASE WHEN used.hour >= $3 THEN used.turns ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN used.hour >= $4 THEN used.tokens ELSE 0 END), 0) AS BIGINT),
                COALESCE(SUM(CASE WHEN used.hour >= $4 THEN used.cost_usd ELSE 0.0 END), 0.0)
            FROM (SELECT hour, tokens, cost_usd, turns FROM workspace_hours WHERE workspace_id = $1 AND hour >= $5
                UNION ALL
                SELECT hour, input_tokens + output_tokens AS tokens, cost_usd,
                    CASE WHEN turn_hour IS NULL THEN 0 ELSE 1 END AS turns
                FROM usage_entries WHERE workspace_id = $1 AND hour >= $5) AS used";
        let UsagePeriods { hour, day, month } = periods;
        self.0
            .read(move |tx| {
                let mut row = tx.one(sql, params![hour, day, month, day.min(month)])?;
                let count = |sum: i64| u64::try_from(sum).unwrap_or_default();
                Ok(WorkspaceUsed {
                    hour_tokens: count(row.next_int()?),
                    day_tokens: count(row.next_int()?),
                    day_cost_usd: row.next_float()?,
                    day_turns: count(row.next_int()?),
                    month_tokens: count(row.next_int()?),
                    month_cost_usd: row.next_float()?,
                })
            })
            .await
    }
}

/// What is to be added to the hours of workspaces, by workspace and hour: tokens, US dollars, turns.
#[derive(Default)]
pub(super) struct WorkspaceSums(BTreeMap<(i64, i64), (i64, f64, i64)>);

impl WorkspaceSums {
    /// Takes what a row of a workspace says.
    pub(super) fn take(&mut self, workspace: i64, hour: i64, tokens: i64, cost_usd: f64, is_turn: bool) {
        let (all, cost, turns) = self.0.entry((workspace, hour)).or_default();
        *all += tokens;
        *cost += cost_usd;
        *turns += i64::from(is_turn);
    }

    /// Adds them to their hours, in the order of their keys, so that two gateways never wait for each other.
    pub(super) fn add(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "INSERT INTO workspace_hours (workspace_id, hour, tokens, cost_usd, turns) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, hour) DO UPDATE SET tokens = workspace_hours.tokens + excluded.tokens,
                cost_usd = workspace_hours.cost_usd + excluded.cost_usd, turns = workspace_hours.turns + excluded.turns";
        self.0.iter().try_for_each(|((workspace, hour), (tokens, cost_usd, turns))| {
            tx.execute(sql, params![*workspace, *hour, *tokens, *cost_usd, *turns]).map(drop)
        })
    }
}
