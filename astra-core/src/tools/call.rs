//! The call of a tool, within bounds of time and length. Whatever goes wrong is a result for the model.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::registered::RegisteredTool;
use super::tool::{ToolContext, ToolOutput};
use crate::config::ToolsConfig;
use crate::content::{ToolCall, without_nul};

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answer; if the tool failed, why.
    pub content: String,
    /// Whether it failed.
    pub is_error: bool,
}

/// The bounds of a call.
#[derive(Debug, Clone, Copy)]
pub struct CallLimits {
    /// The longest time of a tool that says nothing of it.
    timeout: Duration,
    /// Most bytes of an answer that a model is given.
    result_bytes: usize,
}

impl From<&ToolsConfig> for CallLimits {
    fn from(config: &ToolsConfig) -> Self {
        Self { timeout: Duration::from_secs(config.timeout_s), result_bytes: config.result_bytes }
    }
}

impl CallLimits {
    /// Calls `tool` as a model asks for it, if its arguments fit.
    pub async fn call(&self, tool: &RegisteredTool, call: &ToolCall, context: &ToolContext) -> Outcome {
        match tool.arguments(call) {
            Ok(arguments) => self.run(tool, arguments, context).await,
            Err(fault) => Outcome::failed(fault),
        }
    }

    /// Calls `tool` with arguments that fit.
    pub async fn run(&self, tool: &RegisteredTool, arguments: &Map<String, Value>, context: &ToolContext) -> Outcome {
        let limit = tool.timeout.unwrap_or(self.timeout);
        // A tool may panic before it has a future, too.
        let call = AssertUnwindSafe(async { tool.tool.call(arguments, context).await }).catch_unwind();
        match timeout(limit, call).await {
            Ok(Ok(Ok(output))) => self.text(output),
            Ok(Ok(Err(fault))) => Outcome::failed(self.cut(without_nul(fault.message))),
            Ok(Err(_)) => {
                tracing::error!(tool.name = tool.name(), "a tool panicked");
                Outcome::failed("The tool failed.".to_owned())
            }
            Err(_) => Outcome::failed(format!("The tool did not answer within {} s.", limit.as_secs_f64())),
        }
    }

    /// The answer as text, cut where it is too long.
    fn text(&self, output: ToolOutput) -> Outcome {
        let mut content = output.content;
        let length = content.len();
        if length > self.result_bytes {
            // What is cut off is given back.
            content = content[..self.result_bytes].to_vec();
            if let Err(fault) = std::str::from_utf8(&content)
                && fault.error_len().is_none()
            {
                content.truncate(fault.valid_up_to());
            }
        }
        let Ok(text) = String::from_utf8(content) else {
            return Outcome::failed("The tool answered with bytes that are no text in UTF-8.".to_owned());
        };
        if text.contains('\0') {
            return Outcome::failed("The tool answered with a NUL, which no text has.".to_owned());
        }
        Outcome { content: marked(text, length), is_error: false }
    }

    pub(super) fn cut(&self, mut text: String) -> String {
        let length = text.len();
        text.truncate(text.floor_char_boundary(self.result_bytes));
        text.shrink_to_fit();
        marked(text, length)
    }
}

/// `text`, which says where it ends if its `length` was greater.
fn marked(mut text: String, length: usize) -> String {
    if text.len() < length {
        let kept = text.len();
        text.push_str(&format!("\n[cut: the result has {length} bytes, and these are the first {kept}]"));
    }
    text
}

impl Outcome {
    pub(super) const fn failed(content: String) -> Self {
        Self { content, is_error: true }
    }

    /// There is no such tool, or none that may be called.
    pub(super) fn missing(name: &str) -> Self {
        Self::failed(format!("There is no tool `{name}`."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CallLimits = CallLimits { timeout: Duration::from_secs(1), result_bytes: 64 << 10 };

    #[test]
    fn a_long_result_is_cut_between_characters() {
        let long = LIMITS.text("ä".repeat(LIMITS.result_bytes).as_str().into());
        assert!(!long.is_error && long.content.len() < LIMITS.result_bytes + 100);
        assert!(long.content.ends_with("ä\n[cut: the result has 131072 bytes, and these are the first 65536]"));
        let odd = CallLimits { result_bytes: 3, ..LIMITS }.text("ää".into());
        assert_eq!(odd.content, "ä\n[cut: the result has 4 bytes, and these are the first 2]");
        assert_eq!(LIMITS.text("short".into()), Outcome { content: "short".into(), is_error: false });
        assert!(LIMITS.cut("ä".repeat(LIMITS.result_bytes)).contains("[cut: "));
    }

    #[test]
    fn what_is_no_text_is_an_error() {
        for bytes in [&b"\xff"[..], b"a\0b", b"\xe4", b"\xc3"] {
            assert!(LIMITS.text(ToolOutput::bytes(bytes)).is_error, "{bytes:?}");
        }
        let mut broken = vec![b'a'; LIMITS.result_bytes * 2];
        broken[100] = 0xff;
        assert!(LIMITS.text(ToolOutput::bytes(broken)).is_error);
    }
}
