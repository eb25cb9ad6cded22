//! What turns may cost, enforced before the model is asked.

use serde::{Deserialize, Serialize};

use super::agent::{AgentBudget, AgentVersion};
use super::error::{Error, Failure, Result};
use super::known_use::{KnownUse, SAFE_SHARE};
use crate::config::Prices;
use crate::store::events::{QuotaExceededData, QuotaKind, QuotaScope};
use crate::store::{Rows, WorkspaceUsed};

const HOUR_MS: i64 = 3_600_000;
const HOURS_A_DAY: i64 = 24;

/// The hours of the clock that quotas are counted in, as numbers since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaWindow {
    /// This hour.
    pub hour: i64,
    /// The first of the 24 hours that count as a day; this hour is the last.
    pub first_hour_of_day: i64,
    /// When this hour ends, in milliseconds since the epoch.
    pub hour_ends_ms: i64,
}

impl QuotaWindow {
    /// The window at a time in milliseconds since the epoch.
    #[must_use]
    pub const fn at(now_ms: i64) -> Self {
        let hour = now_ms.div_euclid(HOUR_MS);
        Self { hour, first_hour_of_day: hour - HOURS_A_DAY + 1, hour_ends_ms: (hour + 1) * HOUR_MS }
    }
}

/// Refuses a turn of an agent whose hour or day is used up. An hour is a clock hour; a day is the last 24 of them. The store is not
/// asked by each turn of a busy agent, as long as what is `known` is far from its quotas.
///
/// # Errors
/// [`Error::Quota`], or the store's.
pub(super) async fn check_quotas(rows: &Rows, known: &KnownUse, agent: &AgentVersion, now_ms: i64) -> Result<()> {
    let budget = &agent.definition.budget;
    if !budget.has_quotas() {
        return Ok(());
    }
    let owner = (rows.workspace().number(), Some(agent.agent_id.clone()));
    if known.get(&owner, now_ms).is_some_and(|used| exceeded(budget, &used, SAFE_SHARE).is_none()) {
        return Ok(());
    }
    let window = QuotaWindow::at(now_ms);
    let (hour_tokens, day_tokens, day_cost_usd) =
        rows.usage().of_agent(&agent.agent_id, window.hour, window.first_hour_of_day).await?;
    let used = WorkspaceUsed { hour_tokens, day_tokens, day_cost_usd, ..WorkspaceUsed::default() };
    known.put(owner, now_ms, used);
    let Some((quota, limit, used)) = exceeded(budget, &used, 1.0) else { return Ok(()) };
    let exceeded = QuotaExceededData { agent_id: agent.agent_id.clone(), scope: QuotaScope::Agent, quota, limit, used };
    Err(refusal(exceeded, &window, now_ms))
}

/// The first quota of which this share is used: which, its limit, and what was used.
fn exceeded(budget: &AgentBudget, used: &WorkspaceUsed, share: f64) -> Option<(QuotaKind, f64, f64)> {
    let all = [
        (QuotaKind::TokensPerHour, budget.tokens_per_hour.map(amount), amount(used.hour_tokens)),
        (QuotaKind::TokensPerDay, budget.tokens_per_day.map(amount), amount(used.day_tokens)),
        (QuotaKind::CostUsdPerDay, budget.cost_usd_per_day, used.day_cost_usd),
    ];
    all.into_iter().find_map(|(quota, limit, used)| Some((quota, limit.filter(|limit| used >= *limit * share)?, used)))
}

fn refusal(exceeded: QuotaExceededData, window: &QuotaWindow, now_ms: i64) -> Error {
    let (unit, time) = exceeded.quota.words();
    let message = format!("The agent has used its quota of {unit} in {time}, which is {}.", exceeded.limit);
    let retry_after_s = u64::try_from((window.hour_ends_ms - now_ms) / 1000 + 1).unwrap_or(1);
    Error::Quota { exceeded: Box::new(exceeded), message, retry_after_s }
}

/// Tokens or turns as an amount, which is exact up to 2^53 of them.
#[expect(clippy::cast_precision_loss, reason = "nothing has used as many")]
pub(super) const fn amount(tokens: u64) -> f64 {
    tokens as f64
}

