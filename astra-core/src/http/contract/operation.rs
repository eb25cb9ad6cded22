//! The operations of the finished document, ready to judge requests.

use std::sync::Arc;

use http::{HeaderValue, Method};

use super::schema::Schema;
use super::traits::{BodyReading, Refusals, Traits};
use crate::auth::{Access, ScopeTable};

/// What the finished document says of requests.
#[derive(Debug)]
pub struct Contract {
    /// The paths of the document, in its order; then those of services that stand beside it.
    pub paths: Vec<Arc<PathContract>>,
    /// The scopes that its operations ask for, and all others of this gateway.
    pub scopes: Arc<ScopeTable>,
}

/// One path with its operations.
#[derive(Debug)]
pub struct PathContract {
    /// The path as the document writes it, with `{variables}`.
    pub template: String,
    /// What the `Allow` header of a 405 says; `None` for a service beside the document, which judges methods itself.
    pub allow: Option<HeaderValue>,
    /// How its clients read refusals, also of methods that it does not have.
    pub refusals: Refusals,
    pub(super) operations: Operations,
}

/// The operations of a path.
#[derive(Debug)]
pub(super) enum Operations {
    /// Those of the document, by method.
    Documented(Vec<(Method, Arc<Operation>)>),
    /// A service beside the document, for every method.
    Mounted(Arc<Operation>),
}

/// One operation, ready to judge requests.
#[derive(Debug)]
pub struct Operation {
    /// `<group>.<verb>`; of a service beside the document its name.
    pub id: String,
    /// What it asks of its caller.
    pub access: Access,
    /// What else it is allowed to be.
    pub traits: Traits,
    pub(super) parameters: Vec<Parameter>,
    /// What a body that is read may be, by media type in lower case.
    pub(super) bodies: Vec<(String, Schema)>,
    /// The media types of a raw body, in lower case; none if every one will do.
    pub(super) raw_types: Vec<String>,
    pub(super) is_body_required: bool,
    /// What a frame of a WebSocket may be, if it has such connections.
    pub(super) frame: Option<Schema>,
    /// The media types of its answers, of which `Accept` must name one; none if it answers success without a body.
    pub(super) answers: Vec<String>,
    /// Whether it documents the header `Idempotency-Key`.
    pub(super) has_key: bool,
    /// Whether parameters that it does not document have no effect, instead of being refused.
    pub(super) ignores_unknown: bool,
    /// Whether a host program brought it.
    pub(super) is_hosts: bool,
}

/// A parameter of an operation.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// `query/limit`, as problems name it.
    pub(super) pointer: String,
    pub(super) place: ParameterPlace,
    pub(super) is_required: bool,
    pub(super) kind: ParameterForm,
    pub(super) schema: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterPlace {
    Query,
    Header,
    /// The number of the segment, counted from 0 after the first slash.
    Path(usize),
}

/// How the text of a parameter becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParameterForm {
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

impl Contract {
    /// The path that the document, or the service beside it, writes as `template`.
    #[must_use]
    pub fn path(&self, template: &str) -> Option<&Arc<PathContract>> {
        self.paths.iter().find(|path| path.template == template)
    }
}

impl PathContract {
    /// The operation of `method`; HEAD is GET's.
    #[must_use]
    pub fn operation(&self, method: &Method) -> Option<&Arc<Operation>> {
        match &self.operations {
            Operations::Documented(operations) => {
                let method = if *method == Method::HEAD { &Method::GET } else { method };
                operations.iter().find(|(known, _)| known == method).map(|(_, operation)| operation)
            }
            Operations::Mounted(operation) => Some(operation),
        }
    }

    /// Whether the limit of axum's own extractors is too low: an operation has a limit of its own, or a raw body.
    #[must_use]
    pub fn has_own_limit(&self) -> bool {
        let is_own = |traits: &Traits| traits.body_bytes.is_some() || traits.body == BodyReading::Raw;
        self.operations().any(|operation| is_own(&operation.traits))
    }

    /// All its operations.
    pub fn operations(&self) -> impl Iterator<Item = &Arc<Operation>> {
        let (documented, mounted) = match &self.operations {
            Operations::Documented(operations) => (operations.as_slice(), None),
            Operations::Mounted(operation) => (&[][..], Some(operation)),
        };
        documented.iter().map(|(_, operation)| operation).chain(mounted)
    }
}

impl Operation {
    /// Whether the operation is called without an identity.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public)
    }

    /// The schemas by which it judges requests, each with its place.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (String, &Schema)> {
        let parameters = self.parameters.iter().map(|known| (format!("{}: {}", self.id, known.pointer), &known.schema));
        let frame = self.frame.iter().map(|schema| (format!("{}: frames", self.id), schema));
        parameters
            .chain(frame)
            .chain(self.bodies.iter().map(|(media_type, schema)| (format!("{}: {media_type}", self.id), schema)))
    }
}
