//! What a definition may say, wherever it comes from: a caller, a file, the configuration.

use std::sync::Arc;

use crate::content::{METADATA_BYTES_MAX, is_too_large};
use crate::engine::agent::{AgentBudget, AgentDefinition, AgentModel, AgentSpawn, AgentTools};
use crate::engine::prompt;
use crate::provider::Registry;
use crate::skills::Skills;
use crate::store::{WorkspaceId, is_borrowed};
use crate::text::shorten;
use crate::tools::{Tools, pattern_fault};

/// Most characters of a display name.
const NAME_MAX: usize = 128;
/// Most characters of a provider's or a model's name.
const MODEL_MAX: usize = 256;
/// Most second choices of a model.
const FALLBACKS_MAX: usize = 8;
/// Most skills of an agent.
const SKILLS_MAX: usize = 64;
/// Most entries of a list of tools.
const TOOLS_MAX: usize = 128;
/// Most entries of the list of agents that an agent may ask.
const SPAWN_AGENTS_MAX: usize = 64;
/// Deepest chain of agents that ask agents.
const SPAWN_DEPTH_MAX: u32 = 3;
/// Most rounds of tool calls of a turn.
const ROUNDS_MAX: u32 = 20;
/// Minutes of a year.
const IDLE_MAX: u32 = 525_600;

/// What is wrong with a definition: a JSON Pointer into it, and words.
pub type Fault = (String, String);

/// Ids that would hide the agent behind an operation on all agents.
const RESERVED: [&str; 2] = ["import", "reload"];

/// What is wrong with `id` as the id of an agent, which is `[a-z0-9][a-z0-9_-]{0,63}`.
#[must_use]
pub fn id_fault(id: &str) -> Option<&'static str> {
    if RESERVED.contains(&id) || is_borrowed(id) {
        return Some("is reserved: choose another id");
    }
    (!is_slug(id)).then_some("is no id: use a-z, 0-9, _ and -, a letter or digit first, 64 at most")
}

fn is_slug(id: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| is_letter(byte) || matches!(byte, b'_' | b'-'))
        && id.bytes().next().is_some_and(is_letter)
}

/// What definitions may name: what a gateway has.
#[derive(Clone)]
pub struct Known {
    /// The providers of models.
    pub providers: Arc<Registry>,
    /// The tools.
    pub tools: Arc<Tools>,
    /// The skills on disk.
    pub skills: Arc<Skills>,
}

/// All that is wrong with `definition` in a gateway that has what is `known`, for an agent of `workspace`; `None` is the first
/// workspace, before the store is open.
#[must_use]
pub fn check(definition: &AgentDefinition, workspace: Option<&WorkspaceId>, known: &Known) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |pointer: &str, detail: String| faults.push((pointer.to_owned(), detail));
    if let Some(name) = &definition.display_name
        && (name.trim().is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control))
    {
        refuse("/display_name", format!("must be one line of 1 to {NAME_MAX} characters"));
    }
    if definition.system_prompt.len() > prompt::BYTES_MAX {
        let length = definition.system_prompt.len();
        refuse("/system_prompt", format!("has {length} bytes in UTF-8; at most {} are allowed", prompt::BYTES_MAX));
    } else if definition.system_prompt.contains('\0') {
        refuse("/system_prompt", "must not hold a NUL".into());
    } else if let Some(fault) = prompt::fault(&definition.system_prompt) {
        refuse("/system_prompt", fault);
    }
    check_model(&definition.model, &known.providers, &mut refuse);
    if definition.session.idle_timeout_min.is_some_and(|minutes| !(1..=IDLE_MAX).contains(&minutes)) {
        refuse("/session/idle_timeout_min", format!("must lie between 1 and {IDLE_MAX}"));
    }
    if definition.session.daily_reset_hour.is_some_and(|hour| hour > 23) {
        refuse("/session/daily_reset_hour", "must lie between 0 and 23".into());
    }
    check_budget(&definition.budget, &mut refuse);
    check_tools(&definition.tools, &known.tools, &mut refuse);
    check_skills(&definition.skills, workspace, &known.skills, &mut refuse);
    check_spawn(&definition.spawn, &mut refuse);
    if is_too_large(&definition.metadata) {
        refuse("/metadata", format!("must have at most {METADATA_BYTES_MAX} bytes as JSON"));
    }
    faults
}

fn check_model(model: &AgentModel, providers: &Registry, refuse: &mut impl FnMut(&str, String)) {
    let mut check_choice = |at: &str, provider: &str, name: Option<&str>| {
        if !providers.has(provider) {
            refuse(&format!("{at}/provider"), format!("no provider `{provider}` is configured in this gateway"));
        }
        let is_good =
            |name: &str| (1..=MODEL_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if name.is_some_and(|name| !is_good(name)) {
            refuse(&format!("{at}/model"), format!("must be one line of 1 to {MODEL_MAX} characters"));
        }
    };
    check_choice("/model", &model.provider, model.model.as_deref());
    for (place, fallback) in model.fallbacks.iter().enumerate() {
        check_choice(&format!("/model/fallbacks/{place}"), &fallback.provider, fallback.model.as_deref());
    }
    if model.fallbacks.len() > FALLBACKS_MAX {
        refuse("/model/fallbacks", format!("must have at most {FALLBACKS_MAX} items"));
    }
    if model.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        refuse("/model/temperature", "must lie between 0 and 2".into());
    }
    if model.max_output_tokens == Some(0) {
        refuse("/model/max_output_tokens", "must be at least 1".into());
    }
    if model.max_context_tokens == Some(0) {
        refuse("/model/max_context_tokens", "must be at least 1".into());
    }
}

