//! The spans of one turn, made from the rows that it has kept: the turn is `invoke_agent`, and each row is a span below it.

use super::names::*;
use super::providers::Providers;
use super::said::Said;
use super::wire::{KeyValue, Kind, Span, Status, StatusCode, Value, list_of};
use crate::engine::ExportedTurn;
use crate::ids::TraceId;
use crate::store::{self, SpanExport, TraceStage};
use crate::trace_context::{SpanId, TraceContext};

/// Longer names of tools are none, nor are those with other letters: a model may write what it likes.
const TOOL_NAME_BYTES_MAX: usize = 64;
/// Flags of a span: it is known whether its parent is elsewhere, ...
const HAS_IS_REMOTE: u32 = 0x100;
/// ... and it is.
const IS_REMOTE: u32 = 0x200;
/// ... and the trace is recorded.
const SAMPLED: u32 = 1;

/// Attributes of a span.
#[derive(Default)]
pub(super) struct Attributes(pub(super) Vec<KeyValue>);

impl Attributes {
    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.push(KeyValue { key: key.to_owned(), value: Some(value.into().into()) });
    }

    fn set_some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }
}

/// What all spans of a turn have in common.
struct Maker<'a> {
    turn: &'a ExportedTurn,
    own: &'a TraceContext,
    providers: &'a Providers,
    said: Option<&'a Said>,
}

/// The spans of a turn, the whole turn first. `said` is what was said in it, if that is exported.
pub(super) fn spans_of(turn: &ExportedTurn, providers: &Providers, said: Option<&Said>) -> Vec<Span> {
    let Some(own) = &turn.turn.trace.own else { return Vec::new() };
    let rows: Vec<store::Span> = serde_json::from_str(&turn.turn.trace.spans).unwrap_or_default();
    let maker = Maker { turn, own, providers, said };
    let id =
        |row: &store::Span| row.export.as_ref().and_then(|export| export.id).unwrap_or_else(|| own.step().span_id());
    let ids: Vec<SpanId> = rows.iter().map(id).collect();
    let below = rows.iter().zip(&ids).map(|(row, id)| maker.step(row, *id, parent(row, &rows, &ids)));
    [maker.whole()].into_iter().chain(below).collect()
}

/// The span that a row is below, if that is not the turn: the calls for a summary are below the compaction that makes them.
fn parent(row: &store::Span, rows: &[store::Span], ids: &[SpanId]) -> Option<SpanId> {
    let contains = |other: &store::Span| {
        let within = other.start_us..other.start_us + other.duration_us;
        other.name == TraceStage::Compaction && within.contains(&row.start_us)
    };
    let is_call = row.name == TraceStage::Inference;
    rows.iter().zip(ids).find(|(other, _)| is_call && contains(other)).map(|(_, id)| *id)
}

