//! The operations: one folder a group, one file an operation. Routes enter the gateway by [`Operations::routes`], so that
//! nothing is served that is not documented, and by [`Operations::mount`], behind the same layers.

pub mod admin;
pub mod agents;
pub mod auth;
pub mod channels;
pub mod chat;
pub mod cron;
pub mod health;
pub mod inference;
pub mod jobs;
pub mod memory;
pub mod memory_profiles;
pub mod sessions;
pub mod skills;
pub mod spec;
pub mod tools;
pub mod traces;
pub mod webhooks;
pub mod workspaces;

use axum::routing::MethodRouter;
use utoipa::ToSchema;
use utoipa::openapi::{Components, OpenApi, RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::app::App;
use crate::http::contract::Mount;

/// Operations and the document that describes them, growing together.
pub struct Operations {
    /// The document so far, as the handlers' annotations make it.
    pub document: OpenApi,
    /// The handlers, by the paths of the document.
    pub handlers: Vec<(String, MethodRouter<App>)>,
    /// The services beside the document, by their paths.
    pub mounts: Vec<(String, MethodRouter<App>, Mount)>,
    /// What is wrong with what was registered.
    pub faults: Vec<String>,
}

impl Operations {
    /// No operations yet; `frame` says all else that the document shall say.
    #[must_use]
    pub const fn new(frame: OpenApi) -> Self {
        Self { document: frame, handlers: Vec::new(), mounts: Vec::new(), faults: Vec::new() }
    }

    /// Adds the operations of one path: `.routes(routes!(list::handler, create::handler))`.
    #[must_use]
    pub fn routes(mut self, (schemas, paths, handlers): UtoipaMethodRouter<App>) -> Self {
        let mut paths = paths.paths.into_iter();
        if let Some((path, item)) = paths.next() {
            if self.document.paths.paths.insert(path.clone(), item).is_some() {
                self.faults.push(format!("{path} is registered twice: name all its operations in one routes!(..)"));
            }
            self.handlers.push((path, handlers));
        }
        for (path, _) in paths {
            self.faults
                .push(format!("{path} shares a routes!(..) with another path, which would mix up their methods"));
        }
        self.add_schemas(schemas);
        self
    }

    /// Adds what no request or answer has: the frames that a WebSocket receives.
    #[must_use]
    pub fn frames<T: ToSchema>(mut self) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.add_schemas(schemas);
        self
    }

    fn add_schemas(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        let components = self.document.components.get_or_insert_with(Components::new);
        for (name, schema) in schemas {
            if components.schemas.get(&name).is_some_and(|known| *known != schema) {
                self.faults.push(format!("two types are named {name} in the document: rename one"));
            }
            components.schemas.insert(name, schema);
        }
    }

    /// Adds a service beside the document at `path`, which may end in a `{*wildcard}`: for a protocol of its own, such as
    /// MCP, or for files. It stands behind all layers of operations: hosts, origins, limits, credential, role and scopes,
    /// the record of each request. It judges methods, parameters and bodies itself.
    #[must_use]
    pub fn mount(mut self, path: impl Into<String>, service: MethodRouter<App>, mount: Mount) -> Self {
        self.mounts.push((path.into(), service, mount));
        self
    }
}
