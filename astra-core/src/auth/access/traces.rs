//! Traces of turns: what each operation of the group `traces` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Member, Viewer};
    &[
        ("traces.list", Needs(Member, Scope::TracesRead)),
        ("traces.get", Needs(Member, Scope::TracesRead)),
        ("traces.summary", Needs(Viewer, Scope::TracesRead)),
    ]
};
