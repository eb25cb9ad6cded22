//! Webhooks: what each operation of the group `webhooks` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Viewer};
    &[
        ("webhooks.list", Needs(Admin, Scope::WebhooksRead)),
        ("webhooks.create", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.list_events", Needs(Viewer, Scope::WebhooksRead)),
        ("webhooks.get", Needs(Admin, Scope::WebhooksRead)),
        ("webhooks.update", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.delete", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.test", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.rotate_secret", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.list_deliveries", Needs(Admin, Scope::WebhooksRead)),
        ("webhooks.get_delivery", Needs(Admin, Scope::WebhooksRead)),
        ("webhooks.redeliver", Needs(Admin, Scope::WebhooksWrite)),
        ("webhooks.recover", Needs(Admin, Scope::WebhooksWrite)),
    ]
};