impl Maker<'_> {
    /// The whole turn.
    fn whole(&self) -> Span {
        let finished = &self.turn.turn;
        let (turn, outcome, trace) = (&finished.turn, &finished.outcome, &finished.trace);
        let definition = self.turn.agent.as_ref().map(|agent| &agent.definition);
        let name = definition.and_then(|definition| definition.display_name.as_deref());
        let mut attributes = Attributes::default();
        attributes.set(OPERATION_NAME, INVOKE_AGENT);
        attributes.set(AGENT_ID, turn.agent_id.as_str());
        attributes.set_some(AGENT_NAME, name);
        attributes.set(AGENT_VERSION, turn.agent_version.to_string());
        attributes.set(CONVERSATION_ID, turn.session_id.to_string());
        let asked = definition.map(|definition| &definition.model);
        let provider = outcome.provider.as_deref().or(asked.map(|model| model.provider.as_str()));
        attributes.set_some(PROVIDER_NAME, provider.map(|provider| self.providers.name_of(provider)));
        attributes.set_some(REQUEST_MODEL, asked.and_then(|model| model.model.as_deref()));
        let answering = outcome.model.as_deref().filter(|model| outcome.finish_reason.is_some() && !model.is_empty());
        attributes.set_some(RESPONSE_MODEL, answering);
        attributes.set_some(FINISH_REASONS, outcome.finish_reason.as_deref().map(list_of));
        set_tokens(&mut attributes, outcome.input_tokens, outcome.output_tokens);
        attributes.set(USER_ID, turn.user_id.as_str());
        attributes.set(ASTRA_WORKSPACE, self.turn.workspace.as_str());
        attributes.set(ASTRA_TURN, turn.id.to_string());
        attributes.set(ASTRA_TRACE, TraceId::from_key(turn.id.key()).to_string());
        attributes.set_some(ASTRA_REQUEST, trace.request_id.as_deref());
        attributes.set(ASTRA_STATUS, finished.status.as_str());
        attributes.set(ASTRA_COST, outcome.cost_usd);
        let others_us = trace.provider_us + trace.tool_us + trace.storage_us + trace.waiting_us;
        for (key, time_us) in [
            (TIME_GATEWAY, trace.duration_us - others_us),
            (TIME_PROVIDER, trace.provider_us),
            (TIME_TOOL, trace.tool_us),
            (TIME_STORAGE, trace.storage_us),
            (TIME_WAITING, trace.waiting_us),
        ] {
            attributes.set(key, seconds(time_us));
        }
        if let Some(said) = self.said {
            attributes.set_some(INPUT_MESSAGES, said.input.as_deref());
            attributes.set_some(OUTPUT_MESSAGES, said.output.as_deref());
        }
        let is_failed = matches!(finished.status, store::Status::Failed | store::Status::Interrupted);
        let error = outcome.error.as_ref().filter(|_| is_failed);
        let status = self.ended(&mut attributes, error.map(|(code, words)| (code.as_str(), words.as_str())));
        let caller = trace.parent.as_deref().and_then(TraceContext::parse);
        let whole = Stretch { start_us: 0, duration_us: trace.duration_us };
        let name = format!("{INVOKE_AGENT} {}", name.unwrap_or(&turn.agent_id));
        Span {
            parent_span_id: caller.as_ref().map_or_else(Vec::new, |caller| caller.span_id().0.to_vec()),
            flags: SAMPLED | HAS_IS_REMOTE | if caller.is_some() { IS_REMOTE } else { 0 },
            status,
            ..self.span(self.own.span_id(), name, Kind::Internal, whole, attributes)
        }
    }

    /// One step of it.
    fn step(&self, row: &store::Span, id: SpanId, parent: Option<SpanId>) -> Span {
        let none = SpanExport::default();
        let export = row.export.as_deref().unwrap_or(&none);
        let mut attributes = Attributes::default();
        let (name, kind) = match row.name {
            TraceStage::Inference => (self.call(row, export, &mut attributes), Kind::Client),
            TraceStage::Tool => (self.tool(row, export, &mut attributes), Kind::Internal),
            stage => (own_name(stage).to_owned(), Kind::Internal),
        };
        if let Some(context) = row.context {
            attributes.set(ASTRA_SENT, context.messages_sent);
            attributes.set(ASTRA_LEFT_OUT, context.messages_left_out);
        }
        let code = export.error_code.as_deref().unwrap_or(OTHER);
        let status = self.ended(&mut attributes, row.error.as_deref().map(|words| (code, words)));
        let stretch = Stretch { start_us: row.start_us, duration_us: row.duration_us };
        Span {
            parent_span_id: parent.unwrap_or(self.own.span_id()).0.to_vec(),
            flags: SAMPLED | HAS_IS_REMOTE,
            status,
            ..self.span(id, name, kind, stretch, attributes)
        }
    }

    /// A try of a model; answers the name of its span.
    fn call(&self, row: &store::Span, export: &SpanExport, attributes: &mut Attributes) -> String {
        let (provider, model) = (row.provider.as_deref().unwrap_or_default(), row.model.as_deref().unwrap_or_default());
        attributes.set(OPERATION_NAME, CHAT);
        attributes.set(PROVIDER_NAME, self.providers.name_of(provider));
        attributes.set_some(REQUEST_MODEL, Some(model).filter(|model| !model.is_empty()));
        attributes.set(CONVERSATION_ID, self.turn.turn.turn.session_id.to_string());
        if let Some(first_us) = row.first_content_us {
            attributes.set(REQUEST_STREAM, true);
            attributes.set(TIME_TO_FIRST_CHUNK, seconds(first_us));
        }
        attributes.set_some(FINISH_REASONS, export.finish_reason.as_deref().map(list_of));
        set_tokens(attributes, export.input_tokens.unwrap_or(0), export.output_tokens.unwrap_or(0));
        attributes.set(ASTRA_PROVIDER, provider);
        if let Some((address, port)) = self.providers.find(provider).and_then(|known| known.server.as_ref()) {
            attributes.set(SERVER_ADDRESS, address.as_str());
            attributes.set(SERVER_PORT, u32::from(*port));
        }
        format!("{CHAT} {model}").trim_end().to_owned()
    }

    /// A call of a tool; answers the name of its span.
    fn tool(&self, row: &store::Span, export: &SpanExport, attributes: &mut Attributes) -> String {
        let tool = row.tool.as_deref().filter(|name| is_name(name)).unwrap_or(OTHER);
        attributes.set(OPERATION_NAME, EXECUTE_TOOL);
        attributes.set(TOOL_NAME, tool);
        attributes.set_some(TOOL_CALL_ID, export.call_id.as_deref());
        let called = self.said.zip(export.call_id.as_deref()).and_then(|(said, call_id)| said.tool(call_id));
        if let Some(called) = called {
            attributes.set(TOOL_ARGUMENTS, called.arguments.as_str());
            attributes.set_some(TOOL_RESULT, called.result.as_deref());
        }
        format!("{EXECUTE_TOOL} {tool}")
    }

    /// How a span ended. The words of a failure may repeat what was said, and go the way of content.
    fn ended(&self, attributes: &mut Attributes, error: Option<(&str, &str)>) -> Option<Status> {
        let (code, words) = error?;
        attributes.set(ERROR_TYPE, code);
        let message = self.said.map_or_else(String::new, |_| words.to_owned());
        Some(Status { message, code: StatusCode::Error.into() })
    }

    fn span(&self, id: SpanId, name: String, kind: Kind, stretch: Stretch, attributes: Attributes) -> Span {
        let begun_ns = nanoseconds(self.turn.turn.turn.created_at_ms.saturating_mul(1_000));
        let start_time_unix_nano = begun_ns.saturating_add(nanoseconds(stretch.start_us));
        Span {
            trace_id: self.own.trace_id().to_vec(),
            span_id: id.0.to_vec(),
            trace_state: self.own.tracestate().unwrap_or_default().to_owned(),
            name,
            kind: kind.into(),
            start_time_unix_nano,
            end_time_unix_nano: start_time_unix_nano.saturating_add(nanoseconds(stretch.duration_us)),
            attributes: attributes.0,
            ..Span::default()
        }
    }
}

