//! The place of a piece of work in a distributed trace (W3C Trace Context): read from a caller's request, made for a turn, and sent
//! with what the turn calls. <https://www.w3.org/TR/trace-context/>

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The header of trace, caller and flags.
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
/// The header of what vendors note.
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");
/// Bytes of a `tracestate` that is passed on; a longer one is left out.
const STATE_BYTES_MAX: usize = 512;
/// The flag of a trace that its caller records.
const SAMPLED: u8 = 1;

/// The id of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId(pub [u8; 8]);

/// The place of a piece of work in a distributed trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: SpanId,
    flags: u8,
    state: Option<Arc<str>>,
    /// Whether this gateway exports spans of the trace, so that what it calls has one of them for its parent.
    is_exported: bool,
}

impl SpanId {
    /// A new one; `None` if the system has no randomness.
    fn random() -> Option<Self> {
        random().map(Self)
    }
}

impl TraceContext {
    /// What a request says in its headers; `None` if it says nothing, or nothing good.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let context = Self::parse(headers.get(TRACE_PARENT)?.to_str().ok()?)?;
        let states: Vec<&str> = headers.get_all(TRACE_STATE).iter().map_while(|state| state.to_str().ok()).collect();
        let state = states.join(",");
        let is_good = (1..=STATE_BYTES_MAX).contains(&state.len()) && state.contains('=');
        Some(Self { state: is_good.then(|| state.into()), ..context })
    }

    /// The place that a `traceparent` names; `None` if it is not good.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let [Some(version), Some(trace), Some(parent), Some(flags), None] = std::array::from_fn(|_| parts.next())
        else {
            return None;
        };
        let ([version], trace_id, span_id, [flags]) =
            (bytes::<1>(version)?, bytes::<16>(trace)?, bytes::<8>(parent)?, bytes::<1>(flags)?);
        let is_good = version != 0xff && trace_id != [0; 16] && span_id != [0; 8];
        is_good.then_some(Self { trace_id, span_id: SpanId(span_id), flags, state: None, is_exported: false })
    }

    /// A place for work that this gateway exports: in the trace of `parent`, or in a new one. `None` if the system has no
    /// randomness.
    #[must_use]
    pub fn exported(parent: Option<&Self>) -> Option<Self> {
        let trace_id = match parent {
            Some(parent) => parent.trace_id,
            None => random()?,
        };
        let state = parent.and_then(|parent| parent.state.clone());
        Some(Self { trace_id, span_id: SpanId::random()?, flags: SAMPLED, state, is_exported: true })
    }

    /// The place of a step of this work: one of its own if the gateway exports the step, else the same.
    #[must_use]
    pub fn step(&self) -> Self {
        let mut step = self.clone();
        if let Some(span_id) = SpanId::random().filter(|_| self.is_exported) {
            step.span_id = span_id;
        }
        step
    }

    /// The same trace, with another span for the parent of what is called.
    #[must_use]
    pub(crate) fn at(&self, span_id: SpanId) -> Self {
        Self { span_id, ..self.clone() }
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// The span of the work in it, which is the parent of what the work calls.
    #[must_use]
    pub const fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// The span of the work, if this gateway exports it.
    #[must_use]
    pub fn exported_span(&self) -> Option<SpanId> {
        self.is_exported.then_some(self.span_id)
    }

    /// Whether who made it records the trace.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The value of `traceparent` for what is called.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", hex(&self.trace_id), self.span_id, self.flags)
    }

    /// The value of `tracestate`, if there is one.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Adds the headers to those of a request, unless it has them.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        if headers.contains_key(TRACE_PARENT) {
            return;
        }
        if let Ok(value) = HeaderValue::try_from(self.traceparent()) {
            headers.insert(TRACE_PARENT, value);
        }
        if let Some(Ok(value)) = self.tracestate().map(HeaderValue::from_str) {
            headers.insert(TRACE_STATE, value);
        }
    }
}

