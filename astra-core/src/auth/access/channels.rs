//! Channels: what each operation of the group `channels` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::{Needs, Public};
    use Role::{Admin, Member, Viewer};
    &[
        ("channels.list", Needs(Viewer, Scope::ChannelsRead)),
        ("channels.create", Needs(Admin, Scope::ChannelsWrite)),
        ("channels.list_platforms", Needs(Viewer, Scope::ChannelsRead)),
        ("channels.health", Needs(Viewer, Scope::ChannelsRead)),
        ("channels.get", Needs(Viewer, Scope::ChannelsRead)),
        ("channels.update", Needs(Admin, Scope::ChannelsWrite)),
        ("channels.delete", Needs(Admin, Scope::ChannelsWrite)),
        ("channels.get_health", Needs(Viewer, Scope::ChannelsRead)),
        ("channels.check", Needs(Admin, Scope::ChannelsWrite)),
        ("channels.rotate_secrets", Needs(Admin, Scope::ChannelsWrite)),
        ("channels.list_messages", Needs(Admin, Scope::ChannelsRead)),
        ("channels.create_link_code", Needs(Member, Scope::ChatSend)),
        // Each proves itself by the credential of its platform.
        ("channels.receive", Public),
        ("channels.verify", Public),
        ("channels.receive_transaction", Public),
    ]
};
