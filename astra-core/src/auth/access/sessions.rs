//! Sessions and their messages: what each operation of the group `sessions` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Member;
    &[
        ("sessions.list", Needs(Member, Scope::SessionsRead)),
        ("sessions.create", Needs(Member, Scope::SessionsWrite)),
        ("sessions.get", Needs(Member, Scope::SessionsRead)),
        ("sessions.update", Needs(Member, Scope::SessionsWrite)),
        ("sessions.delete", Needs(Member, Scope::SessionsWrite)),
        ("sessions.list_messages", Needs(Member, Scope::SessionsRead)),
        ("sessions.reset", Needs(Member, Scope::SessionsWrite)),
        ("sessions.fork", Needs(Member, Scope::SessionsWrite)),
        ("sessions.context", Needs(Member, Scope::SessionsRead)),
        ("sessions.compact", Needs(Member, Scope::SessionsWrite)),
        ("sessions.events", Needs(Member, Scope::SessionsRead)),
    ]
};
