//! What clients are made from: an OpenAPI document boiled down to groups, operations and types, in no language yet.

mod deep;
mod events;
mod fit;
mod operation;
mod pages;
mod reader;
mod shape;

use serde_json::Value;

pub(crate) use reader::read;

/// A document, boiled down.
#[derive(Debug)]
pub(crate) struct Api {
    /// What the document is called.
    pub(crate) title: String,
    /// Its version.
    pub(crate) version: String,
    /// What it says of itself, as Markdown.
    pub(crate) description: String,
    /// The operations by their groups, in the document's order.
    pub(crate) groups: Vec<Group>,
    /// The named types, in the document's order, and behind them those that had no name. No plain page is among them:
    /// see [`Page`].
    pub(crate) types: Vec<Named>,
    /// How one signs in, if the document has the operations for it.
    pub(crate) sign_in: Option<SignIn>,
}

/// Operations that belong together: `client.agents`.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its name in the document: `agents`.
    pub(crate) name: String,
    /// What it is for; empty if the document does not say.
    pub(crate) description: String,
    /// Its operations.
    pub(crate) operations: Vec<Operation>,
}

/// Where tokens come from.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// The path of `auth.token`, which takes OAuth 2 grants: `/auth/token`.
    pub(crate) token_path: String,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its id: `agents.list_versions`.
    pub(crate) id: String,
    /// Its name in its group: `list_versions`.
    pub(crate) name: String,
    /// A line.
    pub(crate) summary: String,
    /// The rest, as Markdown; may be empty.
    pub(crate) description: String,
    /// In capitals: `GET`.
    pub(crate) method: String,
    /// With names in braces: `/agents/{agent_id}`.
    pub(crate) path: String,
    /// Those of the path in its order, then the others in the document's order; without `cursor` where there are pages,
    /// and without `Idempotency-Key` and `Last-Event-ID`, which clients set by themselves (and let callers set).
    pub(crate) parameters: Vec<Parameter>,
    /// What is sent.
    pub(crate) body: Option<Body>,
    /// What success gives.
    pub(crate) answer: Answer,
    /// The statuses of success: 200.
    pub(crate) success: Vec<u16>,
    /// Set if the answer is a part of a list.
    pub(crate) page: Option<Page>,
    /// Whether it takes `Idempotency-Key`, so that it can be sent again after a failure.
    pub(crate) takes_idempotency_key: bool,
    /// Whether it takes `Last-Event-ID`, so that a caller can begin after an event that it has.
    pub(crate) takes_last_event_id: bool,
    /// Whether it must come with a token.
    pub(crate) needs_token: bool,
    /// Whether 304 is a documented answer, to `If-None-Match`.
    pub(crate) may_be_unchanged: bool,
    /// Whether it is on its way out.
    pub(crate) is_deprecated: bool,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

/// A value beside the body.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Its name on the wire: `If-Match`.
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) description: String,
    pub(crate) ty: Type,
    pub(crate) is_required: bool,
    /// Lists only: whether the values are joined by commas in one (`explode: false`), and not each a pair of its own.
    pub(crate) is_joined: bool,
    pub(crate) example: Option<Value>,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Body {
    /// `application/json` if there is a choice.
    pub(crate) media_type: String,
    pub(crate) ty: Type,
    pub(crate) is_required: bool,
    pub(crate) description: String,
    pub(crate) example: Option<Value>,
}

/// What success gives.
#[derive(Debug)]
pub(crate) enum Answer {
    /// No content.
    Nothing,
    /// JSON.
    Json(Type),
    /// Text of another kind, such as YAML.
    Text,
    /// Bytes.
    Bytes,
    /// Server-sent events.
    Events(Events),
    /// JSON, or events if the body's field `switch` is true.
    Either { json: Type, events: Events, switch: String },
}

/// Server-sent events.
#[derive(Debug)]
pub(crate) struct Events {
    /// The JSON in `data:`.
    pub(crate) ty: Type,
    /// How to go on after the connection broke; without it one cannot.
    pub(crate) resume: Option<Resume>,
    /// The event types after which nothing comes. If empty, the stream ends only when its reader ends it, and an end by the
    /// server is a reason to come again.
    pub(crate) ends_with: Vec<String>,
    /// Whether the last `data:` is `[DONE]`, which is no JSON.
    pub(crate) ends_with_done: bool,
}

