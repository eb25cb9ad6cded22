//! Tools: what each operation of the group `tools` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Member, Viewer};
    &[
        ("tools.list", Needs(Viewer, Scope::ToolsRead)),
        ("tools.get", Needs(Viewer, Scope::ToolsRead)),
        ("tools.invoke", Needs(Member, Scope::ToolsWrite)),
    ]
};
