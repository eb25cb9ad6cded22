//! The periodic sum of what turns have used: rows of `usage_entries` become sums in `usage_hours` and, as far as they count turns,
//! in `turn_hours`, and of all agents together in `workspace_hours`, a piece at a time. Each
//! piece is one transaction, so that these tables together say the same before and after it.

use std::collections::BTreeMap;

use super::db::Db;
use super::error::Result;
use super::session_storage;
use super::turn_hours::TurnSums;
use super::tx::Tx;
use super::usage::NO_PROVIDER;
use super::value::{Param, Row};
use super::workspace_usage::WorkspaceSums;
use crate::params;

/// Rows of one piece.
const PIECE: usize = 256;

/// What sums are grouped by: workspace, agent, hour, provider, model and user.
type Group = (i64, String, i64, String, String, i64);

/// Requests, errors, input tokens, output tokens and US dollars.
#[derive(Default)]
struct Sum([i64; 4], f64);

impl Db {
    /// Sums up to 256 rows of all workspaces up; answers whether there may be more.
    pub async fn roll_usage_up(&self) -> Result<bool> {
        self.write_locking(|tx| {
            // Another gateway at the same work takes other rows.
            let skip = if tx.is_shared() { " SKIP LOCKED" } else { "" };
            let sql = format!(
                "SELECT workspace_id, source, place, bytes, agent_id, hour, provider, model, subject, requests, errors,
                    input_tokens, output_tokens, cost_usd, turn_hour, turn_status, turn_us FROM usage_entries ORDER BY workspace_id, source, place LIMIT {PIECE}{}{skip}",
                tx.lock()
            );
            let (mut keys, mut sums) = (Vec::with_capacity(PIECE), BTreeMap::<Group, Sum>::new());
            let mut kept = BTreeMap::<i64, i64>::new();
            let (mut turns, mut workspaces) = (TurnSums::default(), WorkspaceSums::default());
            tx.each(&sql, params![], &mut |mut row| {
                let workspace = row.next_int()?;
                keys.push([workspace, row.next_int()?, row.next_int()?]);
                *kept.entry(workspace).or_default() += row.next_int()?;
                take(&mut row, workspace, &mut sums, &mut turns, &mut workspaces)?;
                Ok(true)
            })?;
            if keys.is_empty() {
                return Ok(false);
            }
            // In the order of their keys, so that two gateways never wait for each other.
            sums.iter().try_for_each(|(group, sum)| add(tx, group, sum))?;
            kept.iter().try_for_each(|(workspace, bytes)| session_storage::add(tx, *workspace, *bytes))?;
            turns.add(tx)?;
            workspaces.add(tx)?;
            delete(tx, &keys)?;
            Ok(keys.len() == PIECE)
        })
        .await
    }
}

fn take(
    row: &mut Row,
    workspace: i64,
    sums: &mut BTreeMap<Group, Sum>,
    turns: &mut TurnSums,
    workspaces: &mut WorkspaceSums,
) -> Result<()> {
    let group = (workspace, row.next_text()?, row.next_int()?, row.next_text()?, row.next_text()?, row.next_int()?);
    let mut used = Sum::default();
    for count in &mut used.0 {
        *count = row.next_int()?;
    }
    used.1 = row.next_float()?;
    let is_turn = turns.take(row, workspace, &group.1)?;
    let [_, _, input_tokens, output_tokens] = used.0;
    workspaces.take(workspace, group.2, input_tokens + output_tokens, used.1, is_turn);
    if group.3 != NO_PROVIDER {
        let Sum(counts, cost_usd) = sums.entry(group).or_default();
        counts.iter_mut().zip(used.0).for_each(|(sum, count)| *sum += count);
        *cost_usd += used.1;
    }
    Ok(())
}

fn add(tx: &mut Tx<'_>, group: &Group, sum: &Sum) -> Result<()> {
    let (workspace, agent, hour, provider, model, subject) = group;
    let Sum([requests, errors, input_tokens, output_tokens], cost_usd) = sum;
    let sql = "INSERT INTO usage_hours (workspace_id, agent_id, hour, provider, model, subject, requests, errors, input_tokens,
            output_tokens, cost_usd)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (workspace_id, agent_id, hour, provider, model, subject) DO UPDATE SET
            requests = usage_hours.requests + excluded.requests,
            errors = usage_hours.errors + excluded.errors,
            input_tokens = usage_hours.input_tokens + excluded.input_tokens,
            output_tokens = usage_hours.output_tokens + excluded.output_tokens,
            cost_usd = usage_hours.cost_usd + excluded.cost_usd";
    let params = params![
        *workspace,
        agent,
        *hour,
        provider,
        model,
        *subject,
        *requests,
        *errors,
        *input_tokens,
        *output_tokens,
        *cost_usd
    ];
    tx.execute(sql, params).map(drop)
}

/// Deletes the rows of `keys`, which are in order.
fn delete(tx: &mut Tx<'_>, keys: &[[i64; 3]]) -> Result<()> {
    if let (false, Some([workspace, source, place])) = (tx.is_shared(), keys.last()) {
        // There is one writer: the rows before the last one are those that were read.
        let sql = "DELETE FROM usage_entries WHERE (workspace_id, source, place) <= ($1, $2, $3)";
        return tx.execute(sql, params![*workspace, *source, *place]).map(drop);
    }
    // Of few lengths, so that few statements are prepared: the last key comes again and again.
    let length = keys.len().next_power_of_two();
    let padded = keys.iter().chain(keys.last().into_iter().cycle()).take(length);
    let params: Vec<Param<'_>> = padded.flatten().map(|part| Param::Int(*part)).collect();
    let row = |row: usize| {
        let [workspace, source, place] = [1, 2, 3].map(|column| format!("CAST(${} AS BIGINT)", 3 * row + column));
        format!("({workspace}, {source}, {place})")
    };
    let rows: Vec<String> = (0..length).map(row).collect();
    let sql = format!("DELETE FROM usage_entries WHERE (workspace_id, source, place) IN (VALUES {})", rows.join(", "));
    tx.execute(&sql, &params).map(drop)
}
