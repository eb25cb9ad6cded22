//! What binds a turn that another one has begun: the agents above it, and what is left of their budgets.

use serde::{Deserialize, Serialize};

use crate::engine::agent::{AgentBudget, AgentDefinition, AgentSpawn};
use crate::engine::budget::Spent;
use crate::ids::TurnId;
use crate::store::Turn;
use crate::tools::{PolicyAbove, is_agent_of};

/// Deepest chain of agents that ask agents, whatever they say.
const DEPTH_MAX: u32 = 3;

/// What binds a turn that another one has begun. It is kept with a turn that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spawned {
    /// The turn that has begun it.
    pub(super) parent: TurnId,
    /// The agent that a caller has asked: what all turns below it use is charged to it.
    pub(super) charged_agent: String,
    /// Whether it runs in the place of the turn that has begun it, where the limits have no place for another one.
    #[serde(skip)]
    pub(super) is_in_parents_place: bool,
    /// How many turns are above it.
    depth: u32,
    /// Of the agents above it, the one that a caller has asked first: the tools, ...
    policies: Vec<PolicyAbove>,
    /// ... and the agents that they may ask.
    spawns: Vec<AgentSpawn>,
    /// What is left for it of the budget above.
    max_tokens: Option<u32>,
    max_cost_usd: Option<f64>,
    max_tool_calls: Option<u32>,
}

impl Spawned {
    /// What binds each of the `count` turns that `turn` of `agent` is about to begin together: they share what it has not spent.
    /// It is bound itself by what is `above`.
    pub(super) fn below(turn: &Turn, agent: &AgentDefinition, above: Option<&Self>, spent: Spent, count: u32) -> Self {
        let budget = within(above, agent.budget);
        let count = count.max(1);
        let (mut policies, mut spawns) = (Vec::new(), Vec::new());
        if let Some(above) = above {
            policies.clone_from(&above.policies);
            spawns.clone_from(&above.spawns);
        }
        policies.push(agent.tools.policy_above());
        spawns.push(agent.spawn.clone());
        Self {
            parent: turn.id,
            charged_agent: above.map_or(&turn.agent_id, |above| &above.charged_agent).clone(),
            is_in_parents_place: false,
            depth: depth(above) + 1,
            policies,
            spawns,
            max_tokens: budget.max_tokens_per_turn.map(|most| most.saturating_sub(spent.tokens) / count),
            max_tool_calls: budget.max_tool_calls_per_turn.map(|most| most.saturating_sub(spent.calls) / count),
            max_cost_usd: budget.max_cost_usd_per_turn.map(|most| (most - spent.cost_usd).max(0.0) / f64::from(count)),
        }
    }

    /// The policies of the agents above.
    pub(super) fn policies(&self) -> &[PolicyAbove] {
        &self.policies
    }

    /// Whether all agents above the new turn may ask the agent `id`.
    pub(super) fn may_be(&self, id: &str) -> bool {
        self.spawns.iter().all(|spawn| is_agent_of(&spawn.allowed_agents, id))
    }
}

/// The budget of a turn of an agent that has `budget`, below the turns that bind it.
pub(super) fn within(above: Option<&Spawned>, budget: AgentBudget) -> AgentBudget {
    let Some(above) = above else { return budget };
    AgentBudget {
        max_tokens_per_turn: least(budget.max_tokens_per_turn, above.max_tokens, u32::min),
        max_cost_usd_per_turn: least(budget.max_cost_usd_per_turn, above.max_cost_usd, f64::min),
        max_tool_calls_per_turn: least(budget.max_tool_calls_per_turn, above.max_tool_calls, u32::min),
        ..budget
    }
}

/// Whether a turn of an agent that says `own` may begin turns.
pub(super) fn may_spawn(own: &AgentSpawn, above: Option<&Spawned>) -> bool {
    let deepest = above.map_or(&[][..], |above| &above.spawns).iter().chain([own]).map(|spawn| spawn.max_depth).min();
    depth(above) < deepest.unwrap_or(0).min(DEPTH_MAX)
}

fn depth(above: Option<&Spawned>) -> u32 {
    above.map_or(0, |above| above.depth)
}

fn least<T: Copy>(one: Option<T>, other: Option<T>, min: impl Fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(min(one, other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spawn(agents: &[&str], max_depth: u32) -> AgentSpawn {
        AgentSpawn { allowed_agents: agents.iter().map(|&id| id.to_owned()).collect(), max_depth }
    }

    fn below(spawns: &[AgentSpawn], max_tokens: Option<u32>) -> Spawned {
        Spawned {
            parent: TurnId::from_key(1),
            charged_agent: "first".to_owned(),
            is_in_parents_place: false,
            depth: u32::try_from(spawns.len()).expect("few"),
            policies: Vec::new(),
            spawns: spawns.to_vec(),
            max_tokens,
            max_cost_usd: None,
            max_tool_calls: None,
        }
    }

    #[test]
    fn the_smallest_depth_of_the_chain_holds() {
        let deep = |depths: &[u32]| depths.iter().map(|depth| spawn(&["*"], *depth)).collect::<Vec<_>>();
        let may = |above: &[u32], own: u32| match above {
            [] => may_spawn(&spawn(&["*"], own), None),
            above => may_spawn(&spawn(&["*"], own), Some(&below(&deep(above), None))),
        };
        assert!(may(&[], 1) && may(&[], 3));
        assert!(!may(&[1], 3) && !may(&[3], 1) && may(&[2], 2) && may(&[3], 2));
        assert!(!may(&[3, 3], 2) && !may(&[2, 3], 3) && may(&[3, 3], 3));
        assert!(!may(&[9, 9, 9], 9), "at most three in all");
    }

    #[test]
    fn an_agent_may_be_asked_that_all_above_may_ask() {
        let chain = below(&[spawn(&["crm-*", "search"], 3), spawn(&["crm-read", "search-all", "*-write"], 3)], None);
        let may = |id: &str| chain.may_be(id);
        assert!(may("crm-read") && may("crm-write") && !may("crm-delete") && !may("search") && !may("search-all"));
    }

    #[test]
    fn the_smaller_budget_holds() {
        let own = |tokens| AgentBudget { max_tokens_per_turn: tokens, ..AgentBudget::default() };
        let most = |above, tokens| within(Some(&below(&[], above)), own(tokens)).max_tokens_per_turn;
        assert_eq!(
            [most(Some(5), Some(9)), most(Some(9), Some(5)), most(None, Some(5)), most(Some(9), None)],
            [Some(5), Some(5), Some(5), Some(9)]
        );
        assert_eq!(within(None, own(Some(7))), own(Some(7)));
    }
}
