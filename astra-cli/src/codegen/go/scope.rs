//! What everything is called, and what types are in Go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names;
use crate::codegen::model::{Api, Named, Operation, Shape, Type};
use crate::codegen::naming::UsedNames;

/// What the runtime declares, so that no type of a document can be called so.
pub(super) const RUNTIME: [&str; 50] = [
    "CallOption",
    "Client",
    "ClientOption",
    "ConnectionError",
    "DecodeError",
    "DefaultBaseURL",
    "ErrBadRequest",
    "ErrConflict",
    "ErrForbidden",
    "ErrNotFound",
    "ErrNotModified",
    "ErrPreconditionFailed",
    "ErrRateLimited",
    "ErrServer",
    "ErrUnauthorized",
    "ErrUnavailable",
    "ErrUnprocessable",
    "Error",
    "NewClient",
    "Null",
    "Nullable",
    "Option",
    "Page",
    "Pager",
    "Ptr",
    "Response",
    "RichPager",
    "Stream",
    "StreamError",
    "TimeoutError",
    "TokenPair",
    "Value",
    "WithBaseURL",
    "WithClientCredentials",
    "WithHTTPClient",
    "WithHeader",
    "WithIdempotencyKey",
    "WithIdleTimeout",
    "WithLastEventID",
    "WithMaxRetries",
    "WithPassword",
    "WithRefreshToken",
    "WithRequestID",
    "WithResponseInto",
    "WithTimeout",
    "WithToken",
    "WithTokenFunc",
    "WithTokenHook",
    "WithoutResume",
    "Version",
];

/// The names of a document's things in Go.
pub(super) struct Scope<'a> {
    pub(super) api: &'a Api,
    /// What stands before the package's names: nothing inside, `astra.` outside.
    prefix: &'static str,
    types: BTreeMap<&'a str, TypeNames>,
    services: BTreeMap<&'a str, ServiceNames>,
    /// The types in which null and absent are two things: those of merge patches.
    patched: BTreeSet<&'a str>,
}

/// The names of a type.
#[derive(Debug, Default)]
struct TypeNames {
    own: String,
    /// Of each value of an enumeration, of each constructor of a choice.
    parts: Vec<String>,
    /// The case of a union that is not known.
    unknown: String,
}

/// The names of a group.
#[derive(Debug, Default)]
pub(super) struct ServiceNames {
    /// `AgentsService`
    pub(super) ty: String,
    /// `Agents`, of the client.
    pub(super) field: String,
    /// By the operation's id.
    pub(super) operations: BTreeMap<String, CallNames>,
}

/// The names of an operation.
#[derive(Debug, Default)]
pub(super) struct CallNames {
    pub(super) method: String,
    /// The method that streams, if there are two.
    pub(super) streaming: String,
    pub(super) params: String,
}

