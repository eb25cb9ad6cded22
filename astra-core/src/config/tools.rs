//! The section `tools`: what models may call.

use serde::{Deserialize, Serialize};

/// Longest time-out of a tool's call, in seconds.
const TIMEOUT_MAX_S: u64 = 600;
/// Fewest bytes of a tool's answer that are of use.
const RESULT_BYTES_MIN: usize = 256;
/// Most bytes of a tool's answer that a model is given, whatever is configured.
const RESULT_BYTES_MAX: usize = 1 << 20;

/// What models may call.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolsConfig {
    /// Longest time of a call of a tool that says nothing of it, in seconds.
    pub timeout_s: u64,
    /// Most bytes of a tool's answer that a model is given; what is longer is cut.
    pub result_bytes: usize,
    /// Whether there is the tool `http_fetch`, which reads pages of the web, within the bounds of `outbound`.
    pub http_fetch: bool,
    /// What the programs of MCP servers inherit of the host program's environment, by name: `PATH` and `HOME`. It is no key of
    /// a configuration file; without `PATH` the usual folders are searched.
    #[serde(skip)]
    pub program_environment: Vec<(String, String)>,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self { timeout_s: 30, result_bytes: 64 << 10, http_fetch: false, program_environment: Vec::new() }
    }
}

impl ToolsConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(1..=TIMEOUT_MAX_S).contains(&self.timeout_s) {
            refuse("tools.timeout_s", format!("must lie between 1 and {TIMEOUT_MAX_S}"));
        }
        if !(RESULT_BYTES_MIN..=RESULT_BYTES_MAX).contains(&self.result_bytes) {
            refuse("tools.result_bytes", format!("must lie between {RESULT_BYTES_MIN} and {RESULT_BYTES_MAX}"));
        }
    }
}
