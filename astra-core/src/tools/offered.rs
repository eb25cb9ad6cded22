//! The tools of one turn, as they are when it begins: what the model is sent of them, and what it may call.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::call::{CallLimits, Outcome};
use super::policy::Decision;
use super::registered::RegisteredTool;
use super::search::{self, SearchTools};
use super::tool::ToolContext;
use crate::content::ToolCall;
use crate::provider;

/// Most tools that a search has found and that a model is sent from then on; those that were found first go first.
const FOUND_MAX: usize = 64;

/// The tools of one turn. A source that changes meanwhile changes nothing here.
pub struct Offered {
    tools: Vec<(Arc<RegisteredTool>, Decision)>,
    /// How many of them a model is sent from the beginning.
    in_prompt: usize,
    /// The tool that finds the others, if there are any.
    search: Option<Arc<SearchTools>>,
    /// The places of those that it has found.
    found: Mutex<Vec<usize>>,
    limits: CallLimits,
}

impl Offered {
    pub(super) const fn none(limits: CallLimits) -> Self {
        Self { tools: Vec::new(), in_prompt: 0, search: None, found: Mutex::new(Vec::new()), limits }
    }

    /// `tools`, of which a model is sent `in_prompt` at the most: if there are more, the last of them is `search`.
    pub(super) fn new(
        tools: Vec<(Arc<RegisteredTool>, Decision)>,
        in_prompt: usize,
        search: Option<&Arc<SearchTools>>,
        limits: CallLimits,
    ) -> Self {
        let search = search.filter(|_| tools.len() > in_prompt).cloned();
        let in_prompt = if search.is_some() { in_prompt.saturating_sub(1) } else { tools.len() };
        Self { tools, in_prompt, search, found: Mutex::default(), limits }
    }

    /// What the model is sent in the next round: the first tools, and those that it has found.
    #[must_use]
    pub fn sent(&self) -> Vec<provider::Tool> {
        let first = self.tools[..self.in_prompt].iter().map(|(tool, _)| tool.definition.clone());
        let Some(search) = &self.search else { return first.collect() };
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let found = found.iter().filter_map(|place| self.tools.get(*place)).map(|(tool, _)| tool.definition.clone());
        first.chain([search.definition().clone()]).chain(found).collect()
    }

    /// Whether the tool `name` may be called.
    #[must_use]
    pub fn decide(&self, name: &str) -> Decision {
        match self.find(name) {
            Some((_, decision)) => *decision,
            None if self.searches(name).is_some() => Decision::Allowed,
            None => Decision::Denied,
        }
    }

    /// The tool `name`, if it may be called, at once or after an approval.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Arc<RegisteredTool>> {
        self.find(name).map(|(tool, _)| tool)
    }

    /// Runs the tool that the model called. Whether that needs an approval is for the caller to [decide](Self::decide) before.
    pub async fn call(&self, call: &ToolCall, context: &ToolContext) -> Outcome {
        if let Some((tool, _)) = self.find(&call.name) {
            return self.limits.call(tool, call, context).await;
        }
        self.searches(&call.name).map_or_else(|| Outcome::missing(&call.name), |search| self.search(search, call))
    }

    /// The arguments of a call of the tool that has this name, if they fit.
    ///
    /// # Errors
    /// What the model reads as its result.
    pub fn arguments<'a>(&self, call: &'a ToolCall) -> Result<&'a Map<String, Value>, Outcome> {
        let (tool, _) = self.find(&call.name).ok_or_else(|| Outcome::missing(&call.name))?;
        tool.arguments(call).map_err(Outcome::failed)
    }

    /// What an agent has answered as the result of a call, cut where it is too long.
    #[must_use]
    pub fn result(&self, content: String, is_error: bool) -> Outcome {
        Outcome { content: self.limits.cut(content), is_error }
    }

    fn find(&self, name: &str) -> Option<&(Arc<RegisteredTool>, Decision)> {
        self.tools.iter().find(|(tool, _)| tool.name() == name)
    }

    fn searches(&self, name: &str) -> Option<&SearchTools> {
        self.search.as_deref().filter(|search| &*search.definition().name == name)
    }

    fn search(&self, search: &SearchTools, call: &ToolCall) -> Outcome {
        let words = match search.words(call) {
            Ok(words) => words,
            Err(fault) => return Outcome::failed(fault),
        };
        let hidden =
            self.tools.iter().enumerate().skip(self.in_prompt).map(|(place, (tool, _))| (place, &tool.definition));
        let (places, content) = search::answer(&words, hidden);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|place| !places.contains(place));
        found.extend(places);
        let too_many = found.len().saturating_sub(FOUND_MAX);
        found.drain(..too_many);
        Outcome { content, is_error: false }
    }
}
