//! The line of each request, beside the logger of everything else. A request's span is a few remembered fields here; it becomes
//! a span of that logger only when something else is logged inside it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use astra_core::http::record::{LOG_NAME, LOG_TARGET};
use tracing::field::{Field, Value, Visit, display};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use super::Format;
use super::line::Line;
use super::queue::Queue;

/// Requests at once that are remembered here; those beyond have ordinary spans.
const SPANS_MAX: usize = 1_024;
/// Their ids end here. A registry's ids have the number of a thread where these have all bits set, and never so many threads.
const LAST_ID: u64 = u64::MAX;

thread_local! {
    /// The requests' spans that this thread is in, innermost last.
    static ENTERED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Where a line is made.
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A logger beside another one.
pub(super) struct Requests<S> {
    other: S,
    queue: Arc<Queue>,
    format: Format,
    spans: Box<[Span]>,
    free: Mutex<Vec<usize>>,
    metadata: OnceLock<&'static Metadata<'static>>,
}

/// The span of a request.
#[derive(Default)]
struct Span {
    handles: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fields: Fields,
    /// As they stand in a line.
    shown: String,
    /// The other logger's span of this request, once it was needed.
    other: Option<Id>,
}

/// The fields of a request's span.
#[derive(Default)]
struct Fields {
    request_id: String,
    operation: String,
    trace_parent: Option<String>,
    /// Whether there are others, which only the other logger knows how to write.
    has_others: bool,
}

impl<S: Subscriber> Requests<S> {
    /// Writes the requests' lines to `queue`, and leaves everything else to `other`.
    pub(super) fn beside(other: S, queue: Arc<Queue>, format: Format) -> Self {
        let spans = (0..SPANS_MAX).map(|_| Span::default()).collect();
        let free = Mutex::new((0..SPANS_MAX).rev().collect());
        Self { other, queue, format, spans, free, metadata: OnceLock::new() }
    }

    /// Remembers a request's span; `None` if it is too much or too unusual for that.
    fn remember(&self, attributes: &Attributes<'_>) -> Option<Id> {
        let index = lock(&self.free).pop()?;
        let span = &self.spans[index];
        let mut state = lock(&span.state);
        let State { fields, shown, .. } = &mut *state;
        fields.forget();
        attributes.record(fields);
        if fields.has_others || attributes.parent().is_some() {
            drop(state);
            lock(&self.free).push(index);
            return None;
        }
        show(shown, self.format, attributes, fields);
        drop(state);
        self.metadata.get_or_init(|| attributes.metadata());
        span.handles.store(1, Ordering::Release);
        Some(id_of(index))
    }

    /// Makes the spans that this thread is in known to the other logger, which is about to log something inside them.
    fn share_spans(&self) {
        for index in entered(|entered| entered.clone()).unwrap_or_default() {
            self.share(index, true);
        }
    }

    /// Makes the span known to the other logger, and enters it there if it `is_entered` here.
    fn share(&self, index: usize, is_entered: bool) -> Option<Id> {
        let metadata = self.metadata.get()?;
        let mut state = lock(&self.spans[index].state);
        if let Some(id) = &state.other {
            return Some(id.clone());
        }
        let State { fields, other, .. } = &mut *state;
        let (request_id, operation) = (display(&fields.request_id), fields.operation.as_str());
        let trace_parent = fields.trace_parent.as_deref();
        let values: [&dyn Value; 3] = [&request_id, &operation, &trace_parent];
        let names = ["request.id", "operation", "traceparent"].map(|name| metadata.fields().field(name));
        let [Some(first), Some(second), Some(third)] = &names else { return None };
        let values = [(first, Some(values[0])), (second, Some(values[1])), (third, Some(values[2]))];
        let values = metadata.fields().value_set(&values);
        let id = self.other.new_span(&Attributes::new(metadata, &values));
        if is_entered {
            self.other.enter(&id);
        }
        *other = Some(id.clone());
        Some(id)
    }

    /// The other logger's id of what is span `id` here, if that one knows it.
    fn shared(&self, index: usize) -> Option<Id> {
        lock(&self.spans[index].state).other.clone()
    }

    /// Writes the line of the request in whose span this thread is; false if there is none.
    fn write_line(&self, event: &Event<'_>) -> bool {
        let Some(index) = entered(|entered| entered.last().copied()).flatten() else { return false };
        let state = &self.spans[index].state;
        // Neither is lent out while the values write themselves, which might log something.
        let mut text = LINE.try_with(RefCell::take).unwrap_or_default();
        let span = std::mem::take(&mut lock(state).shown);
        let metadata = event.metadata();
        let mut line = Line::begin(&mut text, self.format, metadata.level().as_str(), &span, metadata.target());
        event.record(&mut line);
        line.end(&span, metadata.target());
        self.queue.push(text.as_bytes());
        lock(state).shown = span;
        let _kept = LINE.try_with(|line| line.replace(text));
        true
    }

    fn forget(&self, index: usize) {
        let other = lock(&self.spans[index].state).other.take();
        if let Some(id) = other {
            self.other.try_close(id);
        }
        lock(&self.free).push(index);
    }
}

/// Writes the span as it stands in a line: `request{..}`, or a JSON object, whose fields the other logger sorts.
fn show(shown: &mut String, format: Format, attributes: &Attributes<'_>, fields: &Fields) {
    shown.clear();
    let name = attributes.metadata().name();
    if format == Format::Text {
        shown.extend([name, "{"]);
        attributes.record(&mut Line::of_span(shown, format));
        shown.push('}');
        return;
    }
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    // Ids, names of operations and trace parents are plain, but what is in a header is not taken on trust.
    shown.extend(["{\"operation\":", &quoted(&fields.operation), ",\"request.id\":", &quoted(&fields.request_id)]);
    if let Some(trace_parent) = &fields.trace_parent {
        shown.extend([",\"traceparent\":", &quoted(trace_parent)]);
    }
    shown.extend([",\"name\":\"", name, "\"}"]);
}

impl Fields {
    fn forget(&mut self) {
        self.request_id.clear();
        self.operation.clear();
        (self.trace_parent, self.has_others) = (None, false);
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "operation" => self.operation.push_str(value),
            "traceparent" => self.trace_parent = Some(value.to_owned()),
            _ => self.has_others = true,
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "request.id" {
            let _ = write!(self.request_id, "{value:?}");
        } else {
            self.has_others = true;
        }
    }
}

/// The requests' spans that this thread is in; nothing when the thread is about to end.
fn entered<T>(look: impl FnOnce(&mut Vec<usize>) -> T) -> Option<T> {
    ENTERED.try_with(|entered| look(&mut entered.borrow_mut())).ok()
}

fn is_request(metadata: &Metadata<'_>) -> bool {
    metadata.name() == LOG_NAME && metadata.target() == LOG_TARGET
}

fn id_of(index: usize) -> Id {
    Id::from_u64(LAST_ID - u64::try_from(index).unwrap_or_default())
}

/// The place of a span that is remembered here.
fn index_of(id: &Id) -> Option<usize> {
    usize::try_from(LAST_ID - id.into_u64()).ok().filter(|index| *index < SPANS_MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Subscriber> Subscriber for Requests<S> {
    fn on_register_dispatch(&self, subscriber: &tracing::Dispatch) {
        self.other.on_register_dispatch(subscriber);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.other.register_callsite(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.other.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        self.other.max_level_hint()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        if is_request(attributes.metadata())
            && let Some(id) = self.remember(attributes)
        {
            return id;
        }
        self.share_spans();
        match attributes.parent().and_then(index_of).and_then(|index| self.share(index, false)) {
            Some(parent) => {
                self.other.new_span(&Attributes::child_of(parent, attributes.metadata(), attributes.values()))
            }
            None => self.other.new_span(attributes),
        }
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        match index_of(span) {
            Some(index) => drop(self.shared(index).map(|id| self.other.record(&id, values))),
            None => self.other.record(span, values),
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        if index_of(span).is_none() && index_of(follows).is_none() {
            self.other.record_follows_from(span, follows);
        }
    }

    fn event_enabled(&self, event: &Event<'_>) -> bool {
        self.other.event_enabled(event)
    }

    fn event(&self, event: &Event<'_>) {
        if is_request(event.metadata()) && self.write_line(event) {
            return;
        }
        self.share_spans();
        self.other.event(event);
    }

    fn enter(&self, span: &Id) {
        let Some(index) = index_of(span) else {
            self.share_spans();
            return self.other.enter(span);
        };
        entered(|entered| entered.push(index));
        if let Some(id) = self.shared(index) {
            self.other.enter(&id);
        }
    }

    fn exit(&self, span: &Id) {
        let Some(index) = index_of(span) else { return self.other.exit(span) };
        entered(|entered| {
            if let Some(place) = entered.iter().rposition(|other| *other == index) {
                entered.remove(place);
            }
        });
        if let Some(id) = self.shared(index) {
            self.other.exit(&id);
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        let Some(index) = index_of(id) else { return self.other.clone_span(id) };
        self.spans[index].handles.fetch_add(1, Ordering::Relaxed);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let Some(index) = index_of(&id) else { return self.other.try_close(id) };
        let is_last = self.spans[index].handles.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            self.forget(index);
        }
        is_last
    }
}

#[cfg(test)]
mod tests;
