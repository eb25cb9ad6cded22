//! Which tools an agent's model may call: what is denied, what is allowed, what needs a person's approval.

use super::name::matches;
use super::read_skill::READ_SKILL;

/// What is said of a call before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl Policy<'_> {
    /// Whether the tool `name` may be called. What is denied is denied whatever else is said of it, and what is allowed
    /// nowhere is denied too.
    #[must_use]
    pub fn decide(&self, name: &str) -> Decision {
        let names = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        let is_allowed = if name == READ_SKILL { self.reads_skills } else { names(self.allow) };
        if names(self.deny) || !is_allowed {
            Decision::Denied
        } else if names(self.require_approval) {
            Decision::NeedsApproval
        } else {
            Decision::Allowed
        }
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
            Policy { allow: &allow, deny: &deny, require_approval: &require_approval, reads_skills: false }.decide(name)
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
}
