//! Providers, models and usage: what each operation of the group `inference` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Viewer};
    &[
        ("inference.list_providers", Needs(Viewer, Scope::InferenceRead)),
        ("inference.get_provider", Needs(Viewer, Scope::InferenceRead)),
        ("inference.check_provider", Needs(Admin, Scope::InferenceWrite)),
        ("inference.list_models", Needs(Viewer, Scope::InferenceRead)),
        ("inference.usage", Needs(Viewer, Scope::InferenceRead)),
    ]
};
