//! The tools that agents may call: what there is, which of them an agent may call, and the call itself.

mod calculate;
mod call;
mod current_time;
mod http_fetch;
pub mod mcp;
mod memory;
mod name;
mod offered;
mod policy;
mod progress;
mod read_skill;
mod registered;
mod registry;
mod search;
mod source;
mod spawn_agent;
mod tool;

pub use call::{CallLimits, Outcome};
pub use memory::MemoryAccess;
pub use name::{ToolName, ToolPattern, is_pattern, pattern_fault};
pub use offered::Offered;
pub use policy::{Decision, Policy, PolicyAbove};
pub use progress::{ProgressSender, ToolProgress, progress_channel};
pub use read_skill::READ_SKILL;
pub use registered::{RegisteredTool, ToolOrigin};
pub use registry::{HostTools, Tools};
pub use source::ToolSource;
pub use spawn_agent::{SPAWN_AGENT, is_agent_of};
pub use tool::{BoxFuture, Tool, ToolAnnotations, ToolContext, ToolDefinition, ToolError, ToolOutput};
