//! What tests share: an app over either engine, callers that read as words, a client that holds every answer against the
//! document, a model's provider that does as it is told, and golden files.

mod answer;
mod app;
mod caller;
mod credentials;
mod document;
mod engine;
mod golden;
mod upstream;

pub(crate) use answer::Answer;
pub(crate) use app::{Replica, START_MS, TestApp, TestAppBuilder};
pub(crate) use astra_core::testing::Event;
pub(crate) use caller::{Ask, Caller};
pub(crate) use document::document;
pub(crate) use engine::{Engine, OnEngine, TestStore};
pub(crate) use golden::golden;
pub(crate) use upstream::{Gate, Reply, Step, Upstream};

/// Makes each test into two, `name::sqlite` and `name::postgres`. The argument is a [`TestApp`],
/// a [`TestStore`], an [`Engine`] to build on, or what else a test makes of one.
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
                check(<$kind as $crate::support::OnEngine>::on($crate::support::Engine::sqlite()).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                let Some(engine) = $crate::support::Engine::postgres().await else { return };
                check(<$kind as $crate::support::OnEngine>::on(engine).await).await;
            }
        }
    )*};
}
pub(crate) use both_backends;
