//! What inference used, summed by hour since the epoch: each turn's commit adds rows that no other turn touches, and budgets
//! and reports read them together with the sums of earlier ones.

use serde::{Deserialize, Serialize};

use super::error::Result;
use super::mode::OnDouble;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::turns::Turn;
use super::tx::Tx;
use super::value::{self, Param};
use crate::params;

/// Milliseconds of an hour, the grain of the sums.
pub const HOUR_MS: i64 = 3_600_000;

/// Stands for the provider in rows that say what a turn keeps and nothing else.
pub(super) const NO_PROVIDER: &str = "";

/// Stands between the parts of a group's key in a cursor; no identifier contains it.
const SEPARATOR: char = '\u{1f}';

/// What one call, or one failed attempt, adds to the sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRow {
    /// The agent that asked.
    pub agent_id: String,
    /// On whose behalf: the user's number in the store.
    pub subject: i64,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The provider's name of the model.
    pub model: String,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// Calls.
    pub requests: u32,
    /// Calls that failed.
    pub errors: u32,
    /// Input tokens.
    pub input_tokens: u32,
    /// Output tokens.
    pub output_tokens: u32,
    /// US dollars.
    pub cost_usd: f64,
}

/// What sums are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageGroup {
    /// The agent that asked.
    Agent,
    /// The provider that was asked.
    Provider,
    /// The model that was asked.
    Model,
    /// On whose behalf.
    User,
    /// The day, in UTC.
    Day,
}

/// The sums of one group. What the report does not tell apart is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UsageSum {
    /// The agent.
    pub agent_id: Option<String>,
    /// The provider.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The user or service account.
    pub user_id: Option<String>,
    /// Days since the epoch.
    pub day: Option<i64>,
    /// Calls.
    pub requests: i64,
    /// Calls that failed.
    pub errors: i64,
    /// Input tokens.
    pub input_tokens: i64,
    /// Output tokens.
    pub output_tokens: i64,
    /// US dollars.
    pub cost_usd: f64,
}

/// Keeps `row`, which is the one at `place` of the turn or compaction with the key `source`, within the transaction of what
/// caused it.
pub fn add(tx: &mut Tx<'_>, source: i64, place: i64, row: &UsageRow) -> Result<()> {
    insert(tx, source, place, row, None)
}

/// A turn that has ended, as the first of its rows says it.
pub(super) struct EndedTurn {
    /// The hour since the epoch in which it began.
    pub(super) hour: i64,
    /// How it ended.
    pub(super) status: &'static str,
    /// How long it took.
    pub(super) duration_us: i64,
    /// What it keeps in the store.
    pub(super) bytes: i64,
}

/// As [`add`], for a row of the turn with the key `source`.
pub(super) fn add_of_turn(tx: &mut Tx<'_>, source: i64, place: i64, row: &UsageRow, ended: &EndedTurn) -> Result<()> {
    insert(tx, source, place, row, Some(ended))
}

fn insert(tx: &mut Tx<'_>, source: i64, place: i64, row: &UsageRow, ended: Option<&EndedTurn>) -> Result<()> {
    let sql = format!(
        "INSERT INTO usage_entries ({COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    );
    let mut params = vec![Param::Int(source)];
    params.extend(values(place, row, ended));
    tx.later(&sql, &params, OnDouble::Fails)
}

/// The columns of a row: the workspace, the source, and those of [`values`].
pub(super) const COLUMNS: &str =
    "workspace_id, source, place, agent_id, hour, provider, model, subject, requests, errors, input_tokens,
    output_tokens, cost_usd, bytes, turn_hour, turn_status, turn_us";

/// What is in a row, but for its workspace and its source. Only the first row of a turn says something of the turn itself.
pub(super) fn values<'a>(place: i64, row: &'a UsageRow, ended: Option<&EndedTurn>) -> [Param<'a>; 15] {
    let ended = ended.filter(|_| place == 0);
    [
        place.into(),
        (&row.agent_id).into(),
        row.at_ms.div_euclid(HOUR_MS).into(),
        (&row.provider).into(),
        (&row.model).into(),
        row.subject.into(),
        row.requests.into(),
        row.errors.into(),
        row.input_tokens.into(),
        row.output_tokens.into(),
        row.cost_usd.into(),
        ended.map_or(0, |ended| ended.bytes).into(),
        ended.map(|ended| ended.hour).into(),
        ended.map(|ended| ended.status).into(),
        ended.map(|ended| ended.duration_us).into(),
    ]
}

/// The row of a turn that called no model, for what it keeps in the store: no use of a provider, and in no report.
pub(super) fn of_no_call(turn: &Turn, at_ms: i64) -> UsageRow {
    UsageRow {
        agent_id: turn.agent_id.clone(),
        subject: turn.subject,
        provider: NO_PROVIDER.into(),
        model: String::new(),
        at_ms,
        requests: 0,
        errors: 0,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0.0,
    }
}

/// What a workspace has used.
#[derive(Clone, Copy)]
pub struct Usage<'a>(pub(super) &'a Rows);

