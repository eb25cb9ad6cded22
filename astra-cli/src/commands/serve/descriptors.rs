//! File descriptors: as many as the system lets this process have, and no more connections than they are enough for.

use astra_core::config::LimitsConfig;

/// What is not for connections: the store, the log, files, connections to the outside that are kept.
const RESERVED: u64 = 128;
/// A client's connection, and the call to a model's provider that its turn makes.
const PER_CONNECTION: u64 = 2;

/// Raises the process's limit of open files, and lowers `limits.connections` to what it is enough for; what it was lowered
/// to, if it was.
pub(super) fn fit(limits: &mut LimitsConfig) -> Option<u32> {
    let connections = u32::try_from(connections(open_files()?)).ok().filter(|fitting| *fitting < limits.connections)?;
    limits.connections = connections;
    Some(connections)
}

/// How many connections `open_files` descriptors are enough for.
const fn connections(open_files: u64) -> u64 {
    let connections = open_files.saturating_sub(RESERVED) / PER_CONNECTION;
    if connections == 0 { 1 } else { connections }
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
            assert_eq!(connections(open_files), expected, "{open_files}");
        }
    }
}
