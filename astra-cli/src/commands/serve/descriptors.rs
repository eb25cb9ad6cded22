//! File descriptors: as many as the system lets this process have, and no more connections and turns than they are enough
//! for.

use astra_core::config::LimitsConfig;

/// What is not for connections: the store, the log, files, connections to the outside that are kept.
const RESERVED: u64 = 128;
/// Raises the process's limit of open files, and lowers `limits.connections` and `limits.turns` to what it is enough for:
/// a client's connection is one descriptor, and the call of a turn to a model's provider is another, which may outlive it.
/// What they were lowered to, if one was.
pub(super) fn fit(limits: &mut LimitsConfig) -> Option<u32> {
    let half = u32::try_from(half(open_files()?)).ok()?;
    let is_lowered = half < limits.connections.max(limits.turns);
    limits.connections = limits.connections.min(half);
    limits.turns = limits.turns.min(half);
    is_lowered.then_some(half)
}

/// Half of the descriptors that are not reserved.
const fn half(open_files: u64) -> u64 {
    let half = open_files.saturating_sub(RESERVED) / 2;
    if half == 0 { 1 } else { half }
}

/// The limit of open files, raised as far as it can be; `None` if it cannot be known.
#[cfg(unix)]
fn open_files() -> Option<u64> {
    use rlimit::Resource;
    let raised = rlimit::increase_nofile_limit(u64::MAX);
    raised.or_else(|_| Resource::NOFILE.get().map(|(soft, _)| soft)).ok()
}

#[cfg(not(unix))]
const fn open_files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_store_and_for_calls() {
        for (open_files, expected) in [(1_024, 448), (1_048_576, 524_224), (130, 1), (16, 1)] {
            assert_eq!(half(open_files), expected, "{open_files}");
        }
    }
}
