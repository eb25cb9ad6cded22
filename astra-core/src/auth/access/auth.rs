//! Accounts, sign-in, service accounts, tokens and keys: what each operation of the group `auth` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::{Needs, Public};
    use Role::{Admin, Owner, Viewer};
    &[
        ("auth.register", Public),
        ("auth.get_sign_in_options", Public),
        ("auth.token", Public),
        ("auth.refresh", Public),
        ("auth.jwks", Public),
        ("auth.start_oidc", Public),
        ("auth.finish_oidc", Public),
        ("auth.create_login_code", Needs(Viewer, Scope::AuthWrite)),
        ("auth.logout", Needs(Viewer, Scope::AuthWrite)),
        ("auth.me", Needs(Viewer, Scope::AuthRead)),
        ("auth.delete_account", Needs(Viewer, Scope::AuthWrite)),
        ("auth.change_password", Needs(Viewer, Scope::AuthWrite)),
        ("auth.list_sign_ins", Needs(Viewer, Scope::AuthRead)),
        ("auth.end_sign_ins", Needs(Viewer, Scope::AuthWrite)),
        ("auth.end_sign_in", Needs(Viewer, Scope::AuthWrite)),
        ("auth.list_service_accounts", Needs(Admin, Scope::AuthRead)),
        ("auth.create_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.get_service_account", Needs(Admin, Scope::AuthRead)),
        ("auth.update_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.delete_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.list_tokens", Needs(Admin, Scope::AuthRead)),
        ("auth.issue_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.rotate_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.revoke_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.list_keys", Needs(Owner, Scope::AuthRead)),
        ("auth.rotate_keys", Needs(Owner, Scope::AuthWrite)),
    ]
};