/// A stretch of a turn's time, in microseconds from its beginning.
struct Stretch {
    start_us: i64,
    duration_us: i64,
}

/// Nothing was used where nothing was counted.
fn set_tokens(attributes: &mut Attributes, input: u32, output: u32) {
    if input > 0 || output > 0 {
        attributes.set(INPUT_TOKENS, input);
        attributes.set(OUTPUT_TOKENS, output);
    }
}

/// The name of a span that the conventions do not know.
const fn own_name(stage: TraceStage) -> &'static str {
    match stage {
        TraceStage::Queue => "astra.queue",
        TraceStage::Context => "astra.context",
        TraceStage::Memory => "astra.memory",
        TraceStage::Compaction => "astra.compaction",
        TraceStage::Approval => "astra.approval",
        TraceStage::Results => "astra.results",
        TraceStage::Storage => "astra.storage",
        TraceStage::Inference => CHAT,
        TraceStage::Tool => EXECUTE_TOOL,
    }
}

fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=TOOL_NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_letter)
}

fn nanoseconds(time_us: i64) -> u64 {
    u64::try_from(time_us).unwrap_or(0).saturating_mul(1_000)
}

fn seconds(time_us: i64) -> f64 {
    std::time::Duration::from_micros(u64::try_from(time_us).unwrap_or(0)).as_secs_f64()
}