fn random<const BYTES: usize>() -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).ok()?;
    // No id is zero.
    if bytes == [0; BYTES] {
        bytes[BYTES - 1] = 1;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two small digits a byte.
fn bytes<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 2 * BYTES || !is_hex {
        return None;
    }
    let mut found = [0; BYTES];
    for (place, byte) in found.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(found)
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Serialize for SpanId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpanId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        bytes(&text).map(Self).ok_or_else(|| de::Error::custom("no id of a span"))
    }
}

/// As it is kept with a turn that waits.
#[derive(Serialize, Deserialize)]
struct Kept {
    parent: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Arc<str>>,
    is_exported: bool,
}

impl Serialize for TraceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (state, is_exported) = (self.state.clone(), self.is_exported);
        Kept { parent: self.traceparent(), state, is_exported }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TraceContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Kept { parent, state, is_exported } = Kept::deserialize(deserializer)?;
        let context = Self::parse(&parent).ok_or_else(|| de::Error::custom("no place in a trace"))?;
        Ok(Self { state, is_exported, ..context })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn sent(fields: &[(&HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append((*name).clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_good_headers_are_read() {
        let context = TraceContext::of(&sent(&[(&TRACE_PARENT, GOOD), (&TRACE_STATE, "a=1"), (&TRACE_STATE, "b=2")]));
        let context = context.unwrap();
        assert_eq!((context.traceparent().as_str(), context.tracestate()), (GOOD, Some("a=1,b=2")));
        assert!(context.is_sampled() && context.exported_span().is_none());
        for bad in [
            "",
            "00-0-0-0",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        ] {
            assert_eq!(TraceContext::of(&sent(&[(&TRACE_PARENT, bad), (&TRACE_STATE, "a=1")])), None, "{bad}");
        }
        assert_eq!(TraceContext::of(&sent(&[(&TRACE_STATE, "a=1")])), None);
    }

    #[test]
    fn a_state_that_is_odd_or_long_is_left_out() {
        let long: &'static str = Box::leak(format!("a={}", "x".repeat(STATE_BYTES_MAX)).into_boxed_str());
        for state in ["", "nonsense", long] {
            let context = TraceContext::of(&sent(&[(&TRACE_PARENT, GOOD), (&TRACE_STATE, state)])).unwrap();
            assert_eq!(context.tracestate(), None, "{state}");
        }
    }

    #[test]
    fn an_exported_trace_goes_on_with_the_callers_and_each_step_has_an_id() {
        let caller = TraceContext::of(&sent(&[(&TRACE_PARENT, GOOD), (&TRACE_STATE, "a=1")])).unwrap();
        let turn = TraceContext::exported(Some(&caller)).unwrap();
        assert_eq!((turn.trace_id(), turn.tracestate()), (caller.trace_id(), Some("a=1")));
        let steps = [turn.step(), turn.step()];
        let ids = [caller.span_id(), turn.span_id(), steps[0].span_id(), steps[1].span_id()];
        assert!(ids.iter().enumerate().all(|(place, id)| !ids[..place].contains(id)), "{ids:?}");
        assert_ne!(TraceContext::exported(None).unwrap().trace_id(), TraceContext::exported(None).unwrap().trace_id());
        // What is not exported is passed on as it came.
        assert_eq!(caller.step(), caller);
    }

    #[test]
    fn it_is_kept_and_sent() {
        let turn = TraceContext::exported(TraceContext::parse(GOOD).as_ref()).unwrap();
        let text = serde_json::to_string(&turn).unwrap();
        assert_eq!(serde_json::from_str::<TraceContext>(&text).unwrap(), turn);
        assert!(serde_json::from_str::<TraceContext>(r#"{"parent":"00","is_exported":true}"#).is_err());
        let mut headers = HeaderMap::new();
        turn.add_to(&mut headers);
        assert_eq!(TraceContext::of(&headers).unwrap().traceparent(), turn.traceparent());
        // What a request says itself stays.
        TraceContext::exported(None).unwrap().add_to(&mut headers);
        assert_eq!(headers[TRACE_PARENT], turn.traceparent());
    }
}
