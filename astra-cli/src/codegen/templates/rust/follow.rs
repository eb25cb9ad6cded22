//! Follows a stream of events over broken connections.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::builder::header_value;
use crate::retry::{Failure, backoff, first_delay};
use crate::sse::{Parser, RawEvent};
use crate::transport::{Answer, Prepared, Wanted, url};
use crate::{Error, Request};

const LAST_EVENT_ID: &str = "last-event-id";

/// How one goes on after a break.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resume {
    /// By the same request.
    Here,
    /// By `GET path`, in which the events' field `field` takes the place of `{field}`.
    Elsewhere {
        path: &'static str,
        field: &'static str,
    },
}

/// What is known of a stream beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) resume: Option<Resume>,
    pub(crate) is_resumed: bool,
    pub(crate) ends_with: &'static [&'static str],
    pub(crate) ends_with_done: bool,
    pub(crate) last_event_id: Option<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            resume: None,
            is_resumed: true,
            ends_with: &[],
            ends_with_done: false,
            last_event_id: None,
        }
    }
}

/// A request that was sent and has no answer yet. The mutex is never locked: it makes what holds it `Sync`.
type Pending = Mutex<Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>>;

/// A stream of events, whatever its connections do.
pub(crate) struct Follow {
    request: Prepared,
    plan: Plan,
    idle_timeout: Duration,
    max_retries: u32,
    connection: Option<Response>,
    /// The request that asks for the rest. It is kept, so that a caller who waits for the next event in short pieces
    /// does not begin it anew with each piece.
    pending: Option<Pending>,
    /// When the connection counts as broken if nothing comes; begins with the caller's waiting, not with each piece of it.
    idle_until: Option<Instant>,
    parser: Parser,
    last_event_id: Option<String>,
    /// What goes into the path that resumes the stream.
    resume_value: Option<String>,
    has_events: bool,
    /// The connections since the last event that failed.
    failures: u32,
    not_before: Instant,
    is_over: bool,
}

impl Follow {
    /// Opens the stream.
    pub(crate) async fn open(mut request: Request, plan: Plan) -> Result<Self, Error> {
        if let Some(id) = &plan.last_event_id {
            request.set_header(LAST_EVENT_ID, id);
        }
        let settings = &request.client.settings;
        let idle_timeout = request.idle_timeout.unwrap_or(settings.idle_timeout);
        let first_retries = request.max_retries.unwrap_or(settings.max_retries);
        let max_retries = request.max_retries.unwrap_or(settings.max_stream_retries);
        let request = request.prepare("text/event-stream")?;
        let answer = request.send(Wanted::Head, first_retries).await?;
        let mut follow = Self {
            parser: Parser::new(plan.last_event_id.clone()),
            last_event_id: plan.last_event_id.clone(),
            request,
            plan,
            idle_timeout,
            max_retries,
            connection: None,
            pending: None,
            idle_until: None,
            resume_value: None,
            has_events: false,
            failures: 0,
            not_before: Instant::now(),
            is_over: false,
        };
        follow.connect(answer)?;
        Ok(follow)
    }

