//! From one provider to the next until one answers: circuit, tries and time-outs of each, and the log of it all.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, sleep, timeout};

use super::entry::Entry;
use super::error::{Error, ErrorKind};
use super::reading::cut;
use super::registry::Registry;
use super::{Chunk, ChunkStream, Completion, Request, retry};
use crate::outbound::Permit;
use crate::trace_context::{SpanId, TraceContext};

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    pub model: Option<String>,
}

/// One try of one provider.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The provider's name.
    pub provider: String,
    /// The provider's name of the model; empty if it came to no choice of one.
    pub model: String,
    /// When it began.
    pub started: Instant,
    /// How long it took, to the answer or to the first content of a stream; `None` while it is under way, and for good if
    /// its caller went away.
    pub elapsed: Option<Duration>,
    /// Why it failed, if it did.
    pub error: Option<Error>,
    /// Its span, which the upstream knows as its caller's, if the gateway exports the trace.
    pub span: Option<SpanId>,
}

/// What to answer when no upstream did: the last thing that an upstream did, rather than that a circuit is open.
fn telling(attempts: &[Attempt]) -> Error {
    let errors = || attempts.iter().rev().filter_map(|attempt| attempt.error.as_ref());
    let telling = errors()
        .find(|error| !matches!(error.kind, ErrorKind::CircuitOpen(_) | ErrorKind::Unknown | ErrorKind::Unsupported));
    let error = telling.or_else(|| errors().next()).cloned();
    error.unwrap_or_else(|| Error::new(ErrorKind::Unknown, "no provider was named"))
}

/// The log of the tries of one target: each is there from its beginning on, so that one whose caller goes away before
/// its end is there as well.
struct AttemptLog<'a> {
    attempts: &'a mut Vec<Attempt>,
    provider: &'a str,
}

impl AttemptLog<'_> {
    fn begin(&mut self, model: &str, trace: Option<&TraceContext>) {
        let (provider, model, started) = (self.provider.to_owned(), model.to_owned(), Instant::now());
        let span = trace.and_then(TraceContext::exported_span);
        self.attempts.push(Attempt { provider, model, started, elapsed: None, error: None, span });
    }

    /// Notes how the try that began last has ended; answers how long it took.
    fn end(&mut self, error: Option<Error>) -> Duration {
        let Some(attempt) = self.attempts.last_mut() else { return Duration::ZERO };
        attempt.error = error;
        *attempt.elapsed.insert(attempt.started.elapsed())
    }

    /// Notes that it came to no try.
    fn refuse(&mut self, model: &str, error: Error) {
        self.begin(model, None);
        self.end(Some(error));
    }
}

impl Registry {
    /// Asks the first of `targets` and, if it fails, the next ones in order. Each try is added to `attempts` when it
    /// begins: the last one, if there is an answer, is the one that answered.
    ///
    /// # Errors
    /// When all of them failed.
    pub async fn complete(
        &self,
        targets: &[Target],
        request: Request<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Completion, Error> {
        self.walk(targets, &Whole(request), attempts).await
    }

    /// As [`Registry::complete`], but the answer comes piece by piece. It is given when its first content is there: until
    /// then the next target can take over, afterwards a failure ends the stream.
    ///
    /// # Errors
    /// When all of them failed.
    pub async fn stream(
        &self,
        targets: &[Target],
        request: Request<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Result<ChunkStream, Error> {
        self.walk(targets, &Streamed(request), attempts).await
    }

    async fn walk<C: Call>(
        &self,
        targets: &[Target],
        call: &C,
        attempts: &mut Vec<Attempt>,
    ) -> Result<C::Answer, Error> {
        let before = attempts.len();
        for (place, target) in targets.iter().enumerate() {
            if let Some(error) = self.unsupported(target, call.request()) {
                // The first choice decides what can be asked for; a fallback that cannot do it is passed over.
                if place == 0 {
                    return Err(error);
                }
                AttemptLog { attempts, provider: &target.provider }
                    .refuse(target.model.as_deref().unwrap_or_default(), error);
                continue;
            }
            let log = AttemptLog { attempts, provider: &target.provider };
            if let Some(answer) = self.ask(target, call, log).await {
                return Ok(answer);
            }
        }
        Err(telling(&attempts[before..]))
    }

    /// Why `target` cannot do what `request` asks for, if it cannot.
    #[must_use]
    pub fn unsupported(&self, target: &Target, request: Request<'_>) -> Option<Error> {
        if request.parameters.is_none() && request.tools.is_empty() {
            return None;
        }
        let provider = &self.entry(&target.provider)?.provider;
        let parameter = request.parameters.and_then(|parameters| provider.unsupported(parameters));
        let of_tools = || if request.tools.is_empty() { None } else { provider.unsupported_tools(request) };
        Some(Error::unsupported(&target.provider, parameter.or_else(of_tools)?))
    }

    /// Asks one target, several times if need be.
    async fn ask<C: Call>(&self, target: &Target, call: &C, mut log: AttemptLog<'_>) -> Option<C::Answer> {
        let named = target.model.as_deref().unwrap_or_default();
        let Some(entry) = self.entry(&target.provider) else {
            let error = Error::new(ErrorKind::Unknown, format!("no provider named {} is configured", target.provider));
            log.refuse(named, error);
            return None;
        };
        let admission = match entry.admit() {
            Ok(admission) => admission,
            Err(error) => {
                log.refuse(named, error);
                return None;
            }
        };
        let model = match &target.model {
            Some(model) => model.clone(),
            None => match entry.default_model().await {
                Ok(model) => model,
                Err(error) => {
                    admission.failed(&error);
                    log.refuse(named, error);
                    return None;
                }
            },
        };
        for retries in 0.. {
            let trace = call.request().trace.map(TraceContext::step);
            log.begin(&model, trace.as_ref());
            let error = match call.run(entry, &model, trace.as_ref(), admission.permit()).await {
                Ok(answer) => {
                    admission.succeeded(log.end(None));
                    return Some(answer);
                }
                Err(error) => error,
            };
            log.end(Some(error.clone()));
            let Some(wait) = retry::wait(&error, retries, entry.limits.retries, self.jitter()) else {
                admission.failed(&error);
                return None;
            };
            sleep(wait).await;
        }
        None
    }
}

/// One call of one upstream, under its time-outs.
trait Call: Sync {
    type Answer: Send;

    fn request(&self) -> Request<'_>;

    fn run(
        &self,
        entry: &Arc<Entry>,
        model: &str,
        trace: Option<&TraceContext>,
        permit: Option<Permit>,
    ) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

struct Whole<'a>(Request<'a>);

impl Call for Whole<'_> {
    type Answer = Completion;

    fn request(&self) -> Request<'_> {
        self.0
    }

