//! Types as annotations, and the functions that read them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::layout::Code;
use super::modules::Imports;
use super::names::{BUILT_INS, Names};
use super::text;
use crate::codegen::model::{Api, Shape, Type};

/// The module that something is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Module {
    /// `types.py`
    Types,
    /// `params.py`
    Params,
    /// `groups/*.py`
    Groups,
}

/// Writes annotations, and remembers what they need to be imported.
#[derive(Debug)]
pub(super) struct Annotations<'a> {
    pub(super) api: &'a Api,
    pub(super) names: &'a Names,
    pub(super) imports: Imports,
    module: Module,
    /// Built-in names that the methods of a group hide.
    hidden: BTreeSet<String>,
}

impl<'a> Annotations<'a> {
    /// For a module.
    pub(super) fn new(api: &'a Api, names: &'a Names, module: Module) -> Self {
        Self { api, names, imports: Imports::default(), module, hidden: BTreeSet::new() }
    }

    /// Notes the methods of a group, which hide built-in names of the same name.
    pub(super) fn hide<'b>(&mut self, methods: impl IntoIterator<Item = &'b String>) {
        let is_needed = |name: &&String| BUILT_INS.contains(&name.as_str());
        self.hidden.extend(methods.into_iter().filter(is_needed).cloned());
    }

    /// A built-in type.
    pub(super) fn built_in(&mut self, name: &str) -> String {
        if self.hidden.contains(name) {
            self.imports.module("builtins");
            return format!("builtins.{name}");
        }
        name.to_owned()
    }

    /// `Any`
    pub(super) fn any(&mut self) -> String {
        self.imports.from("typing", "Any")
    }

    /// A type as it is received.
    pub(super) fn received(&mut self, ty: &Type) -> String {
        match ty {
            Type::List(item) => format!("{}[{}]", self.built_in("list"), self.received(item)),
            Type::Map(item) => format!("{}[{}, {}]", self.built_in("dict"), self.built_in("str"), self.received(item)),
            Type::Nullable(inner) => optional(&self.received(inner)),
            Type::Named(name) => self.class(name),
            other => self.plain(other),
        }
    }

    /// A type as it may be sent.
    pub(super) fn sent(&mut self, ty: &Type) -> String {
        match ty {
            Type::DateTime => format!("{} | {}", self.imports.from("datetime", "datetime"), self.built_in("str")),
            Type::List(item) => format!("{}[{}]", self.imports.from("collections.abc", "Sequence"), self.sent(item)),
            Type::Map(item) => {
                let key = self.built_in("str");
                format!("{}[{key}, {}]", self.imports.from("collections.abc", "Mapping"), self.sent(item))
            }
            Type::Nullable(inner) => optional(&self.sent(inner)),
            Type::Named(name) => self.sent_named(name),
            other => self.plain(other),
        }
    }

    /// A named type as it is received.
    pub(super) fn class(&mut self, name: &str) -> String {
        let Some(names) = self.names.of_type(name) else { return self.any() };
        let class = names.class.clone();
        match self.module {
            Module::Types => class,
            Module::Params => self.imports.from(".types", &class),
            Module::Groups => self.imports.from("..types", &class),
        }
    }

    fn sent_named(&mut self, name: &str) -> String {
        let (Some(names), Some(named)) = (self.names.of_type(name), self.api.named(name)) else { return self.any() };
        if matches!(named.shape, Shape::Enum(_)) {
            return self.class(name);
        }
        let param = names.param.clone();
        if self.module == Module::Groups {
            self.imports.from("..params", &param);
        }
        let mut cases = vec![param];
        if let Shape::Object { rest, .. } = &named.shape {
            if named.is_received {
                cases.push(self.class(name));
            }
            if rest.is_some() {
                let (mapping, key) = (self.imports.from("collections.abc", "Mapping"), self.built_in("str"));
                cases.push(format!("{mapping}[{key}, {}]", self.any()));
            }
        }
        cases.join(" | ")
    }

    fn plain(&mut self, ty: &Type) -> String {
        match ty {
            Type::String => self.built_in("str"),
            Type::Integer => self.built_in("int"),
            Type::Number => self.built_in("float"),
            Type::Boolean => self.built_in("bool"),
            Type::DateTime => self.imports.from("datetime", "datetime"),
            Type::Constant(Value::Null) => "None".to_owned(),
            Type::Constant(value) => match constant(value) {
                Some(value) => format!("{}[{value}]", self.imports.from("typing", "Literal")),
                None => self.any(),
            },
            _ => self.any(),
        }
    }

    /// The function that reads a type.
    pub(super) fn reader(&mut self, ty: &Type) -> Code {
        match ty {
            Type::List(item) => {
                let (list_of, item) = (self.decoding("as_list"), self.reader(item));
                Code::call(&list_of, vec![item])
            }
            Type::Map(item) => {
                let (map_of, item) = (self.decoding("as_map"), self.reader(item));
                Code::call(&map_of, vec![item])
            }
            Type::Nullable(inner) => {
                let (nullable, inner) = (self.decoding("as_nullable"), self.reader(inner));
                Code::call(&nullable, vec![inner])
            }
            Type::Constant(Value::Null) => Code::plain(self.decoding("as_null")),
            Type::Constant(value) if constant(value).is_some() => {
                // A checker would take the value for any string; what is annotated says which.
                let function = format!("{}[{}]", self.decoding("AsConstant"), self.plain(ty));
                Code::call(&function, vec![text::value(value)])
            }
            Type::String => Code::plain(self.decoding("as_string")),
            Type::Integer => Code::plain(self.decoding("as_integer")),
            Type::Number => Code::plain(self.decoding("as_number")),
            Type::Boolean => Code::plain(self.decoding("as_boolean")),
            Type::DateTime => Code::plain(self.decoding("as_datetime")),
            Type::Named(name) => self.named_reader(name),
            Type::Any | Type::Constant(_) => Code::plain(self.decoding("as_anything")),
        }
    }

    fn named_reader(&mut self, name: &str) -> Code {
        let (Some(names), Some(named)) = (self.names.of_type(name), self.api.named(name)) else {
            return Code::plain(self.decoding("as_anything"));
        };
        match &named.shape {
            Shape::Object { .. } => Code::plain(format!("{}.from_json", self.class(name))),
            Shape::Enum(_) => Code::plain(self.decoding("as_string")),
            Shape::Alias(ty) if !has_reader(self.api, name) => self.reader(ty),
            Shape::Union { .. } | Shape::Alias(_) => {
                if self.module == Module::Groups {
                    self.imports.from("..types", &names.reader);
                }
                Code::plain(names.reader.clone())
            }
        }
    }

    /// A function of the runtime that reads.
    pub(super) fn decoding(&mut self, name: &str) -> String {
        self.runtime("_decoding", name)
    }

    /// A name of a module of the runtime.
    pub(super) fn runtime(&mut self, module: &str, name: &str) -> String {
        let dots = if self.module == Module::Groups { ".." } else { "." };
        self.imports.from(&format!("{dots}{module}"), name)
    }
}

