//! A host's own operations, served under the gateway's contract and documented in its document.
//!
//! ```no_run
//! use astra_core::host::{Caller, Json, Routes, routes};
//! use astra_core::{Config, Gateway};
//! use serde::Serialize;
//! use utoipa::{OpenApi, ToSchema};
//!
//! /// Who the gateway takes the caller for.
//! #[derive(Serialize, ToSchema)]
//! struct Greeting {
//!     /// What is said.
//!     #[schema(max_length = 256, example = "Good morning, usr_1.")]
//!     text: String,
//! }
//!
//! /// Greet the caller
//! ///
//! /// Any role, any scope; but a token there must be.
//! #[utoipa::path(get, path = "/greeting", operation_id = "greetings.get", security(("bearer" = [])),
//!     responses((status = 200, description = "The greeting.", body = Greeting)))]
//! async fn greet(caller: Caller) -> Json<Greeting> {
//!     Json(Greeting { text: format!("Good morning, {}.", caller.subject) })
//! }
//!
//! #[derive(OpenApi)]
//! #[openapi(tags((name = "greetings", description = "What this program says to its callers.")))]
//! struct Document;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let own = Routes::with_openapi(Document::openapi()).routes(routes!(greet));
//! let gateway = Gateway::builder(Config::default()).routes(own).open().await?;
//! # Ok(())
//! # }
//! ```
//!
//! What `#[utoipa::path]` says is what happens: token, role, scopes, parameters and bodies are held against it before
//! the handler is called, and whatever else the gateway's operations have (rate limits, `X-Request-ID`, problems,
//! containment of panics) these have too. Handlers take axum's extractors or those of this module, which refuse with a
//! problem; they may fail with [`crate::Error`], whose refusals are documented with [`Problem`]. The document is finished
//! as for the gateway's own operations: common refusals and headers, and bounds where there are none (a string has 1024
//! characters at the most, a list 1000 items), so say what your values need. The schema of a `text/event-stream` is that
//! of the data of each event. Extensions of an operation (`x-stream` and others) stay.
//!
//! The program needs `axum` 0.8 and `utoipa` 6. There is no way round [`routes!`]: a `utoipa_axum::OpenApiRouter` would
//! let routes in that are not documented, and has lost the types that share a name before they can be compared.
//!
//! # Permission
//!
//! Each operation says whom it is for, or the gateway does not open:
//!
//! | `security(..)` | who may call it |
//! |---|---|
//! | `()` | any caller, without a token |
//! | `("bearer" = [])` | every caller with a valid token, however narrow its scopes |
//! | `("bearer" = ["invoices:read", ..])` | a token with all of these scopes |
//!
//! `extensions(("x-required-role" = json!("admin")))` asks for a role besides; without it every role will do. Scopes are
//! those of [`Scope`](crate::auth::Scope) and those that [`Routes::scope`] declares: tokens have no others, so that an
//! operation that asks for another one, which no caller could ever call, is a fault. `security` of the whole `OpenApi`
//! holds for its operations that say nothing.
//!
//! # Scopes of the host
//!
//! ```
//! # use astra_core::{auth::Role, host::Routes};
//! let own: Routes = Routes::new()
//!     .scope("invoices:read", "Reads invoices.", Role::Viewer)
//!     .scope("invoices:cancel", "Cancels invoices.", None);
//! ```
//!
//! A scope of the host is given, narrowed, listed and checked as the gateway's own are: by
//! `auth.create_service_account`, `auth.issue_token` and the token endpoint; `auth.me` shows it, and the document has
//! it with its description among the scopes. A signed-in user has a new scope from the next sign-in on, and a service
//! account when it is given. The store keeps names: a scope that the program no longer declares does not count, and
//! counts again when it is declared again. An authenticator of the host makes sets of scopes by
//! [`Builder::scopes`](crate::Builder::scopes).
//!
//! # Traits
//!
//! What an operation is allowed to be, and the document does not show, is in an extension that the finished document does
//! not have: `extensions(("x-traits" = json!({"body": "raw", "body_bytes": 33554432})))`. Its fields are those of [`Traits`]:
//!
//! | field | values |
//! |---|---|
//! | `body` | `json`; `form`, also in JSON if that is documented; `raw`: the handler takes the bytes by [`RawBody`], and no schema is needed |
//! | `body_bytes` | the largest body; by default `limits.body_bytes` |
//! | `credential` | `bearer`; `own`: the handler checks it, with `security(())`; `subprotocol`: also `bearer.<token>` in `Sec-WebSocket-Protocol` |
//! | `upgrades` | whether it answers 101, which it then documents |
//! | `refusals` | `problem`, `openai` or `oauth` |
//! | `ignores_unknown` | whether query parameters that are not documented have no effect, instead of being refused |
//! | `tries_secret` | whether it tries passwords or the like: limited by address as signing in is |
//!
//! [`Routes::mount`] adds services that are no operations and have no place in the document.
//!
//! # What is a fault
//!
//! [`Builder::open`](crate::Builder::open) and [`Builder::openapi`](crate::Builder::openapi) name all of them at once:
//! an id that is not `<group>.<verb>`, is taken, or is in one of the gateway's groups
//! ([`GROUPS`](crate::auth::access::GROUPS), of which some come with a later version); a scope that is not
//! `<group>:<verb>`, is the gateway's own or in one of its groups, is declared twice, has no description, or is one too
//! many ([`HOST_SCOPES_MAX`](crate::auth::HOST_SCOPES_MAX)); a path that is taken or hides another one; a schema or
//! another component that shares its name with a different one; a reference to nothing; a group without a description;
//! an operation without a summary, without `security`, without a documented success; variables and parameters that
//! contradict each other or cannot be enforced; what would be dropped silently, such as `paths(..)` without routes.
//! [`crate::testing`] has the checks of style, and those of answers.

