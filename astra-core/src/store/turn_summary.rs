//! The summary of a workspace's turns over a time: of what is summed up by hour, and of the turns that are not yet.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::error::Result;
use super::page::{Cursor, Page, PageRequest};
use super::traces::Traces;
use super::turn_hours::TurnSum;
use super::tx::Tx;
use crate::params;

/// Which turns are summed up, and how they are grouped.
#[derive(Debug, Clone)]
pub struct SummaryRequest {
    /// Those that began in this hour since the epoch or later, ...
    pub from_hour: i64,
    /// ... and before this one.
    pub to_hour: i64,
    /// Only those of this agent.
    pub agent_id: Option<String>,
    /// Whether agents are distinguished.
    pub by_agent: bool,
    /// Whether hours are distinguished.
    pub by_hour: bool,
}

/// Hour and agent of a group, as far as they are distinguished.
pub type SummaryGroup = (Option<i64>, Option<String>);

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnSummary {
    /// All turns of the time.
    pub total: TurnSum,
    /// The groups of a page, newest hour first.
    pub groups: Page<(SummaryGroup, TurnSum)>,
}

/// The order of the groups: newest hour first, then by agent.
type Key = (Reverse<i64>, String);

/// The sums of a page's groups; those that come after the page are dropped as soon as they are known to.
struct Groups<'a> {
    request: &'a SummaryRequest,
    page: &'a PageRequest,
    after: Option<Key>,
    total: TurnSum,
    sums: BTreeMap<Key, TurnSum>,
}

impl Groups<'_> {
    /// The sum of the group of `hour` and `agent`; `None` if the page has no such group.
    fn of(&mut self, hour: i64, agent: String) -> Option<&mut TurnSum> {
        let hour = if self.request.by_hour { hour } else { 0 };
        let key = (Reverse(hour), if self.request.by_agent { agent } else { String::new() });
        if self.after.as_ref().is_some_and(|after| key <= *after) {
            return None;
        }
        // One more than the page has, by which it is known that there are more.
        let is_full = self.sums.len() > usize::try_from(self.page.limit).unwrap_or(usize::MAX);
        if is_full && !self.sums.contains_key(&key) {
            if self.sums.last_key_value().is_none_or(|(last, _)| key > *last) {
                return None;
            }
            self.sums.pop_last();
        }
        Some(self.sums.entry(key).or_default())
    }

    fn finish(self) -> TurnSummary {
        let place = |((Reverse(hour), agent), _): &(Key, TurnSum)| Cursor { at: *hour, id: agent.clone() };
        let SummaryRequest { by_agent, by_hour, .. } = *self.request;
        let page = Page::cut(self.sums.into_iter().collect(), self.page, place);
        let groups =
            page.map(|((Reverse(hour), agent), sum)| ((by_hour.then_some(hour), by_agent.then_some(agent)), sum));
        TurnSummary { total: self.total, groups }
    }
}

impl Traces<'_> {
    /// Sums up the turns that have ended, page by page; what a page says is true of one moment.
    pub async fn summary(self, request: SummaryRequest, page: PageRequest) -> Result<TurnSummary> {
        let rows = self.0;
        rows.list(move |tx| {
            let after = page.after.as_ref().map(|cursor| (Reverse(cursor.at), cursor.id.clone()));
            let (total, sums) = (TurnSum::default(), BTreeMap::new());
            let mut groups = Groups { request: &request, page: &page, after, total, sums };
            add_hours(tx, &request, &mut groups)?;
            add_turns(tx, &request, &mut groups)?;
            Ok(groups.finish())
        })
        .await
    }
}

/// Adds what is summed up by hour.
fn add_hours(tx: &mut Tx<'_>, request: &SummaryRequest, groups: &mut Groups<'_>) -> Result<()> {
    let sql = "SELECT hour, agent_id, completed, failed, cancelled, interrupted, durations FROM turn_hours
        WHERE workspace_id = $1 AND hour >= $2 AND hour < $3 AND ($4 = '' OR agent_id = $4) ORDER BY hour DESC, agent_id";
    let agent = request.agent_id.as_deref().unwrap_or_default();
    tx.each(sql, params![request.from_hour, request.to_hour, agent], &mut |mut row| {
        let (hour, agent) = (row.next_int()?, row.next_text()?);
        let mut sum = TurnSum::default();
        sum.add_row(&mut row)?;
        groups.total.merge(&sum);
        if let Some(group) = groups.of(hour, agent) {
            group.merge(&sum);
        }
        Ok(true)
    })
}

/// Adds the turns that are not summed up yet.
fn add_turns(tx: &mut Tx<'_>, request: &SummaryRequest, groups: &mut Groups<'_>) -> Result<()> {
    let sql = "SELECT turn_hour, agent_id, turn_status, turn_us FROM usage_entries
        WHERE workspace_id = $1 AND turn_hour >= $2 AND turn_hour < $3 AND ($4 = '' OR agent_id = $4)";
    let agent = request.agent_id.as_deref().unwrap_or_default();
    tx.each(sql, params![request.from_hour, request.to_hour, agent], &mut |mut row| {
        let (hour, agent) = (row.next_int()?, row.next_text()?);
        let (status, duration_us) = (row.next_text()?, row.next_int()?);
        groups.total.add(&status, duration_us)?;
        match groups.of(hour, agent) {
            Some(group) => group.add(&status, duration_us),
            None => Ok(()),
        }
        .map(|()| true)
    })
}