    pub(crate) fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request.request_id
    }

    /// The next event and its JSON, or nothing at the end. It may be dropped at each of its awaits: what there is of the
    /// stream is in `self`.
    pub(crate) async fn next(&mut self) -> Result<Option<(RawEvent, Value)>, Error> {
        while !self.is_over {
            if let Some(raw) = self.parser.pop() {
                if self.plan.ends_with_done && raw.data == "[DONE]" {
                    self.end();
                    break;
                }
                return self.take(raw).map(Some);
            }
            let Some(connection) = &mut self.connection else {
                self.come_again().await?;
                continue;
            };
            let began = Instant::now();
            let until = self.idle_until.get_or_insert(began + self.idle_timeout);
            match timeout_at(*until, connection.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    self.idle_until = None;
                    self.parser.push(&bytes);
                    // An endless stream may be long without events: signs of life are enough.
                    if self.is_endless() {
                        self.failures = self.failures.min(1);
                    }
                }
                Ok(Ok(None)) => self.break_off(None)?,
                Ok(Err(error)) => {
                    self.break_off(Some(Error::connection(&self.request.request_id, error)))?
                }
                Err(_) => self.break_off(Some(self.idle()))?,
            }
        }
        Ok(None)
    }

    fn take(&mut self, raw: RawEvent) -> Result<(RawEvent, Value), Error> {
        self.has_events = true;
        self.failures = 0;
        self.last_event_id.clone_from(&raw.id);
        if self.plan.ends_with.contains(&raw.name.as_str()) {
            self.end();
        }
        let value: Value = serde_json::from_str(&raw.data)
            .map_err(|error| Error::decode(&self.request.request_id, error))?;
        if let Some(Resume::Elsewhere { field, .. }) = self.plan.resume {
            let told = match value.get(field) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            self.resume_value = told.or_else(|| self.resume_value.take());
        }
        let kind = value.get("type").and_then(Value::as_str);
        if raw.name.is_empty() && kind.is_some_and(|kind| self.plan.ends_with.contains(&kind)) {
            self.end();
        }
        Ok((raw, value))
    }

    fn end(&mut self) {
        self.is_over = true;
        self.connection = None;
    }

    fn is_endless(&self) -> bool {
        self.plan.ends_with.is_empty() && !self.plan.ends_with_done
    }

    fn idle(&self) -> Error {
        Error::Timeout {
            request_id: self.request.request_id.clone(),
            limit: self.idle_timeout,
        }
    }

    /// The connection is gone, with an error or in peace: is that the end?
    fn break_off(&mut self, error: Option<Error>) -> Result<(), Error> {
        self.connection = None;
        if error.is_none() && self.is_endless() && !self.is_resumable() {
            self.end();
            return Ok(());
        }
        let may_come_again = self.next_request()?.is_some();
        let broken = || Error::StreamBroken {
            request_id: self.request.request_id.clone(),
        };
        let error = error.unwrap_or_else(broken);
        if !may_come_again {
            self.end();
            return Err(error);
        }
        self.failed(error, None)
    }

    /// Counts a failure; the first one after an event is nothing to wait for.
    fn failed(&mut self, error: Error, wish: Option<Duration>) -> Result<(), Error> {
        if self.failures >= self.max_retries {
            self.end();
            return Err(error);
        }
        let first = self.parser.retry.unwrap_or_else(first_delay);
        let delay = match (wish, self.failures) {
            (Some(wish), _) => wish,
            (None, 0) => self.parser.retry.unwrap_or_default(),
            (None, failures) => backoff(first, failures - 1),
        };
        self.not_before = Instant::now() + delay;
        self.failures += 1;
        Ok(())
    }

    fn is_resumable(&self) -> bool {
        self.plan.is_resumed && self.plan.resume.is_some()
    }

    /// What is sent to go on, if that can be.
    fn next_request(&self) -> Result<Option<Prepared>, Error> {
        // Before its first event, a stream can be asked for as if nothing had been.
        if !self.has_events && self.request.is_repeatable() {
            return Ok(Some(self.request.clone()));
        }
        let resume = self.plan.resume.filter(|_| self.plan.is_resumed);
        let mut request = self.request.clone();
        // Who was there already is not waited for as long as at first.
        request.timeout = request.timeout.min(self.idle_timeout);
        match (resume, &self.resume_value) {
            (Some(Resume::Here), _) if request.is_repeatable() => {}
            (Some(Resume::Elsewhere { path, field }), Some(value))
                if self.last_event_id.is_some() =>
            {
                let filled =
                    Request::new(request.client.clone(), Method::GET, path).path(field, value);
                request.url = url(&request.client.settings.base_url, &filled.path, &[])?;
                request.become_get();
            }
            _ => return Ok(None),
        }
        if let Some(id) = &self.last_event_id {
            request
                .headers
                .insert(LAST_EVENT_ID, header_value("Last-Event-ID", id)?);
        }
        Ok(Some(request))
    }

    async fn come_again(&mut self) -> Result<(), Error> {
        sleep_until(self.not_before).await;
        let pending = match &mut self.pending {
            Some(pending) => pending,
            None => {
                let Some(request) = self.next_request()? else {
                    self.end();
                    return Err(Error::StreamBroken {
                        request_id: self.request.request_id.clone(),
                    });
                };
                let sent = async move { request.send(Wanted::Head, 0).await };
                self.pending.insert(Mutex::new(Box::pin(sent)))
            }
        };
        let pending = pending.get_mut().unwrap_or_else(PoisonError::into_inner);
        let answer = pending.await;
        self.pending = None;
        match answer {
            Ok(answer) => self.connect(answer),
            Err(error) if error.is_timeout() => self.failed(error, None),
            Err(error) => {
                let failure = Failure {
                    error,
                    is_unsent: false,
                };
                if failure.delay(true, 0).is_none() {
                    self.end();
                    return Err(failure.error);
                }
                let wish = failure.error.retry_after();
                self.failed(failure.error, wish)
            }
        }
    }

    fn connect(&mut self, answer: Answer) -> Result<(), Error> {
        // There is nothing after the last event, and nothing will come.
        if answer.status == StatusCode::NO_CONTENT {
            self.end();
            return Ok(());
        }
        let media_type = answer
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value: &HeaderValue| value.to_str().ok());
        if !media_type.is_some_and(|media_type| media_type.starts_with("text/event-stream")) {
            self.end();
            let told = format!(
                "it is {} and no stream of events",
                media_type.unwrap_or("nothing")
            );
            return Err(Error::decode(&self.request.request_id, told));
        }
        let retry = self.parser.retry;
        self.parser = Parser::new(self.last_event_id.clone());
        self.parser.retry = retry;
        self.connection = answer.rest;
        self.idle_until = None;
        Ok(())
    }
}
