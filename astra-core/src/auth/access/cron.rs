//! Cron: what each operation of the group `cron` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member, Viewer};
    &[
        ("cron.status", Needs(Viewer, Scope::CronRead)),
        ("cron.list", Needs(Viewer, Scope::CronRead)),
        ("cron.create", Needs(Admin, Scope::CronWrite)),
        ("cron.get", Needs(Viewer, Scope::CronRead)),
        ("cron.update", Needs(Admin, Scope::CronWrite)),
        ("cron.delete", Needs(Admin, Scope::CronWrite)),
        ("cron.preview", Needs(Viewer, Scope::CronRead)),
        ("cron.trigger", Needs(Member, Scope::CronWrite)),
        ("cron.list_runs", Needs(Viewer, Scope::CronRead)),
    ]
};
