//! Memory: what each operation of the group `memory` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

/// The operation that resources of MCP are read by too.
pub const GET_MEMORY: &str = "memory.get";

/// Tools of memory that a client of MCP may call itself, and the operations that do the same.
const TOOLS: [(&str, &str); 3] =
    [("graph_traverse", "memory.traverse"), ("memory_search", "memory.search"), ("memory_write", "memory.write")];

/// The operation that does the same as the tool of memory of this name.
#[must_use]
pub fn operation_of_tool(name: &str) -> Option<&'static str> {
    TOOLS.iter().find(|(tool, _)| *tool == name).map(|(_, operation)| *operation)
}

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member};
    &[
        ("memory.list", Needs(Member, Scope::MemoryRead)),
        ("memory.write", Needs(Member, Scope::MemoryWrite)),
        ("memory.get", Needs(Member, Scope::MemoryRead)),
        ("memory.update", Needs(Member, Scope::MemoryWrite)),
        ("memory.delete", Needs(Member, Scope::MemoryWrite)),
        ("memory.history", Needs(Member, Scope::MemoryRead)),
        ("memory.revert", Needs(Member, Scope::MemoryWrite)),
        ("memory.undo", Needs(Member, Scope::MemoryWrite)),
        ("memory.get_profile", Needs(Member, Scope::MemoryRead)),
        ("memory.update_profile", Needs(Member, Scope::MemoryWrite)),
        ("memory.search", Needs(Member, Scope::MemoryRead)),
        ("memory.evaluate", Needs(Admin, Scope::MemoryRead)),
        ("memory.traverse", Needs(Member, Scope::MemoryRead)),
        ("memory.propagate", Needs(Admin, Scope::MemoryWrite)),
        ("memory.export", Needs(Admin, Scope::MemoryRead)),
        ("memory.import", Needs(Admin, Scope::MemoryWrite)),
        ("memory.purge_user", Needs(Member, Scope::MemoryWrite)),
    ]
};