/// What a type is, aliases followed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Any,
    Plain(&'static str),
    Time,
    List(&'a Type),
    Map(&'a Type),
    /// A struct.
    Object(&'a Named),
    Enum(&'a Named),
    /// An interface: a union with a tag.
    Union(&'a Named),
    /// A struct with a field for each case: a union without a tag.
    Choice(&'a Named),
    Nullable(&'a Type),
}

impl<'a> Scope<'a> {
    /// The names of `api`, as seen from inside its package or from outside.
    pub(super) fn new(api: &'a Api, prefix: &'static str) -> Self {
        let mut scope =
            Self { api, prefix, types: BTreeMap::new(), services: BTreeMap::new(), patched: BTreeSet::new() };
        let mut taken = UsedNames::of(RUNTIME);
        for named in &api.types {
            let own = taken.claim(&names::exported(&named.name), "Model");
            scope.types.insert(&named.name, TypeNames { own, ..TypeNames::default() });
        }
        for named in &api.types {
            scope.name_parts(named, &mut taken);
        }
        scope.name_services(&mut taken);
        for operation in api.operations().filter(|operation| operation.method == "PATCH") {
            if let Some(body) = &operation.body {
                scope.note_patched(&body.ty);
            }
        }
        scope
    }

    fn name_parts(&mut self, named: &'a Named, taken: &mut UsedNames) {
        let is_union = matches!(self.kind_of(named), Kind::Union(_));
        let Some(names) = self.types.get_mut(named.name.as_str()) else { return };
        let own = names.own.clone();
        match &named.shape {
            Shape::Enum(values) => {
                let claim = |value: &String| taken.claim(&format!("{own}{}", names::constant(value)), "Value");
                names.parts = values.iter().map(claim).collect();
            }
            Shape::Union { .. } if is_union => names.unknown = taken.claim(&format!("{own}Unknown"), "Variant"),
            Shape::Union { variants, .. } => {
                let wanted = variants.iter().map(|variant| format!("{own}Of{}", names::exported(&variant.name)));
                names.parts = wanted.map(|wanted| taken.claim(&wanted, "")).collect();
            }
            Shape::Object { .. } | Shape::Alias(_) => {}
        }
    }

    fn name_services(&mut self, taken: &mut UsedNames) {
        let mut fields = UsedNames::of(["Do", "String", "GoString"]);
        for group in &self.api.groups {
            let name = names::exported(&group.name);
            let ty = taken.claim(&format!("{name}Service"), "");
            let field = fields.claim(&name, "API");
            let mut methods = UsedNames::default();
            let mut calls = BTreeMap::new();
            for operation in &group.operations {
                let method = methods.claim(&names::exported(&operation.name), "Call");
                let params = taken.claim(&format!("{name}{method}Params"), "");
                calls.insert(operation.id.clone(), CallNames { method, streaming: String::new(), params });
            }
            for call in calls.values_mut() {
                call.streaming = methods.claim(&format!("{}Stream", call.method), "");
            }
            self.services.insert(&group.name, ServiceNames { ty, field, operations: calls });
        }
    }

    /// A patch reaches into objects, and takes lists and maps as a whole.
    fn note_patched(&mut self, ty: &'a Type) {
        match self.kind(ty) {
            Kind::Nullable(inner) => self.note_patched(inner),
            Kind::Object(named) if self.patched.insert(&named.name) => {
                named.shape.mentioned().into_iter().for_each(|ty| self.note_patched(ty));
            }
            _ => {}
        }
    }

    /// What `ty` is.
    pub(super) fn kind(&self, ty: &'a Type) -> Kind<'a> {
        match ty {
            Type::Any => Kind::Any,
            Type::String => Kind::Plain("string"),
            Type::DateTime => Kind::Time,
            Type::Integer => Kind::Plain("int"),
            Type::Number => Kind::Plain("float64"),
            Type::Boolean => Kind::Plain("bool"),
            Type::Constant(Value::String(_)) => Kind::Plain("string"),
            Type::Constant(Value::Bool(_)) => Kind::Plain("bool"),
            Type::Constant(Value::Number(number)) if number.is_f64() => Kind::Plain("float64"),
            Type::Constant(Value::Number(_)) => Kind::Plain("int"),
            Type::Constant(_) => Kind::Any,
            Type::List(inner) => Kind::List(inner),
            Type::Map(inner) => Kind::Map(inner),
            Type::Nullable(inner) => Kind::Nullable(inner),
            Type::Named(name) => self.api.named(name).map_or(Kind::Any, |named| self.kind_of(named)),
        }
    }

    /// What a named type is.
    pub(super) fn kind_of(&self, named: &'a Named) -> Kind<'a> {
        let mut named = named;
        // An alias of itself can be anything.
        for _ in 0..=self.api.types.len() {
            match &named.shape {
                Shape::Object { .. } => return Kind::Object(named),
                Shape::Enum(_) => return Kind::Enum(named),
                Shape::Union { tag: Some(_), variants } => {
                    let is_object = |ty: &'a Type| matches!(ty, Type::Named(name) if self.is_object(name));
                    let is_tagged = variants.iter().all(|it| it.value.is_some() && is_object(&it.ty));
                    return if is_tagged { Kind::Union(named) } else { Kind::Choice(named) };
                }
                Shape::Union { .. } => return Kind::Choice(named),
                Shape::Alias(Type::Named(next)) => match self.api.named(next) {
                    Some(next) => named = next,
                    None => return Kind::Any,
                },
                Shape::Alias(ty) => return self.kind(ty),
            }
        }
        Kind::Any
    }

    fn is_object(&self, name: &str) -> bool {
        self.api.named(name).is_some_and(|named| matches!(named.shape, Shape::Object { .. }))
    }

    /// `ty` in Go.
    pub(super) fn go(&self, ty: &'a Type) -> String {
        match (ty, self.kind(ty)) {
            (_, Kind::Nullable(inner)) if self.is_nilable(inner) => self.go(inner),
            (_, Kind::Nullable(inner)) => format!("*{}", self.go(inner)),
            (Type::Named(name), _) => self.name(name),
            (_, Kind::Plain(name)) => name.to_owned(),
            (_, Kind::Time) => "time.Time".to_owned(),
            (_, Kind::List(inner)) => format!("[]{}", self.go(inner)),
            (_, Kind::Map(inner)) => format!("map[string]{}", self.go(inner)),
            _ => "any".to_owned(),
        }
    }

    /// Whether `ty` has nil among its values, so that it needs no pointer to be absent.
    pub(super) fn is_nilable(&self, ty: &'a Type) -> bool {
        matches!(self.kind(ty), Kind::Any | Kind::List(_) | Kind::Map(_) | Kind::Union(_) | Kind::Nullable(_))
    }

    /// The type of the document that is called `name`; any if there is none.
    pub(super) fn name(&self, name: &str) -> String {
        self.types.get(name).map_or_else(|| "any".to_owned(), |names| format!("{}{}", self.prefix, names.own))
    }

    /// The names of an enumeration's values, or of a choice's constructors.
    pub(super) fn parts(&self, named: &Named) -> Vec<String> {
        let parts = self.types.get(named.name.as_str()).map(|names| names.parts.as_slice());
        parts.unwrap_or_default().iter().map(|part| format!("{}{part}", self.prefix)).collect()
    }

    /// The case of a union that is not known.
    pub(super) fn unknown(&self, named: &Named) -> String {
        self.types
            .get(named.name.as_str())
            .map_or_else(String::new, |names| format!("{}{}", self.prefix, names.unknown))
    }

    /// The function that reads a union.
    pub(super) fn reader(&self, named: &Named) -> String {
        self.types.get(named.name.as_str()).map_or_else(String::new, |names| format!("unmarshal{}", names.own))
    }

    /// Whether null and absent are two things in the fields of `name`.
    pub(super) fn is_patched(&self, name: &str) -> bool {
        self.patched.contains(name)
    }

    /// The names of a group.
    pub(super) fn service(&self, group: &str) -> Option<&ServiceNames> {
        self.services.get(group)
    }

    /// The group of an operation, and the names of both.
    pub(super) fn call(&self, operation: &Operation) -> Option<(&ServiceNames, &CallNames)> {
        self.services.values().find_map(|service| Some((service, service.operations.get(&operation.id)?)))
    }

    /// A name of the package.
    pub(super) fn own(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// What reads `ty` from JSON, if its Go type cannot do so by itself: interfaces, and lists and maps of them.
    pub(super) fn decoder(&self, ty: &'a Type) -> Option<String> {
        match (ty, self.kind(ty)) {
            (_, Kind::Nullable(inner)) => self.decoder(inner).map(|decode| format!("orNull({decode})")),
            (_, Kind::Union(named)) => Some(self.reader(named)),
            // A list with a name reads itself.
            (Type::Named(_), _) => None,
            (_, Kind::List(inner)) => self.decoder(inner).map(|decode| format!("listOf({decode})")),
            (_, Kind::Map(inner)) => self.decoder(inner).map(|decode| format!("mapOf({decode})")),
            _ => None,
        }
    }
}
