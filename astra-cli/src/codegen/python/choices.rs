//! Choices between types, and other names of types: aliases, and the functions that read them.

use std::collections::BTreeSet;

use super::annotations::{Annotations, has_reader, mentions};
use super::layout::{Code, fits};
use super::names::{Scope, wanted};
use super::text::{self, docstring};
use crate::codegen::model::{Named, Shape, Type, Variant};
use crate::codegen::source::{Source, sentence};

/// Those that are received.
pub(super) fn received(body: &mut Source, annotations: &mut Annotations<'_>) {
    let api = annotations.api;
    let all: Vec<&Named> = api.types.iter().filter(|named| named.is_received && is_alias(named)).collect();
    for named in &all {
        if let Shape::Union { tag, .. } = &named.shape {
            unknown(body, annotations, named, tag.as_deref());
        }
    }
    body.gap();
    for named in in_order(&all) {
        let cases = match &named.shape {
            Shape::Union { variants, .. } => {
                let mut cases: Vec<String> = variants.iter().map(|variant| annotations.received(&variant.ty)).collect();
                cases.extend(annotations.names.of_type(&named.name).map(|names| names.unknown.clone()));
                cases
            }
            Shape::Alias(ty) => vec![annotations.received(ty)],
            Shape::Object { .. } | Shape::Enum(_) => continue,
        };
        let class = annotations.class(&named.name);
        alias(body.gap(), annotations, named, &class, cases);
    }
    for named in all {
        if has_reader(api, &named.name) {
            reader(body, annotations, named);
        }
    }
}

/// Those that are sent.
pub(super) fn sent(body: &mut Source, annotations: &mut Annotations<'_>) {
    let api = annotations.api;
    let all: Vec<&Named> = api.types.iter().filter(|named| named.is_sent && is_alias(named)).collect();
    for named in in_order(&all) {
        let Some(names) = annotations.names.of_type(&named.name) else { continue };
        let mut cases = match &named.shape {
            Shape::Union { variants, .. } => variants.iter().map(|variant| annotations.sent(&variant.ty)).collect(),
            Shape::Alias(ty) => vec![annotations.sent(ty)],
            Shape::Object { .. } | Shape::Enum(_) => continue,
        };
        if named.is_received && matches!(named.shape, Shape::Union { .. }) {
            // What came can be sent back as it is.
            cases.push(annotations.imports.from(".types", &names.unknown));
        }
        alias(body.gap(), annotations, named, &names.param, cases);
    }
}

fn is_alias(named: &Named) -> bool {
    matches!(named.shape, Shape::Union { .. } | Shape::Alias(_))
}

/// Aliases behind those that they mention, as far as there is such an order.
fn in_order<'a>(all: &[&'a Named]) -> Vec<&'a Named> {
    let mut left: Vec<&Named> = all.to_vec();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let waits = |named: &Named| {
            let others = left.iter().filter(|other| other.name != named.name);
            let parts: Vec<&Type> = named.shape.mentioned().into_iter().flat_map(Type::parts).collect();
            others.into_iter().any(|other| parts.iter().any(|part| **part == Type::Named(other.name.clone())))
        };
        let place = left.iter().position(|named| !waits(named)).unwrap_or(0);
        ordered.push(left.remove(place));
    }
    ordered
}

fn alias(body: &mut Source, annotations: &mut Annotations<'_>, named: &Named, name: &str, cases: Vec<String>) {
    let alias = annotations.imports.from("typing", "TypeAlias");
    let mut seen = BTreeSet::new();
    let cases: Vec<String> = cases.into_iter().filter(|case| seen.insert(case.clone())).collect();
    let is_circular =
        named.shape.mentioned().into_iter().any(|ty| mentions(annotations.api, ty, &named.name, &mut BTreeSet::new()));
    let joined = cases.join(" | ");
    if is_circular {
        body.line(format!("{name}: {alias} = {}", text::literal(&joined)));
    } else if fits(&format!("{name}: {alias} = {joined}"), 0) || cases.len() < 2 {
        body.line(format!("{name}: {alias} = {joined}"));
    } else {
        body.block(&format!("{name}: {alias} = ("), ")", |inner| {
            if fits(&joined, 1) {
                inner.line(&joined);
                return;
            }
            let cases = joined.split(" | ");
            for (place, case) in cases.enumerate() {
                inner.line(if place == 0 { case.to_owned() } else { format!("| {case}") });
            }
        });
    }
    docstring(body, 0, &sentence(&named.description));
}

