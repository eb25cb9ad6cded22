//! What tests share: an app over either backend, callers that read as words, a client that holds every answer against the
//! document, a model's provider that does as it is told, and golden files.

mod answer;
mod app;
mod backend;
mod caller;
mod credentials;
mod document;
mod golden;
mod platform;
mod upstream;

pub(crate) use answer::Answer;
pub(crate) use app::{Listening, Replica, START_MS, TestApp, TestAppBuilder};
pub(crate) use astra_core::testing::Event;
pub(crate) use backend::{OnBackend, TestBackend, TestStore};
pub(crate) use caller::{Ask, Caller};
pub(crate) use document::document;
pub(crate) use golden::golden;
pub(crate) use platform::{Chat, FakePlatform, Got, Mood, SEED};
pub(crate) use upstream::{Gate, Reply, Step, Upstream};

/// Makes each test into two, `name::sqlite` and `name::postgres`. The argument is a [`TestApp`],
/// a [`TestStore`], an [`TestBackend`] to build on, or what else a test makes of one.
///
/// The PostgreSQL test passes without doing anything when `ASTRA_TEST_POSTGRES` is not set; `./tests/run` sets it.
macro_rules! both_backends {
    ($($(#[$meta:meta])* async fn $name:ident($argument:ident: $kind:ty) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn check($argument: $kind) $body

            #[tokio::test]
            async fn sqlite() {
                check(<$kind as $crate::support::OnBackend>::on($crate::support::TestBackend::sqlite()).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                let Some(backend) = $crate::support::TestBackend::postgres().await else { return };
                check(<$kind as $crate::support::OnBackend>::on(backend).await).await;
            }
        }
    )*};
}
pub(crate) use both_backends;
