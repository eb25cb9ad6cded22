//! The OpenAPI document: what each operation of the group `spec` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Viewer;
    &[("spec.json", Needs(Viewer, Scope::SpecRead)), ("spec.yaml", Needs(Viewer, Scope::SpecRead))]
};
