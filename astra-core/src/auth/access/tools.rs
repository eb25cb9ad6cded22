//! Tools: what each operation of the group `tools` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

/// The operation that approves a call, also where it is asked for within another one.
pub const APPROVE: &str = "tools.approve";
/// The operation that denies one.
pub const DENY: &str = "tools.deny";

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member, Viewer};
    &[
        ("tools.list", Needs(Viewer, Scope::ToolsRead)),
        ("tools.get", Needs(Viewer, Scope::ToolsRead)),
        ("tools.invoke", Needs(Member, Scope::ToolsWrite)),
        ("tools.list_servers", Needs(Admin, Scope::ToolsRead)),
        ("tools.connect_server", Needs(Admin, Scope::ToolsWrite)),
        ("tools.get_server", Needs(Admin, Scope::ToolsRead)),
        ("tools.disconnect_server", Needs(Admin, Scope::ToolsWrite)),
        ("tools.list_approvals", Needs(Member, Scope::ToolsRead)),
        (APPROVE, Needs(Admin, Scope::ToolsWrite)),
        (DENY, Needs(Admin, Scope::ToolsWrite)),
    ]
};
