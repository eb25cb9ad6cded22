//! Liveness and readiness: what each operation of the group `health` needs.

use super::needs::Access;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Public;
    &[("health.get", Public), ("health.live", Public), ("health.ready", Public)]
};
