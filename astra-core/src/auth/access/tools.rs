//! Tools: what each operation of the group `tools` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member, Viewer};
    &[
        ("tools.list", Needs(Viewer, Scope::ToolsRead)),
        ("tools.get", Needs(Viewer, Scope::ToolsRead)),
        ("tools.invoke", Needs(Member, Scope::ToolsWrite)),
        ("tools.list_approvals", Needs(Member, Scope::ToolsRead)),
        ("tools.approve", Needs(Admin, Scope::ToolsWrite)),
        ("tools.deny", Needs(Admin, Scope::ToolsWrite)),
    ]
};