impl Usage<'_> {
    /// Adds what was used outside of a turn, under the new key `source`.
    pub async fn create(self, source: i64, rows: Vec<UsageRow>) -> Result<()> {
        self.0.write_turn(move |tx| (0..).zip(&rows).try_for_each(|(place, row)| add(tx, source, place, row))).await
    }

    /// The sums of all hours that begin within `[from_ms, to_ms)`, by `groups`: newest day first. Without
    /// groups the page has one row, whatever was used.
    pub async fn page(
        self,
        from_ms: i64,
        to_ms: i64,
        groups: &[UsageGroup],
        page: &PageRequest,
    ) -> Result<Page<UsageSum>> {
        let (groups, request) = (groups.to_vec(), page.clone());
        let sql = report_sql(&groups);
        let hours = [from_ms, to_ms].map(|at_ms| at_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS));
        let rows = self.0;
        rows.list(move |tx| {
            let (day, key) = request.position();
            let params = params![hours[0], hours[1], day, key, request.fetch()];
            tx.page(&sql, params, &request, |row| read_sum(row, &groups), place)
        })
        .await
    }

    /// What an agent has used: tokens since the hour `hour`, tokens and US dollars since the hour `day` (hours since the epoch).
    pub async fn of_agent(self, agent_id: &str, hour: i64, day: i64) -> Result<(u64, u64, f64)> {
        let agent_id = agent_id.to_owned();
        let rows = self.0;
        rows.read(move |tx| {
            let sql = format!(
                "SELECT CAST(COALESCE(SUM(CASE WHEN hour >= $3 THEN input_tokens + output_tokens ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS BIGINT), COALESCE(SUM(cost_usd), 0.0)
                FROM {USED} WHERE used.agent_id = $2 AND used.hour >= $4"
            );
            let mut row = tx.one(&sql, params![&agent_id, hour, day])?;
            let tokens = |sum: i64| u64::try_from(sum).unwrap_or_default();
            Ok((tokens(row.next_int()?), tokens(row.next_int()?), row.next_float()?))
        })
        .await
    }
}

/// What the workspace has used, by hour: what is summed up already, and what is not yet.
pub(super) const USED: &str =
    "(SELECT agent_id, hour, provider, model, subject, requests, errors, input_tokens, output_tokens, cost_usd
        FROM usage_hours WHERE workspace_id = $1
    UNION ALL
    SELECT agent_id, hour, provider, model, subject, requests, errors, input_tokens, output_tokens, cost_usd
        FROM usage_entries WHERE workspace_id = $1 AND provider <> '') AS used";

fn report_sql(groups: &[UsageGroup]) -> String {
    let column = |group: UsageGroup, name: &'static str| if groups.contains(&group) { name } else { "''" };
    let day = if groups.contains(&UsageGroup::Day) { "hour / 24" } else { "0" };
    let names = [
        column(UsageGroup::Agent, "agent_id"),
        column(UsageGroup::Provider, "provider"),
        column(UsageGroup::Model, "model"),
        column(UsageGroup::User, "users.id"),
    ];
    // The names of users are looked up where they matter alone.
    let users =
        if groups.contains(&UsageGroup::User) { "JOIN subjects users ON users.number = used.subject" } else { "" };
    let grouped: Vec<&str> =
        names.iter().copied().filter(|name| *name != "''").chain((day != "0").then_some(day)).collect();
    let group_by = if grouped.is_empty() { String::new() } else { format!("GROUP BY {}", grouped.join(", ")) };
    let key = names.join(&format!(" || '{SEPARATOR}' || "));
    let [agent, provider, model, user] = names;
    format!(
        "SELECT sums.day, sums.agent, sums.provider, sums.model, sums.user_name, sums.requests, sums.errors,
            sums.input_tokens, sums.output_tokens, sums.cost_usd
        FROM (SELECT CAST({day} AS BIGINT) AS day, CAST({agent} AS TEXT) AS agent, CAST({provider} AS TEXT) AS provider,
                CAST({model} AS TEXT) AS model, CAST({user} AS TEXT) AS user_name, {key} AS key,
                CAST(COALESCE(SUM(requests), 0) AS BIGINT) AS requests,
                CAST(COALESCE(SUM(errors), 0) AS BIGINT) AS errors,
                CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens,
                CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens,
                CAST(COALESCE(SUM(cost_usd), 0) AS DOUBLE PRECISION) AS cost_usd
            FROM {USED} {users} WHERE used.hour >= $2 AND used.hour < $3 {group_by}) AS sums
        WHERE (sums.day, sums.key) < ($4, $5) ORDER BY sums.day DESC, sums.key DESC LIMIT $6"
    )
}

fn read_sum(mut row: value::Row, groups: &[UsageGroup]) -> Result<UsageSum> {
    let day = row.next_int()?;
    let mut named = |group: UsageGroup| -> Result<Option<String>> {
        let name = row.next_text()?;
        Ok(groups.contains(&group).then_some(name))
    };
    let agent_id = named(UsageGroup::Agent)?;
    let provider = named(UsageGroup::Provider)?;
    let model = named(UsageGroup::Model)?;
    let user_id = named(UsageGroup::User)?;
    Ok(UsageSum {
        agent_id,
        provider,
        model,
        user_id,
        day: groups.contains(&UsageGroup::Day).then_some(day),
        requests: row.next_int()?,
        errors: row.next_int()?,
        input_tokens: row.next_int()?,
        output_tokens: row.next_int()?,
        cost_usd: row.next_float()?,
    })
}

fn place(sum: &UsageSum) -> Cursor {
    let parts =
        [&sum.agent_id, &sum.provider, &sum.model, &sum.user_id].map(|part| part.as_deref().unwrap_or_default());
    Cursor { at: sum.day.unwrap_or_default(), id: parts.join(&SEPARATOR.to_string()) }
}