    async fn run(
        &self,
        entry: &Arc<Entry>,
        model: &str,
        trace: Option<&TraceContext>,
        _: Option<Permit>,
    ) -> Result<Completion, Error> {
        let request = Request { trace, ..self.0 };
        within(entry.limits.first_token_timeout, "answer", entry.provider.complete(model, request)).await
    }
}

struct Streamed<'a>(Request<'a>);

impl Call for Streamed<'_> {
    type Answer = ChunkStream;

    fn request(&self) -> Request<'_> {
        self.0
    }

    async fn run(
        &self,
        entry: &Arc<Entry>,
        model: &str,
        trace: Option<&TraceContext>,
        permit: Option<Permit>,
    ) -> Result<ChunkStream, Error> {
        let (request, limit) = (Request { trace, ..self.0 }, entry.limits.first_token_timeout);
        let mut chunks = within(limit, "answer", entry.provider.stream(model, request)).await?;
        let mut usage = None;
        loop {
            let read = within(limit, "begin to answer", chunks.try_next()).await?.ok_or_else(cut)?;
            if !read.iter().all(|chunk| matches!(chunk, Chunk::Usage(_))) {
                let first: Vec<Chunk> = usage.into_iter().chain(read).collect();
                let rest = Rest { chunks, entry: Arc::clone(entry), permit, is_finished: is_end(&first) };
                return Ok(stream::iter([Ok(first)]).chain(stream::try_unfold(rest, Rest::next)).boxed());
            }
            usage = read.into_iter().last().or(usage);
        }
    }
}

/// The rest of a stream, under the time-out between tokens; its failure is put on the provider's record.
struct Rest {
    chunks: ChunkStream,
    entry: Arc<Entry>,
    permit: Option<Permit>,
    is_finished: bool,
}

impl Rest {
    async fn next(mut self) -> Result<Option<(Vec<Chunk>, Self)>, Error> {
        let limit = self.entry.limits.idle_timeout;
        let error = match within(limit, "go on with its answer", self.chunks.try_next()).await {
            Ok(Some(read)) => {
                self.is_finished |= is_end(&read);
                return Ok(Some((read, self)));
            }
            Ok(None) if self.is_finished => return Ok(None),
            // A provider of the host program forgot the end, or lost it.
            Ok(None) => cut(),
            Err(error) => error,
        };
        if let Some(permit) = self.permit {
            self.entry.failed_later(permit, &error);
        }
        Err(error)
    }
}

fn is_end(read: &[Chunk]) -> bool {
    read.iter().any(|chunk| matches!(chunk, Chunk::Finish(_)))
}

async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    let late =
        |_| Error::new(ErrorKind::Timeout, format!("the provider did not {what} within {} ms", limit.as_millis()));
    timeout(limit, work).await.map_err(late)?
}