/// How to go on with a stream: GET with `Last-Event-ID`.
#[derive(Debug, Clone)]
pub(crate) struct Resume {
    /// The path, which is the operation's own path if it resumes itself.
    pub(crate) path: String,
    /// The parameter in that path which comes from the event's field of the same name; nothing if the operation resumes
    /// itself, whose path is filled already.
    pub(crate) field: Option<String>,
}

/// A list in parts.
#[derive(Debug)]
pub(crate) struct Page {
    /// What is listed.
    pub(crate) item: Type,
    /// The type of the part, if it says more than the items and the next cursor.
    pub(crate) rich: Option<Type>,
}

/// The fields of a page, and the parameter that asks for the next one.
pub(crate) const PAGE_ITEMS: &str = "data";
pub(crate) const PAGE_NEXT: &str = "next_cursor";
pub(crate) const PAGE_CURSOR: &str = "cursor";

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// Any JSON.
    Any,
    String,
    /// RFC 3339.
    DateTime,
    Integer,
    Number,
    Boolean,
    /// Always this value.
    Constant(Value),
    List(Box<Type>),
    Map(Box<Type>),
    /// The type of this name.
    Named(String),
    /// Or null.
    Nullable(Box<Type>),
}

/// A type with a name.
#[derive(Debug)]
pub(crate) struct Named {
    /// As in the document: `AgentModel`, and always fit for a type's name.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) shape: Shape,
    /// Whether clients send it.
    pub(crate) is_sent: bool,
    /// Whether clients receive it.
    pub(crate) is_received: bool,
    pub(crate) example: Option<Value>,
}

/// What a named type is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Object {
        fields: Vec<Field>,
        /// The type of fields that are not listed, where they may be sent.
        rest: Option<Type>,
    },
    /// Strings. More may come.
    Enum(Vec<String>),
    /// One of several types. More may come.
    Union {
        /// The field that distinguishes them, if there is one.
        tag: Option<String>,
        variants: Vec<Variant>,
    },
    /// Another name.
    Alias(Type),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    /// Its name on the wire.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) ty: Type,
    pub(crate) is_required: bool,
    pub(crate) is_deprecated: bool,
    pub(crate) default: Option<Value>,
    pub(crate) example: Option<Value>,
}

/// A case of a union.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    /// Its name without the union's: `SessionResolved`.
    pub(crate) name: String,
    /// The tag's value.
    pub(crate) value: Option<String>,
    pub(crate) description: String,
    pub(crate) ty: Type,
}

impl Api {
    /// The type of this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Named> {
        self.types.iter().find(|named| named.name == name)
    }

    /// All operations.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }

    /// The operation of this id, to be changed.
    pub(crate) fn operation_mut(&mut self, id: &str) -> Option<&mut Operation> {
        self.groups.iter_mut().flat_map(|group| &mut group.operations).find(|operation| operation.id == id)
    }

    /// The operation of this id.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations().find(|operation| operation.id == id)
    }
}

impl Operation {
    /// The parameters of one location.
    pub(crate) fn parameters_in(&self, location: Location) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.location == location)
    }

    /// The events, if success gives any.
    pub(crate) const fn events(&self) -> Option<&Events> {
        match &self.answer {
            Answer::Events(events) | Answer::Either { events, .. } => Some(events),
            _ => None,
        }
    }
}

/// Whether a media type that is not JSON is text.
pub(crate) fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("yaml")
        || media_type.ends_with("ndjson")
        || media_type.ends_with("xml")
}

impl Answer {
    /// The types of the JSON in it.
    pub(crate) fn types(&self) -> Vec<&Type> {
        match self {
            Self::Json(ty) => vec![ty],
            Self::Events(events) => vec![&events.ty],
            Self::Either { json, events, .. } => vec![json, &events.ty],
            Self::Nothing | Self::Text | Self::Bytes => Vec::new(),
        }
    }
}

impl Type {
    /// The types it is made of, itself first.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => {
                let mut parts = vec![self];
                parts.extend(inner.parts());
                parts
            }
            _ => vec![self],
        }
    }

    /// Itself, if null is no value of it.
    pub(crate) fn without_null(&self) -> &Self {
        match self {
            Self::Nullable(inner) => inner,
            other => other,
        }
    }
}

impl Shape {
    /// The types that it mentions.
    pub(crate) fn mentioned(&self) -> Vec<&Type> {
        match self {
            Self::Object { fields, rest } => fields.iter().map(|field| &field.ty).chain(rest).collect(),
            Self::Enum(_) => Vec::new(),
            Self::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
            Self::Alias(ty) => vec![ty],
        }
    }
}
