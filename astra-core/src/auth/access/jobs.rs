//! Jobs: what each operation of the group `jobs` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Member;
    &[
        ("jobs.list", Needs(Member, Scope::JobsRead)),
        ("jobs.enqueue", Needs(Member, Scope::JobsWrite)),
        ("jobs.get", Needs(Member, Scope::JobsRead)),
        ("jobs.cancel", Needs(Member, Scope::JobsWrite)),
        ("jobs.events", Needs(Member, Scope::JobsRead)),
        ("jobs.list_results", Needs(Member, Scope::JobsRead)),
        ("jobs.list_logs", Needs(Member, Scope::JobsRead)),
        ("jobs.retry", Needs(Member, Scope::JobsWrite)),
    ]
};
