//! What all turns of a workspace together may use, enforced before the model is asked, as the quotas of agents are.

use chrono::{Datelike as _, Months, NaiveDate};

use super::budget::{QuotaWindow, amount};
use super::error::{Error, Result};
use super::known_use::{KnownUse, SAFE_SHARE};
use crate::clock::timestamp;
use crate::store::events::{QuotaExceededData, QuotaKind, QuotaScope};
use crate::store::{Rows, UsagePeriods, WorkspaceUsed};
use crate::workspace_policy::WorkspaceQuotas;

const HOUR_MS: i64 = 3_600_000;

/// The periods that quotas of a workspace are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceQuotaWindow {
    /// The hours with which they begin.
    pub periods: UsagePeriods,
    /// When the clock hour ends, in milliseconds since the epoch.
    pub hour_ends_ms: i64,
    /// When the calendar month ends, in milliseconds since the epoch.
    pub month_ends_ms: i64,
}

impl WorkspaceQuotaWindow {
    /// The periods at a time in milliseconds since the epoch.
    #[must_use]
    pub fn at(now_ms: i64) -> Self {
        let QuotaWindow { hour, first_hour_of_day, hour_ends_ms } = QuotaWindow::at(now_ms);
        let today = timestamp(now_ms).date_naive();
        let first = today.with_day(1).unwrap_or(today);
        let next = first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        let month = midnight_ms(first).div_euclid(HOUR_MS);
        let periods = UsagePeriods { hour, day: first_hour_of_day, month };
        Self { periods, hour_ends_ms, month_ends_ms: midnight_ms(next) }
    }
}

fn midnight_ms(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

/// Refuses a turn of `agent_id` if a quota of its workspace is used up. Without quotas the store is not asked, and with them not by
/// each turn of a busy workspace, as long as what is `known` is far from them.
///
/// # Errors
/// [`Error::Quota`], or the store's.
pub(super) async fn check(
    rows: &Rows,
    known: &KnownUse,
    quotas: &WorkspaceQuotas,
    agent_id: &str,
    now_ms: i64,
) -> Result<()> {
    if !quotas.apply() {
        return Ok(());
    }
    let owner = (rows.workspace().number(), None);
    if known.get(&owner, now_ms).is_some_and(|used| exceeded(quotas, &used, SAFE_SHARE).is_none()) {
        return Ok(());
    }
    let window = WorkspaceQuotaWindow::at(now_ms);
    let used = rows.usage().of_workspace(window.periods).await?;
    known.put(owner, now_ms, used);
    let Some((quota, limit, used)) = exceeded(quotas, &used, 1.0) else { return Ok(()) };
    let exceeded =
        QuotaExceededData { agent_id: agent_id.to_owned(), scope: QuotaScope::Workspace, quota, limit, used };
    Err(refusal(exceeded, &window, now_ms))
}

/// The first quota of which this share is used: which, its limit, and what was used.
fn exceeded(quotas: &WorkspaceQuotas, used: &WorkspaceUsed, share: f64) -> Option<(QuotaKind, f64, f64)> {
    let all = [
        (QuotaKind::TokensPerMonth, quotas.tokens_per_month.map(amount), amount(used.month_tokens)),
        (QuotaKind::CostUsdPerMonth, quotas.cost_usd_per_month, used.month_cost_usd),
        (QuotaKind::TokensPerDay, quotas.tokens_per_day.map(amount), amount(used.day_tokens)),
        (QuotaKind::CostUsdPerDay, quotas.cost_usd_per_day, used.day_cost_usd),
        (QuotaKind::TurnsPerDay, quotas.turns_per_day.map(amount), amount(used.day_turns)),
        (QuotaKind::TokensPerHour, quotas.tokens_per_hour.map(amount), amount(used.hour_tokens)),
    ];
    all.into_iter().find_map(|(quota, limit, used)| Some((quota, limit.filter(|limit| used >= *limit * share)?, used)))
}

fn refusal(exceeded: QuotaExceededData, window: &WorkspaceQuotaWindow, now_ms: i64) -> Error {
    let (unit, time) = exceeded.quota.words();
    let message = format!("The workspace has used its quota of {unit} in {time}, which is {}.", exceeded.limit);
    let ends_ms = match exceeded.quota {
        QuotaKind::TokensPerMonth | QuotaKind::CostUsdPerMonth => window.month_ends_ms,
        QuotaKind::TokensPerHour | QuotaKind::TokensPerDay | QuotaKind::CostUsdPerDay | QuotaKind::TurnsPerDay => {
            window.hour_ends_ms
        }
    };
    let retry_after_s = u64::try_from((ends_ms - now_ms) / 1000 + 1).unwrap_or(1);
    Error::Quota { exceeded: Box::new(exceeded), message, retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        chrono::DateTime::parse_from_rfc3339(text).expect("a time").timestamp_millis()
    }

    #[test]
    fn a_month_is_that_of_the_calendar() {
        for (now, first, next) in [
            ("2026-11-23T21:07:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2028-02-01T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ] {
            let window = WorkspaceQuotaWindow::at(ms(now));
            assert_eq!((window.periods.month * HOUR_MS, window.month_ends_ms), (ms(first), ms(next)), "{now}");
        }
    }

    #[test]
    fn the_quota_that_lasts_longest_is_said_first() {
        let quotas =
            WorkspaceQuotas { tokens_per_hour: Some(5), tokens_per_month: Some(50), ..WorkspaceQuotas::default() };
        let used = |hour_tokens, month_tokens| WorkspaceUsed { hour_tokens, month_tokens, ..WorkspaceUsed::default() };
        let kind = |used: &WorkspaceUsed| exceeded(&quotas, used, 1.0).map(|(kind, ..)| kind);
        assert_eq!(kind(&used(4, 49)), None);
        assert_eq!(kind(&used(5, 49)), Some(QuotaKind::TokensPerHour));
        assert_eq!(kind(&used(5, 50)), Some(QuotaKind::TokensPerMonth));
    }
}
