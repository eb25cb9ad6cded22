//! The tools that agents may call: what there is, who may call what, and the call itself.

mod current_time;
mod tool;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::clock::Clock;
use crate::content::ToolCall;
use crate::provider;

pub use tool::{Tool, ToolName};

/// Most bytes of a tool's answer that a model is given; what is longer is cut.
pub const RESULT_BYTES_MAX: usize = 64 << 10;

/// The names of the built-in tools.
pub const BUILT_IN: [&str; 1] = [current_time::NAME];

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answer; if the tool failed, why.
    pub content: String,
    /// Whether it failed.
    pub is_error: bool,
}

/// All tools, by name.
pub struct Tools {
    by_name: BTreeMap<Arc<str>, (provider::Tool, Arc<dyn Tool>)>,
}

impl Tools {
    /// The built-in tools.
    #[must_use]
    pub fn built_in(clock: &Arc<dyn Clock>) -> Self {
        let tools: [Arc<dyn Tool>; 1] = [Arc::new(current_time::CurrentTime::new(Arc::clone(clock)))];
        let entry = |tool: Arc<dyn Tool>| {
            let definition = tool.definition();
            (Arc::clone(&definition.name), (definition, tool))
        };
        Self { by_name: tools.into_iter().map(entry).collect() }
    }

    /// Whether there is a tool of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// What a model is sent of the tools in `allow`, in that order.
    #[must_use]
    pub fn offered(&self, allow: &[String]) -> Vec<provider::Tool> {
        allow.iter().filter_map(|name| self.by_name.get(name.as_str())).map(|(tool, _)| tool.clone()).collect()
    }

    /// Runs the tool that the model called, if it is one of `allow`. A tool that panics has failed.
    pub async fn call(&self, allow: &[String], call: &ToolCall) -> Outcome {
        let allowed = allow.contains(&call.name);
        let Some((_, tool)) = self.by_name.get(call.name.as_str()).filter(|_| allowed) else {
            return Outcome::failed(format!("There is no tool `{}`.", call.name));
        };
        let arguments = match call.arguments.object() {
            Ok(arguments) => arguments,
            Err(fault) => return Outcome::failed(format!("The tool was not called: {fault}.")),
        };
        let called = std::panic::AssertUnwindSafe(tool.call(arguments)).catch_unwind().await;
        match called {
            Ok(Ok(content)) => Outcome { content: cut(content), is_error: false },
            Ok(Err(fault)) => Outcome::failed(cut(fault)),
            Err(_) => {
                tracing::error!(tool.name = %call.name, "a tool panicked");
                Outcome::failed("The tool failed.".to_owned())
            }
        }
    }
}

impl Outcome {
    const fn failed(content: String) -> Self {
        Self { content, is_error: true }
    }
}

/// `text` as far as it may be long; it says so where it is cut.
fn cut(mut text: String) -> String {
    if text.len() > RESULT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(RESULT_BYTES_MAX));
        text.push_str("\n[cut: the result is longer]");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::content::Arguments;

    fn call(name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: "a".into(), name: name.into(), arguments: Arguments::parse(arguments.into()), extra: None }
    }

    #[tokio::test]
    async fn a_call_that_cannot_be_made_says_why() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(0));
        let tools = Tools::built_in(&clock);
        let allow = ["current_time".to_owned()];
        assert!(!tools.call(&allow, &call("current_time", "{}")).await.is_error);
        for (allow, call, why) in [
            (&[][..], call("current_time", "{}"), "There is no tool `current_time`."),
            (&allow[..], call("currenttime", "{}"), "There is no tool `currenttime`."),
            (
                &allow[..],
                call("current_time", "{\"time_zone\": "),
                "The tool was not called: the arguments are not a JSON object: ",
            ),
            (&allow[..], call("current_time", "[]"), "The tool was not called: the arguments are not a JSON object: "),
        ] {
            let outcome = tools.call(allow, &call).await;
            assert!(outcome.is_error && outcome.content.starts_with(why), "{outcome:?}");
        }
    }

    #[test]
    fn a_long_result_is_cut_between_characters() {
        let long = cut("ä".repeat(RESULT_BYTES_MAX));
        assert!(long.len() < RESULT_BYTES_MAX + 50 && long.ends_with("[cut: the result is longer]"));
        assert_eq!(cut("short".into()), "short");
    }
}