/// What the rounds of a turn have used so far.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Spent {
    /// Input and output tokens.
    pub(super) tokens: u32,
    /// US dollars.
    pub(super) cost_usd: f64,
    /// Calls of tools.
    pub(super) calls: u32,
}

impl Spent {
    /// Adds what else was used.
    pub(super) fn add(&mut self, more: Self) {
        self.tokens = self.tokens.saturating_add(more.tokens);
        self.cost_usd += more.cost_usd;
        self.calls = self.calls.saturating_add(more.calls);
    }
}

/// How many tokens the answer to `input_tokens` may have within what is left of the budget of one turn, at most `wanted`.
///
/// # Errors
/// A [`Failure`] of the code `quota_exceeded` if there is room for none.
pub(super) fn output_allowance(
    budget: &AgentBudget,
    prices: Option<Prices>,
    spent: &Spent,
    input_tokens: u32,
    wanted: Option<u32>,
) -> std::result::Result<Option<u32>, Failure> {
    let mut allowance = wanted;
    let mut limit = |tokens: u32| allowance = Some(allowance.map_or(tokens, |allowance| allowance.min(tokens)));
    if let Some(tokens) = budget.max_tokens_per_turn {
        limit(tokens.saturating_sub(spent.tokens).saturating_sub(input_tokens));
    }
    if let (Some(cost_usd), Some(prices)) = (budget.max_cost_usd_per_turn, prices) {
        let left_usd = cost_usd - spent.cost_usd - f64::from(input_tokens) * prices.input_usd_per_million / 1e6;
        if left_usd <= 0.0 {
            limit(0);
        } else if prices.output_usd_per_million > 0.0 {
            limit(whole_tokens(left_usd * 1e6 / prices.output_usd_per_million));
        }
    }
    match allowance {
        Some(0) => Err(Failure::new(
            "quota_exceeded",
            format!("The conversation's {input_tokens} tokens leave no room in the budget of one turn."),
        )),
        allowance => Ok(allowance),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of the type before")]
fn whole_tokens(tokens: f64) -> u32 {
    tokens.floor().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: Prices = Prices {
        input_usd_per_million: 1.0,
        output_usd_per_million: 2.0,
        cached_input_usd_per_million: None,
        cache_write_usd_per_million: None,
    };

    const NONE: Spent = Spent { tokens: 0, cost_usd: 0.0, calls: 0 };

    #[test]
    fn a_round_gets_what_the_ones_before_it_left() {
        let tokens = AgentBudget { max_tokens_per_turn: Some(100), ..AgentBudget::default() };
        assert_eq!(output_allowance(&tokens, None, &Spent { tokens: 30, ..NONE }, 40, None), Ok(Some(30)));
        assert!(output_allowance(&tokens, None, &Spent { tokens: 60, ..NONE }, 40, None).is_err());
        let cost = AgentBudget { max_cost_usd_per_turn: Some(0.000_1), ..AgentBudget::default() };
        let spent = Spent { cost_usd: 0.000_05, ..NONE };
        assert_eq!(output_allowance(&cost, Some(PRICES), &spent, 30, None), Ok(Some(10)));
    }

    #[test]
    fn an_answer_gets_what_the_question_left() {
        let tokens = AgentBudget { max_tokens_per_turn: Some(100), ..AgentBudget::default() };
        assert_eq!(output_allowance(&tokens, None, &NONE, 40, None), Ok(Some(60)));
        assert_eq!(output_allowance(&tokens, None, &NONE, 40, Some(10)), Ok(Some(10)));
        assert!(output_allowance(&tokens, None, &NONE, 100, None).is_err());
        assert_eq!(output_allowance(&AgentBudget::default(), None, &NONE, 40, None), Ok(None));
    }

    #[test]
    fn a_cost_is_turned_into_tokens() {
        let cost = AgentBudget { max_cost_usd_per_turn: Some(0.000_1), ..AgentBudget::default() };
        assert_eq!(output_allowance(&cost, Some(PRICES), &NONE, 50, None), Ok(Some(25)));
        assert!(output_allowance(&cost, Some(PRICES), &NONE, 100, None).is_err());
        assert_eq!(output_allowance(&cost, None, &NONE, 100, None), Ok(None));
    }
}