mod components;
mod join;
mod operation;
mod path;
mod scopes;

use axum::routing::MethodRouter;
use utoipa::openapi::{Info, OpenApi};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::auth::{HostScope, Role};

pub use crate::http::contract::{BodyReading, CredentialPlace, Mount, Refusals, Traits};
pub use crate::http::{Caller, FieldProblem, Json, Page, Path, Problem, Query, RawBody};
pub use utoipa_axum::routes;

pub(crate) use join::join;
pub(crate) use scopes::{describe, table};

/// The host's operations and what its document says of them, for [`Builder::routes`](crate::Builder::routes).
#[derive(Clone)]
pub struct Routes<S = ()> {
    document: OpenApi,
    info: Option<Info>,
    scopes: Vec<HostScope>,
    parts: Vec<UtoipaMethodRouter<S>>,
    mounts: Vec<(String, MethodRouter<S>, Mount)>,
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// No operations yet, and nothing said of their groups.
    #[must_use]
    pub fn new() -> Self {
        Self::with_openapi(OpenApi::default())
    }

    /// No operations yet; `document` describes their tags, and may have components, webhooks and a `security` for all.
    /// Its title is not taken over: see [`Routes::info`].
    #[must_use]
    pub const fn with_openapi(document: OpenApi) -> Self {
        Self { document, info: None, scopes: Vec::new(), parts: Vec::new(), mounts: Vec::new() }
    }

    /// Adds the operations of one path: `.routes(routes!(list, create))`.
    #[must_use]
    pub fn routes(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.parts.push(routes);
        self
    }

    /// Adds a service beside the document at `path`, which may end in a `{*wildcard}`, for a protocol of its own:
    /// `axum::routing::any_service(..)`, or handlers.
    /// It stands behind the gateway's layers, with the credential, role and scopes that `mount` names; methods, parameters
    /// and bodies are its own business.
    #[must_use]
    pub fn mount(mut self, path: impl Into<String>, service: MethodRouter<S>, mount: Mount) -> Self {
        self.mounts.push((path.into(), service, mount));
        self
    }

    /// Declares a scope, for `security` of operations: `.scope("invoices:read", "Reads invoices.", Role::Viewer)`. Credentials
    /// of `least_role` and of higher roles have it if they are not narrowed; `None` is for a scope that is given by name only.
    #[must_use]
    pub fn scope(
        mut self,
        name: impl Into<String>,
        description: impl Into<String>,
        least_role: impl Into<Option<Role>>,
    ) -> Self {
        let scope = HostScope { name: name.into(), description: description.into(), least_role: least_role.into() };
        self.scopes.push(scope);
        self
    }

    /// Gives the whole document, the gateway's part too, the host's title, version, description, contact and licence.
    #[must_use]
    pub fn info(mut self, info: Info) -> Self {
        self.info = Some(info);
        self
    }

    /// Gives the handlers their `State`.
    #[must_use]
    pub fn with_state(self, state: S) -> Routes {
        let parts = self.parts.into_iter();
        let parts = parts.map(|(schemas, paths, handlers): UtoipaMethodRouter<S>| {
            let handlers: MethodRouter = handlers.with_state(state.clone());
            (schemas, paths, handlers)
        });
        let mounts =
            self.mounts.into_iter().map(|(path, service, mount)| (path, service.with_state(state.clone()), mount));
        Routes {
            document: self.document,
            info: self.info,
            scopes: self.scopes,
            parts: parts.collect(),
            mounts: mounts.collect(),
        }
    }
}
