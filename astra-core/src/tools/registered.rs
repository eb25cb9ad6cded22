//! A tool that is ready to be called: its definition was found good, and its schema is compiled.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::name::name_fault;
use super::tool::{Tool, ToolAnnotations, ToolDefinition};
use crate::content::{ToolCall, json_bytes};
use crate::json_schema::{ArgumentFault, Schema};
use crate::provider;

/// Most bytes of a description.
pub const DESCRIPTION_BYTES_MAX: usize = 16 << 10;
/// Most bytes of a call's arguments, as JSON.
pub const ARGUMENTS_BYTES_MAX: usize = 1 << 20;

/// Where a tool comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolOrigin {
    /// The gateway has it.
    BuiltIn,
    /// The program around the gateway has registered it.
    Host,
    /// An MCP server has it; the tool's name begins with the server's.
    Mcp,
}

/// A tool that is ready to be called. The schema of its arguments is compiled once.
pub struct RegisteredTool {
    /// What a model is sent of it.
    pub definition: provider::Tool,
    /// What a call does to the world.
    pub annotations: ToolAnnotations,
    /// Its own longest time of a call.
    pub timeout: Option<Duration>,
    /// Where it comes from.
    pub origin: ToolOrigin,
    /// Whether clients of the MCP server may call it.
    pub is_for_mcp_clients: bool,
    schema: Arc<Schema>,
    pub(super) tool: Arc<dyn Tool>,
}

impl RegisteredTool {
    /// A tool of the host program.
    ///
    /// # Errors
    /// Why its definition is not taken: its name, its description, its schema.
    pub fn new(tool: impl Tool) -> Result<Self, String> {
        Self::of_host(Arc::new(tool))
    }

    pub(super) fn of_host(tool: Arc<dyn Tool>) -> Result<Self, String> {
        let definition = tool.definition();
        match name_fault(&definition.name) {
            Some(fault) => Err(format!("{:?} {fault}", crate::text::shorten(&definition.name))),
            None => Self::read(tool, definition, ToolOrigin::Host),
        }
    }

    /// A tool of an MCP server.
    pub(super) fn of_mcp(tool: Arc<dyn Tool>) -> Result<Self, String> {
        let definition = tool.definition();
        Self::read(tool, definition, ToolOrigin::Mcp)
    }

    /// A tool of the gateway itself, which may have a name that is kept for it.
    pub(crate) fn built_in(tool: Arc<dyn Tool>) -> Result<Self, String> {
        let definition = tool.definition();
        Self::read(tool, definition, ToolOrigin::BuiltIn)
    }

    fn read(tool: Arc<dyn Tool>, definition: ToolDefinition, origin: ToolOrigin) -> Result<Self, String> {
        let ToolDefinition { name, description, parameters, annotations, timeout, is_for_mcp_clients } = definition;
        if description.len() > DESCRIPTION_BYTES_MAX || description.contains('\0') {
            return Err(format!("the description of `{name}` has more than {DESCRIPTION_BYTES_MAX} bytes, or a NUL"));
        }
        if timeout == Some(Duration::ZERO) {
            return Err(format!("the time-out of `{name}` must be more than 0"));
        }
        let schema = match origin {
            ToolOrigin::BuiltIn => Schema::of_own(parameters.clone()),
            _ => Schema::compile(&parameters).map_err(|fault| format!("the schema of `{name}` {fault}"))?,
        };
        let schema = Arc::new(schema);
        let parameters = match parameters {
            serde_json::Value::Object(parameters) => Arc::new(parameters),
            _ => Arc::default(),
        };
        let definition =
            provider::Tool { name: name.into(), description: description.into(), parameters, is_strict: false };
        Ok(Self { definition, annotations, timeout, origin, is_for_mcp_clients, schema, tool })
    }

    /// The same tool with another description.
    pub(super) fn described(&self, description: &str) -> Self {
        let definition = provider::Tool { description: description.into(), ..self.definition.clone() };
        let (schema, tool) = (Arc::clone(&self.schema), Arc::clone(&self.tool));
        let Self { annotations, timeout, origin, is_for_mcp_clients, .. } = *self;
        Self { definition, annotations, timeout, origin, is_for_mcp_clients, schema, tool }
    }

    pub(super) fn is_of_host(&self) -> bool {
        self.origin == ToolOrigin::Host
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// What is wrong with `arguments` by the schema; nothing if they fit.
    #[must_use]
    pub fn faults(&self, arguments: &serde_json::Map<String, serde_json::Value>) -> Vec<ArgumentFault> {
        if json_bytes(arguments) > ARGUMENTS_BYTES_MAX {
            return vec![(String::new(), format!("have more than {ARGUMENTS_BYTES_MAX} bytes"))];
        }
        self.schema.faults(arguments)
    }

    /// The arguments of `call`, if the tool can be called with them.
    ///
    /// # Errors
    /// Why it cannot, for the model.
    pub(super) fn arguments<'a>(
        &self,
        call: &'a ToolCall,
    ) -> Result<&'a serde_json::Map<String, serde_json::Value>, String> {
        let arguments = call.arguments.object().map_err(|fault| format!("The tool was not called: {fault}."))?;
        let faults = self.faults(arguments);
        if faults.is_empty() {
            return Ok(arguments);
        }
        let told = faults.iter().map(|(pointer, fault)| match pointer.as_str() {
            "" => format!("\n- {fault}"),
            pointer => format!("\n- {pointer}: {fault}"),
        });
        Err(format!("The tool was not called: its arguments do not fit.{}", told.collect::<String>()))
    }
}

impl fmt::Debug for RegisteredTool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RegisteredTool").field("name", &self.definition.name).finish_non_exhaustive()
    }
}