/// `annotation`, or `None`.
pub(super) fn optional(annotation: &str) -> String {
    let is_so = annotation == "None" || annotation == "Any" || annotation.ends_with("| None");
    if is_so { annotation.to_owned() } else { format!("{annotation} | None") }
}

/// A constant that `Literal` takes.
pub(super) fn constant(value: &Value) -> Option<String> {
    let is_fit = match value {
        Value::String(_) | Value::Bool(_) => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        _ => false,
    };
    is_fit.then(|| text::value(value).flat())
}

/// Whether a function reads this type: unions, and aliases that mention themselves.
pub(super) fn has_reader(api: &Api, name: &str) -> bool {
    match api.named(name).map(|named| &named.shape) {
        Some(Shape::Union { .. }) => true,
        Some(Shape::Alias(ty)) => mentions(api, ty, name, &mut BTreeSet::new()),
        _ => false,
    }
}

/// Whether `ty` is made of the type `name`, going through aliases and unions but not through objects.
pub(super) fn mentions(api: &Api, ty: &Type, name: &str, seen: &mut BTreeSet<String>) -> bool {
    ty.parts().into_iter().any(|part| {
        let Type::Named(other) = part else { return false };
        if other == name {
            return true;
        }
        let inner = match api.named(other).map(|named| &named.shape) {
            Some(Shape::Alias(ty)) => vec![ty],
            Some(Shape::Union { variants, .. }) => variants.iter().map(|variant| &variant.ty).collect(),
            _ => Vec::new(),
        };
        seen.insert(other.clone()) && inner.into_iter().any(|ty| mentions(api, ty, name, seen))
    })
}
