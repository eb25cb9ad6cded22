//! Writes unions: one of several types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::layout::literal;
use super::models::{content, nameless, unknown};
use super::names;
use super::plan::{Mode, Plan};
use super::prose::document;
use crate::codegen::Source;
use crate::codegen::model::{Named, Shape, Type, Variant};
use crate::codegen::naming::UsedNames;

/// A case of a union, in Rust.
pub(super) struct Case<'a> {
    pub(super) name: String,
    /// The tag's value.
    pub(super) value: Option<String>,
    pub(super) ty: &'a Type,
    description: &'a str,
}

/// Writes a union.
pub(super) fn write(source: &mut Source, plan: &Plan, named: &Named, tag: Option<&str>, variants: &[Variant]) {
    let name = plan.name(&named.name, Mode::Plain);
    let cases = cases(plan, named, tag, variants);
    match tag.filter(|_| cases.iter().all(|case| case.value.is_some())) {
        Some(tag) => tagged(source, plan, named, (&name, tag), &cases),
        None => untagged(source, plan, named, &name, &cases),
    }
    if named.is_sent {
        conversions(source, plan, named, &name, &cases);
    }
}

/// The cases of a union. What the document does not say of a tag's value, the type itself may say.
pub(super) fn cases<'a>(plan: &Plan<'a>, union: &Named, tag: Option<&str>, variants: &'a [Variant]) -> Vec<Case<'a>> {
    let (mut taken, mut values) = (UsedNames::default(), BTreeSet::new());
    let mut cases = Vec::new();
    // What is the union by another name only says again what it is.
    for variant in variants.iter().filter(|variant| !is_by_names(plan, &variant.ty, &union.name)) {
        let value = variant.value.clone().or_else(|| tag.and_then(|tag| tag_of(plan, tag, &variant.ty)));
        if value.as_ref().is_some_and(|value| !values.insert(value.clone())) {
            continue;
        }
        let name = taken.claim(&names::variant(&variant.name), "");
        let own = if let Type::Named(name) = &variant.ty { plan.api.named(name) } else { None };
        let described = [Some(&variant.description), own.map(|named| &named.description)];
        let description = described.into_iter().flatten().find(|text| !text.is_empty()).map_or("", String::as_str);
        cases.push(Case { name, value, ty: &variant.ty, description });
    }
    cases
}

/// Whether a type is the union `name`, or one of which that is a case.
fn is_by_names(plan: &Plan, ty: &Type, name: &str) -> bool {
    let (mut seen, mut queue) = (BTreeSet::new(), vec![ty]);
    while let Some(ty) = queue.pop() {
        let Type::Named(other) = ty.without_null() else { continue };
        if other == name {
            return true;
        }
        match plan.api.named(other).filter(|_| seen.insert(other)).map(|named| &named.shape) {
            Some(Shape::Union { variants, .. }) => queue.extend(variants.iter().map(|variant| &variant.ty)),
            Some(Shape::Alias(inner)) => queue.push(inner),
            _ => {}
        }
    }
    false
}

fn tag_of(plan: &Plan, tag: &str, ty: &Type) -> Option<String> {
    let Some(Shape::Object { fields, .. }) = plan.shape_of(ty) else { return None };
    match &fields.iter().find(|field| field.name == tag)?.ty {
        Type::Constant(Value::String(value)) => Some(value.clone()),
        _ => None,
    }
}

/// The case for all that is not known.
pub(super) fn unknown_case(cases: &[Case]) -> String {
    unknown(&cases.iter().map(|case| (case.name.clone(), String::new())).collect::<Vec<_>>())
}

fn tagged(source: &mut Source, plan: &Plan, named: &Named, (name, tag): (&str, &str), cases: &[Case]) {
    source.block("tagged_union! {", "}", |source| {
        document(source, 1, &named.description, &nameless(named));
        let head = format!("pub enum {name} by {} or {} {{", literal(tag), unknown_case(cases));
        source.block(&head, "}", |source| {
            for case in cases {
                let value = case.value.as_deref().unwrap_or_default();
                document(source, 2, case.description, &super::models::shown(value));
                let inner = content(plan, &named.name, case.ty);
                source.line(format!("{} => {}({inner}),", literal(value), case.name));
            }
        });
    });
}

fn untagged(source: &mut Source, plan: &Plan, named: &Named, name: &str, cases: &[Case]) {
    document(source, 0, &named.description, &nameless(named));
    source.line("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]").line("#[serde(untagged)]");
    source.line("#[non_exhaustive]");
    source.block(&format!("pub enum {name} {{"), "}", |source| {
        for case in cases {
            document(source, 1, case.description, &format!("`{}`", plan.ty(case.ty, Mode::Plain)));
            source.line(format!("{}({}),", case.name, content(plan, &named.name, case.ty)));
        }
        source.line("/// A kind that this client does not know.");
        source.line(format!("{}(serde_json::Value),", unknown_case(cases)));
    });
}

/// `From` of each case that its type identifies.
fn conversions(source: &mut Source, plan: &Plan, named: &Named, name: &str, cases: &[Case]) {
    let behind = |case: &Case| plan.ty(plan.behind(case.ty), Mode::Plain);
    for case in cases {
        let own = behind(case);
        let is_alone = cases.iter().filter(|other| behind(other) == own).count() == 1;
        if !is_alone || own == "serde_json::Value" || own == name {
            continue;
        }
        let is_boxed = content(plan, &named.name, case.ty).starts_with("Box<");
        let value = if is_boxed { "Box::new(value)" } else { "value" };
        let ty = plan.ty(case.ty, Mode::Plain);
        conversion(source, name, &ty, &format!("Self::{}({value})", case.name));
        if own == "String" {
            conversion(source, name, "&str", &format!("Self::{}(value.to_owned())", case.name));
        }
    }
}

fn conversion(source: &mut Source, name: &str, from: &str, body: &str) {
    source.gap().block(&format!("impl From<{from}> for {name} {{"), "}", |source| {
        source.block(&format!("fn from(value: {from}) -> Self {{"), "}", |source| {
            source.line(body);
        });
    });
}