fn check_skills(
    ids: &[String],
    workspace: Option<&WorkspaceId>,
    skills: &Skills,
    refuse: &mut impl FnMut(&str, String),
) {
    if ids.is_empty() {
        return;
    }
    if ids.len() > SKILLS_MAX {
        refuse("/skills", format!("must have at most {SKILLS_MAX} items"));
    }
    let known = workspace.map_or_else(|| Some(skills.present()), |workspace| skills.of(workspace)).unwrap_or_default();
    for (place, id) in ids.iter().enumerate() {
        if !known.contains_key(id) {
            let names: Vec<&str> = known.keys().take(SKILLS_MAX).map(String::as_str).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            refuse(&format!("/skills/{place}"), format!("there is no skill `{}`; there are: {names}", shorten(id)));
        } else if ids[..place].contains(id) {
            refuse(&format!("/skills/{place}"), format!("names the skill `{id}` a second time"));
        }
    }
}

/// The agents need not be there: those of a folder name each other.
fn check_spawn(spawn: &AgentSpawn, refuse: &mut impl FnMut(&str, String)) {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'*');
    let fault = |id: &str| {
        let is_good = (1..=64).contains(&id.len()) && id.bytes().all(is_letter);
        (!is_good).then(|| "is no id and no pattern: use a-z, 0-9, _ and -, and * for any text, 64 at most".to_owned())
    };
    check_names("/spawn/allowed_agents", &spawn.allowed_agents, SPAWN_AGENTS_MAX, fault, refuse);
    if !(1..=SPAWN_DEPTH_MAX).contains(&spawn.max_depth) {
        refuse("/spawn/max_depth", format!("must lie between 1 and {SPAWN_DEPTH_MAX}"));
    }
}

fn check_tools(policy: &AgentTools, tools: &Tools, refuse: &mut impl FnMut(&str, String)) {
    // What is denied need not be there: it may come later.
    let deny_fault = |name: &str| pattern_fault(name).map(str::to_owned);
    check_names("/tools/allow", &policy.allow, TOOLS_MAX, |name| tools.allow_fault(name), refuse);
    check_names("/tools/deny", &policy.deny, TOOLS_MAX, deny_fault, refuse);
    check_names("/tools/require_approval", &policy.require_approval, TOOLS_MAX, deny_fault, refuse);
    if !(1..=TOOLS_MAX).contains(&policy.in_prompt()) {
        refuse("/tools/max_in_prompt", format!("must lie between 1 and {TOOLS_MAX}"));
    }
    if !(1..=ROUNDS_MAX).contains(&policy.max_rounds) {
        refuse("/tools/max_rounds", format!("must lie between 1 and {ROUNDS_MAX}"));
    }
}

/// Checks a list of at most `most` names and patterns.
fn check_names(
    at: &str,
    names: &[String],
    most: usize,
    fault: impl Fn(&str) -> Option<String>,
    refuse: &mut impl FnMut(&str, String),
) {
    if names.len() > most {
        refuse(at, format!("must have at most {most} items"));
    }
    for (place, name) in names.iter().enumerate() {
        let pointer = format!("{at}/{place}");
        if let Some(fault) = fault(name) {
            refuse(&pointer, fault);
        } else if names[..place].contains(name) {
            refuse(&pointer, format!("names `{name}` a second time"));
        }
    }
}

fn check_budget(budget: &AgentBudget, refuse: &mut impl FnMut(&str, String)) {
    let tokens = [
        ("/budget/max_tokens_per_turn", budget.max_tokens_per_turn.map(u64::from)),
        ("/budget/tokens_per_hour", budget.tokens_per_hour),
        ("/budget/tokens_per_day", budget.tokens_per_day),
    ];
    for (pointer, tokens) in tokens {
        if tokens.is_some_and(|tokens| tokens == 0 || tokens > 1 << 53) {
            refuse(pointer, "must lie between 1 and 2^53".into());
        }
    }
    if budget.max_tool_calls_per_turn.is_some_and(|calls| calls == 0 || calls > AgentBudget::TOOL_CALLS_MAX) {
        refuse("/budget/max_tool_calls_per_turn", format!("must lie between 1 and {}", AgentBudget::TOOL_CALLS_MAX));
    }
    let costs = [
        ("/budget/max_cost_usd_per_turn", budget.max_cost_usd_per_turn),
        ("/budget/cost_usd_per_day", budget.cost_usd_per_day),
    ];
    for (pointer, cost) in costs {
        if cost.is_some_and(|cost| !cost.is_finite() || cost <= 0.0) {
            refuse(pointer, "must be more than 0".into());
        }
    }
}
