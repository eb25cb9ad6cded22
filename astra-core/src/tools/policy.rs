//! Which tools an agent's model may call: what is denied, what is allowed, what needs a person's approval.

use serde::{Deserialize, Serialize};

use super::name::matches;
use super::read_skill::READ_SKILL;
use super::spawn_agent::SPAWN_AGENT;

/// What is said of a call before it is made, the most lenient first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It is made.
    Allowed,
    /// It is made when a person has approved of it.
    NeedsApproval,
    /// It is not made.
    Denied,
}

/// The policy of an agent: names of tools, and patterns of names in which `*` stands for any text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy<'a> {
    /// The tools that the model may call.
    pub allow: &'a [String],
    /// Those of them that it may not.
    pub deny: &'a [String],
    /// Those that need an approval at each call.
    pub require_approval: &'a [String],
    /// Whether the agent has skills: only then there is `read_skill`, which need not be allowed.
    pub reads_skills: bool,
    /// The agents that it may ask, as ids and patterns: only with some there is `spawn_agent`, which need not be allowed.
    pub spawns: &'a [String],
    /// The policies of the agents above it, which hold beside its own.
    pub above: &'a [PolicyAbove],
}

/// The policy of an agent that has asked another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in `Policy`")]
pub struct PolicyAbove {
    pub allow: Vec<String>,
    pub deny: Vec<String>,
    pub require_approval: Vec<String>,
}

impl Policy<'_> {
    /// Whether the tool `name` may be called. What is denied is denied whatever else is said of it, and what is allowed
    /// nowhere is denied too. Of agents above each may be stricter, and none more lenient.
    #[must_use]
    pub fn decide(&self, name: &str) -> Decision {
        let is_allowed = match name {
            READ_SKILL => self.reads_skills,
            SPAWN_AGENT => !self.spawns.is_empty(),
            _ => names(self.allow, name),
        };
        let own = decide(is_allowed, self.deny, self.require_approval, name);
        self.above.iter().map(|above| above.decide(name)).fold(own, Decision::max)
    }
}

impl PolicyAbove {
    /// As [`Policy::decide`]. What an agent has by its skills, and by the agents that it may ask, is not allowed by the agents
    /// above it, and can be denied there.
    fn decide(&self, name: &str) -> Decision {
        let is_allowed = matches!(name, READ_SKILL | SPAWN_AGENT) || names(&self.allow, name);
        decide(is_allowed, &self.deny, &self.require_approval, name)
    }
}

fn names(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

fn decide(is_allowed: bool, deny: &[String], require_approval: &[String], name: &str) -> Decision {
    if names(deny, name) || !is_allowed {
        Decision::Denied
    } else if names(require_approval, name) {
        Decision::NeedsApproval
    } else {
        Decision::Allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_denied_whatever_else_is_said() {
        let lists = |allow: &[&str], deny: &[&str], ask: &[&str], name: &str| {
            let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
            let (allow, deny, require_approval) = (owned(allow), owned(deny), owned(ask));
            Policy { allow: &allow, deny: &deny, require_approval: &require_approval, ..Policy::default() }.decide(name)
        };
        for (allow, deny, ask, decision) in [
            (&[][..], &[][..], &[][..], Decision::Denied),
            (&["crm_read"], &[], &[], Decision::Allowed),
            (&["crm_*"], &[], &[], Decision::Allowed),
            (&["*"], &["crm_*"], &[], Decision::Denied),
            (&["crm_read"], &["crm_read"], &["crm_read"], Decision::Denied),
            (&["crm_read"], &["*"], &[], Decision::Denied),
            (&["*"], &[], &["*_read"], Decision::NeedsApproval),
            (&["crm_write"], &[], &["*_read"], Decision::Denied),
        ] {
            assert_eq!(lists(allow, deny, ask, "crm_read"), decision, "{allow:?} {deny:?} {ask:?}");
        }
    }

    #[test]
    fn skills_are_read_by_agents_that_have_some() {
        let every = ["*".to_owned()];
        let decide = |policy: Policy<'_>| policy.decide(READ_SKILL);
        let with = Policy { reads_skills: true, ..Policy::default() };
        assert_eq!(decide(with), Decision::Allowed);
        assert_eq!(decide(Policy { deny: &every, ..with }), Decision::Denied);
        assert_eq!(decide(Policy { require_approval: &every, ..with }), Decision::NeedsApproval);
        assert_eq!(decide(Policy { allow: &every, ..Policy::default() }), Decision::Denied);
    }

    #[test]
    fn an_agent_that_is_asked_by_another_may_do_what_both_may() {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let above = |allow: &[&str], deny: &[&str], ask: &[&str]| PolicyAbove {
            allow: list(allow),
            deny: list(deny),
            require_approval: list(ask),
        };
        let (allow, agents) = (list(&["*"]), list(&["*"]));
        let own = Policy { allow: &allow, reads_skills: true, spawns: &agents, ..Policy::default() };
        let decide = |above: &[PolicyAbove], name: &str| Policy { above, ..own }.decide(name);
        let (lenient, strict) = (above(&["*"], &[], &[]), above(&["crm_*"], &["crm_delete"], &["crm_write"]));
        for above in [&[strict.clone()][..], &[lenient.clone(), strict.clone()], &[strict.clone(), lenient.clone()]] {
            let decisions = ["crm_read", "crm_write", "crm_delete", "calculate"].map(|name| decide(above, name));
            use Decision::{Allowed, Denied, NeedsApproval};
            assert_eq!(decisions, [Allowed, NeedsApproval, Denied, Denied], "{above:?}");
        }
        // Its skills and the agents that it asks are its own.
        let decisions =
            |above: &PolicyAbove| [READ_SKILL, SPAWN_AGENT].map(|name| decide(std::slice::from_ref(above), name));
        assert_eq!(decisions(&strict), [Decision::Allowed; 2]);
        assert_eq!(decisions(&above(&[], &["*"], &[])), [Decision::Denied; 2]);
        assert_eq!(decisions(&above(&[], &[], &["*"])), [Decision::NeedsApproval; 2]);
        assert_eq!(Policy { spawns: &[], ..own }.decide(SPAWN_AGENT), Decision::Denied);
    }
}