fn unknown(body: &mut Source, annotations: &mut Annotations<'_>, named: &Named, tag: Option<&str>) {
    let Some(names) = annotations.names.of_type(&named.name) else { return };
    annotations.imports.module("dataclasses");
    let any = annotations.any();
    body.gap().gap().line("@dataclasses.dataclass(frozen=True, slots=True)");
    body.line(format!("class {}:", names.unknown)).deeper(|body| {
        docstring(body, 1, &format!("A kind of `{}` that this client does not know yet.", names.class));
        let tag = tag.map(|tag| Scope::of_dataclass().take(&wanted(tag)));
        if let Some(tag) = tag {
            body.gap().line(format!("{tag}: str"));
            docstring(body, 1, "What it is called; empty if the server does not say.");
        }
        body.gap().line(format!("raw: {any}"));
        docstring(body, 1, "The JSON that came.");
        body.gap().line(format!("def to_json(self) -> {any}:")).deeper(|body| {
            docstring(body, 2, "Writes it.");
            body.line("return self.raw");
        });
    });
}

fn reader(body: &mut Source, annotations: &mut Annotations<'_>, named: &Named) {
    let Some(names) = annotations.names.of_type(&named.name) else { return };
    let any = annotations.any();
    let class = annotations.class(&named.name);
    body.gap().gap().line(format!("def {}(value: {any}) -> {class}:", names.reader)).deeper(|body| {
        docstring(body, 1, &format!("Reads a `{class}`."));
        let callable = format!("{}[[{any}], {class}]", annotations.imports.from("collections.abc", "Callable"));
        let (value, unknown) = (Code::plain("value"), Code::plain(names.unknown.clone()));
        match &named.shape {
            Shape::Union { tag: Some(tag), variants } => {
                let cases = Code::dictionary(tagged(annotations, variants));
                cases.write(body, 1, &format!("cases: dict[str, {callable}] = "), "");
                let items = vec![value, Code::plain(text::literal(tag)), Code::plain("cases"), unknown];
                Code::call(&annotations.decoding("by_tag"), items).write(body, 1, "return ", "");
            }
            Shape::Union { tag: None, variants } => {
                let cases = Code::list(variants.iter().map(|variant| annotations.reader(&variant.ty)).collect());
                cases.write(body, 1, &format!("cases: list[{callable}] = "), "");
                let items = vec![value, Code::plain("cases"), unknown];
                Code::call(&annotations.decoding("by_fit"), items).write(body, 1, "return ", "");
            }
            Shape::Alias(ty) => {
                let read = annotations.reader(ty);
                Code::call(&read.flat(), vec![Code::plain("value")]).write(body, 1, "return ", "");
            }
            Shape::Object { .. } | Shape::Enum(_) => {}
        }
    });
}

/// The readers of variants by their tags. A tag that is not said is the type's name.
fn tagged(annotations: &mut Annotations<'_>, variants: &[Variant]) -> Vec<Code> {
    let mut cases = Vec::new();
    for variant in variants {
        let value = variant.value.clone().or_else(|| match &variant.ty {
            Type::Named(name) => Some(name.clone()),
            _ => None,
        });
        if let Some(value) = value {
            cases.push(Code::keyed(&text::literal(&value), annotations.reader(&variant.ty)));
        }
    }
    cases
}
