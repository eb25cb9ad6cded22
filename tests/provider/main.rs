//! Providers from outside: the protocols against a server on this machine, and the registry against providers of the
//! test's own, in time that stands still.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod anthropic;
mod asking;
mod hostile;
mod ollama;
mod openai;
mod own;
mod reach;
mod reading;
mod registry;
mod reported;
mod status;
mod tool_calls;
mod tool_faults;
mod tool_requests;
mod upstream;
mod wire;
