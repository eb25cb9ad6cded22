//! Lines held against those of the other logger, to the byte.

use std::io::Write;
use std::sync::PoisonError;
use std::time::Duration;

use super::*;

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged while `run` runs, without times; by the logger beside the other one, or by that alone.
fn logged(format: Format, is_beside: bool, run: &dyn Fn()) -> Vec<String> {
    let output = Output::default();
    let queue = Queue::start(output.clone()).expect("a thread");
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_writer(Arc::clone(&queue));
    let _logging = match format {
        Format::Json => {
            let log = log.json().flatten_event(true).with_span_list(false).finish();
            set(log, &queue, format, is_beside)
        }
        Format::Text => set(log.with_ansi(false).finish(), &queue, format, is_beside),
    };
    run();
    queue.flush(Duration::from_secs(60));
    let text = String::from_utf8(output.0.lock().expect("it is whole").clone()).expect("text");
    let time = "2026-11-28T21:25:03.000000Z".len();
    let begin = if format == Format::Json { "{\"timestamp\":\"".len() } else { 0 };
    text.lines().map(|line| format!("{}{}", &line[..begin], &line[begin + time..])).collect()
}

fn set<S: Subscriber + Send + Sync>(
    log: S,
    queue: &Arc<Queue>,
    format: Format,
    is_beside: bool,
) -> tracing::subscriber::DefaultGuard {
    if is_beside {
        tracing::subscriber::set_default(Requests::beside(log, Arc::clone(queue), format))
    } else {
        tracing::subscriber::set_default(log)
    }
}

/// A request as the core logs it.
fn request(id: &str, trace_parent: Option<&str>, path: &str, account: Option<&str>, inside: &dyn Fn()) {
    let span = tracing::info_span!(target: LOG_TARGET, LOG_NAME, request.id = %id, operation = "chat.send", traceparent = trace_parent);
    span.clone().in_scope(inside);
    span.in_scope(|| {
        tracing::info!(
            name: LOG_NAME,
            target: LOG_TARGET,
            method = %"POST",
            path,
            status = 200_u16,
            elapsed_us = 1_234_567_u64,
            client.address = %std::net::Ipv4Addr::LOCALHOST,
            workspace.id = account.map(|_| "wsp_1"),
            account.id = account,
            "request"
        );
    });
}

const TRACE_PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Holds the lines of `run` against those of the other logger alone.
fn same(count: usize, run: &dyn Fn()) {
    for format in [Format::Text, Format::Json] {
        let (ours, theirs) = (logged(format, true, run), logged(format, false, run));
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), count, "{ours:?}");
    }
}

#[test]
fn a_line_is_that_of_the_other_logger_to_the_byte() {
    same(6, &|| {
        request("req_1", None, "/chat", Some("usr_1"), &|| {});
        request("build-42/a", Some(TRACE_PARENT), "/chat", None, &|| {});
        request("req_2", None, "/gr\u{fc}\u{df}e \u{2603}", Some("usr_1"), &|| {});
        request("req_3", None, "/\"quoted\" \\ 'single' \u{7f}", Some("usr_1"), &|| {});
        request("req_4", None, "", Some("usr_\u{1}\t"), &|| {});
        request("\"\\", Some("\n"), "/", None, &|| {});
    });
}

#[test]
fn what_is_logged_inside_a_request_names_it_and_what_is_logged_outside_does_not() {
    same(9, &|| {
        tracing::warn!("before");
        request("req_1", Some(TRACE_PARENT), "/", Some("usr_1"), &|| {
            tracing::warn!(account.id = "usr_1", "inside");
            tracing::error!("inside again");
            let nested = tracing::info_span!("nested", number = 7);
            nested.in_scope(|| tracing::info!("deeper"));
            tracing::info!("and back");
        });
        request("req_2", None, "/", None, &|| {});
        request("req_3", None, "/", None, &|| {
            tracing::debug!("not of this level");
        });
        tracing::warn!("after");
    });
}

#[test]
fn requests_that_are_interleaved_keep_their_own_names() {
    same(4, &|| {
        let spans = ["req_1", "req_2"].map(|id| {
            tracing::info_span!(target: LOG_TARGET, LOG_NAME, request.id = %id, operation = "chat.send", traceparent = None::<&str>)
        });
        for _ in 0..2 {
            for span in &spans {
                span.in_scope(|| tracing::info!("inside"));
            }
        }
        // A child by name, of a span that this thread is not in.
        drop(tracing::info_span!(parent: &spans[0], "child"));
    });
}

#[test]
fn more_requests_than_are_remembered_are_logged_all_the_same() {
    same(SPANS_MAX + 3, &|| {
        let span = |number: usize| {
            let span = tracing::info_span!(target: LOG_TARGET, LOG_NAME, request.id = %number, operation = "-", traceparent = None::<&str>);
            (number, span)
        };
        let spans: Vec<_> = (0..SPANS_MAX + 2).map(span).collect();
        for (number, span) in &spans {
            span.in_scope(|| tracing::info!(name: LOG_NAME, target: LOG_TARGET, number, "request"));
        }
        drop(spans);
        request("req_1", None, "/", None, &|| {});
    });
}

#[test]
fn a_plain_request_is_no_span_of_the_other_logger_and_gives_its_place_back() {
    let output = Output::default();
    let queue = Queue::start(output).expect("a thread");
    let requests = Requests::beside(Refuses, queue, Format::Json);
    let dispatch = tracing::Dispatch::new(requests);
    tracing::dispatcher::with_default(&dispatch, || {
        for _ in 0..3 * SPANS_MAX {
            request("req_1", Some(TRACE_PARENT), "/", Some("usr_1"), &|| {});
        }
    });
    let requests = dispatch.downcast_ref::<Requests<Refuses>>().expect("this one");
    assert_eq!(lock(&requests.free).len(), SPANS_MAX);
}

/// A logger that is never to be asked.
struct Refuses;

impl Subscriber for Refuses {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        panic!("a span: {attributes:?}")
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        panic!("an event: {event:?}")
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
