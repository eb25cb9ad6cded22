//! Webhooks: events of a workspace on their way to its endpoints, signed by the rules of Standard Webhooks
//! (<https://www.standardwebhooks.com>). What is kept is in `store/`; what callers say and see in `api/webhooks/`.

mod body;
mod check;
mod directory;
mod dispatch;
mod headers;
mod recovery;
mod sending;
mod signature;
mod times;

pub use body::ThinEvent;
pub use check::{WebhookFault, check};
pub use directory::{RevealedWebhook, WEBHOOKS_MAX, WebhookDirectory, WebhookError};
pub use headers::{HeaderSecret, HeaderSecrets};
pub use recovery::{Recover, WebhookRecovery};
pub use signature::{SigningSecret, Verdict, verify};
