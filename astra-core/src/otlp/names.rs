//! The names of the semantic conventions, all of one version: 1.41.0, the last one that has those of generative AI beside all
//! others. <https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai>
//! What the conventions do not know is called `astra.`, and docs/observability.md has it.

/// The version of the conventions.
pub(super) const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.0";

pub(super) const SERVICE_NAME: &str = "service.name";
pub(super) const SERVICE_VERSION: &str = "service.version";
pub(super) const SERVICE_INSTANCE_ID: &str = "service.instance.id";

pub(super) const ERROR_TYPE: &str = "error.type";
pub(super) const SERVER_ADDRESS: &str = "server.address";
pub(super) const SERVER_PORT: &str = "server.port";
pub(super) const USER_ID: &str = "user.id";

pub(super) const AGENT_ID: &str = "gen_ai.agent.id";
pub(super) const AGENT_NAME: &str = "gen_ai.agent.name";
pub(super) const AGENT_VERSION: &str = "gen_ai.agent.version";
pub(super) const CONVERSATION_ID: &str = "gen_ai.conversation.id";
pub(super) const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
pub(super) const INPUT_MESSAGES: &str = "gen_ai.input.messages";
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
pub(super) const OPERATION_NAME: &str = "gen_ai.operation.name";
pub(super) const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
pub(super) const PROVIDER_NAME: &str = "gen_ai.provider.name";
pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
pub(super) const REQUEST_STREAM: &str = "gen_ai.request.stream";
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
pub(super) const TIME_TO_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
pub(super) const TOOL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
pub(super) const TOOL_CALL_ID: &str = "gen_ai.tool.call.id";
pub(super) const TOOL_NAME: &str = "gen_ai.tool.name";
pub(super) const TOOL_RESULT: &str = "gen_ai.tool.call.result";

/// Values of [`OPERATION_NAME`], with which the names of their spans begin.
pub(super) const CHAT: &str = "chat";
pub(super) const EXECUTE_TOOL: &str = "execute_tool";
pub(super) const INVOKE_AGENT: &str = "invoke_agent";

/// The kind of an error, or the name of a tool, that is none of those which are known.
pub(super) const OTHER: &str = "_OTHER";

pub(super) const ASTRA_COST: &str = "astra.cost_usd";
pub(super) const ASTRA_LEFT_OUT: &str = "astra.context.messages_left_out";
pub(super) const ASTRA_PROVIDER: &str = "astra.provider";
pub(super) const ASTRA_REQUEST: &str = "astra.request.id";
pub(super) const ASTRA_SENT: &str = "astra.context.messages_sent";
pub(super) const ASTRA_STATUS: &str = "astra.turn.status";
pub(super) const ASTRA_TRACE: &str = "astra.trace.id";
pub(super) const ASTRA_TURN: &str = "astra.turn.id";
pub(super) const ASTRA_WORKSPACE: &str = "astra.workspace.id";

pub(super) const TIME_GATEWAY: &str = "astra.time.gateway";
pub(super) const TIME_PROVIDER: &str = "astra.time.provider";
pub(super) const TIME_STORAGE: &str = "astra.time.storage";
pub(super) const TIME_TOOL: &str = "astra.time.tool";
pub(super) const TIME_WAITING: &str = "astra.time.waiting";

/// What a provider is called in [`PROVIDER_NAME`], by the preset that it is of.
pub(super) fn provider_name(preset: &str) -> &str {
    match preset {
        "bedrock" => "aws.bedrock",
        "gemini" => "gcp.gemini",
        "grok" => "x_ai",
        "mistral" => "mistral_ai",
        other => other,
    }
}
