//! The contract: the OpenAPI document, finished and compiled, and what holds every request to it.
//! Documentation and behaviour are one thing here: what is not in the document is not served.

mod body;
mod compile;
mod complete;
mod enforce;
mod faults;
mod json;
mod narrow;
mod parameters;
mod schema;
mod security;
mod select;
mod tree;

use std::sync::Arc;

use http::{HeaderValue, Method};
use serde_json::Value;

use crate::auth::{Access, ScopeTable};

pub(super) use body::BodyValue;
pub use compile::{compile, parameter_faults};
pub use complete::complete;
pub use enforce::{Gate, enforce, shape};
use schema::Schema;
pub use schema::validator;
pub use security::declare;
pub use select::{Needs, select};
pub use tree::{METHODS, dangling, operation_ids};

/// The one operation whose streams end as OpenAI's do.
pub(crate) const COMPLETIONS: &str = "chat.completions";
/// The paths of OpenAI's API: its clients call them.
const OPEN_AI_PATHS: &str = "/v1/";
/// The operation whose refusals speak OAuth 2 besides.
const TOKEN_ENDPOINT: &str = "auth.token";

/// Whether OpenAI's clients call `path`, unless it is a host program's: they expect refusals in the shape of OpenAI's API,
/// send parameters and headers of its variants, and are answered though nothing is there.
#[must_use]
pub fn is_open_ai(path: &str) -> bool {
    path.starts_with(OPEN_AI_PATHS)
}

/// One path of the document with its operations.
#[derive(Debug)]
pub struct PathContract {
    /// The path as the document writes it, with `{variables}`.
    pub template: String,
    /// What the `Allow` header of a 405 says.
    pub allow: HeaderValue,
    /// Whether OpenAI's clients call it.
    pub is_open_ai: bool,
    operations: Vec<(Method, Arc<Operation>)>,
}

/// One operation of the document, ready to judge requests.
#[derive(Debug)]
pub struct Operation {
    /// `<group>.<verb>`
    pub id: String,
    /// What it asks of its caller.
    pub access: Access,
    parameters: Vec<Parameter>,
    /// What a body may be, by media type in lower case.
    bodies: Vec<(String, Schema)>,
    is_body_required: bool,
    /// The media types of its answers, of which `Accept` must name one; none if it answers success without a body.
    answers: Vec<String>,
    /// Whether it documents the header `Idempotency-Key`.
    has_key: bool,
    /// Whether a host program brought it.
    is_hosts: bool,
    /// Whether OpenAI's clients call it.
    is_open_ai: bool,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    /// `query/limit`, as problems name it.
    pointer: String,
    place: ParameterPlace,
    is_required: bool,
    kind: ParameterForm,
    schema: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParameterPlace {
    Query,
    Header,
    /// The number of the segment, counted from 0 after the first slash.
    Path(usize),
}

/// How the text of a parameter becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ParameterForm {
    Text,
    Integer,
    Number,
    Boolean,
    /// Repeated, or separated by commas when not exploded.
    List {
        item: Box<ParameterForm>,
        has_commas: bool,
    },
}

/// The finished document and its paths.
#[derive(Debug)]
pub struct Contract {
    /// The document.
    pub document: Arc<Value>,
    /// Its paths, in the document's order.
    pub paths: Vec<Arc<PathContract>>,
    /// The scopes that its operations ask for, and all others of this gateway.
    pub scopes: Arc<ScopeTable>,
}

impl Contract {
    /// The path that the document writes as `template`.
    #[must_use]
    pub fn path(&self, template: &str) -> Option<&Arc<PathContract>> {
        self.paths.iter().find(|path| path.template == template)
    }
}

impl PathContract {
    /// The operation of `method`; HEAD is GET's.
    #[must_use]
    pub fn operation(&self, method: &Method) -> Option<&Arc<Operation>> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.operations.iter().find(|(known, _)| known == method).map(|(_, operation)| operation)
    }

    /// All its operations.
    pub fn operations(&self) -> impl Iterator<Item = &Arc<Operation>> {
        self.operations.iter().map(|(_, operation)| operation)
    }
}

impl Operation {
    /// Whether the operation is given the caller's identity.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public)
    }

    /// The schemas by which it judges requests, each with its place.
    fn schemas(&self) -> impl Iterator<Item = (String, &Schema)> {
        let parameters = self.parameters.iter().map(|known| (format!("{}: {}", self.id, known.pointer), &known.schema));
        parameters.chain(self.bodies.iter().map(|(media_type, schema)| (format!("{}: {media_type}", self.id), schema)))
    }
}
