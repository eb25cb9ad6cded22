//! Turns: what each operation of the group `chat` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Member;
    &[
        ("chat.send", Needs(Member, Scope::ChatSend)),
        ("chat.stream", Needs(Member, Scope::ChatSend)),
        ("chat.get_turn", Needs(Member, Scope::ChatSend)),
        ("chat.resume", Needs(Member, Scope::ChatSend)),
        ("chat.connect", Needs(Member, Scope::ChatSend)),
        ("chat.cancel", Needs(Member, Scope::ChatSend)),
        ("chat.submit_results", Needs(Member, Scope::ChatSend)),
        ("chat.presence", Needs(Member, Scope::ChatSend)),
        ("chat.completions", Needs(Member, Scope::ChatSend)),
        ("chat.list_models", Needs(Member, Scope::ChatSend)),
        ("chat.get_model", Needs(Member, Scope::ChatSend)),
    ]
};
