//! Writes the types that are sent and received.

use std::collections::BTreeSet;

use super::plan::{Mode, Plan};
use super::prose::document;
use super::{names, objects, pages, sizes, unions};
use crate::codegen::Source;
use crate::codegen::model::{Named, Shape, Type};
use crate::codegen::naming::UsedNames;
use crate::harmless::turns_direction;

/// The file of all types.
pub(super) fn file(plan: &Plan) -> String {
    let mut bodies = Source::new("    ");
    for (named, mode) in plan.written() {
        bodies.gap();
        write(&mut bodies, plan, named, mode);
    }
    pages::write(&mut bodies, plan);
    if plan.api.named("Problem").is_none() {
        bodies.gap().line("/// What the server says when it refuses a call.");
        bodies.line("pub type Problem = serde_json::Map<String, serde_json::Value>;");
    }
    let bodies = bodies.finish();
    let mut file = Source::new("    ");
    file.line("//! What is sent and received.").gap();
    let uses = [("derive(", "use serde::{Deserialize, Serialize};"), ("Patch<", "use crate::Patch;")];
    let macros = ["string_enum", "tagged_union"].map(|name| (format!("{name}! {{"), name));
    for (_, line) in uses.iter().filter(|(sign, _)| bodies.contains(sign)) {
        file.line(line).gap();
    }
    for (_, name) in macros.iter().filter(|(sign, _)| bodies.contains(sign.as_str())) {
        file.line(format!("use crate::open::{name};"));
    }
    file.finish().trim_end().to_owned() + "\n" + &bodies
}

fn write(source: &mut Source, plan: &Plan, named: &Named, mode: Mode) {
    match &named.shape {
        Shape::Object { .. } => objects::write(source, plan, named, mode),
        Shape::Enum(values) if values.is_empty() => alias(source, plan, named, &Type::String),
        Shape::Enum(values) => string_enum(source, plan, named, values),
        Shape::Union { tag, variants } => unions::write(source, plan, named, tag.as_deref(), variants),
        Shape::Alias(ty) => alias(source, plan, named, ty),
    }
}

/// What a type is said to be if the document does not say.
pub(super) fn nameless(named: &Named) -> String {
    format!("`{}` of the document.", named.name)
}

fn alias(source: &mut Source, plan: &Plan, named: &Named, ty: &Type) {
    let name = plan.name(&named.name, Mode::Plain);
    document(source, 0, &named.description, &nameless(named));
    if is_endless(plan, named) {
        source.line(format!("pub type {name} = serde_json::Value;"));
    } else if is_newtype(plan, named) {
        source.line("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]");
        source.line("#[serde(transparent)]");
        source.line(format!("pub struct {name}(pub {});", plan.ty(ty, Mode::Plain)));
    } else {
        source.line(format!("pub type {name} = {};", plan.ty(ty, Mode::Plain)));
    }
}

/// Whether an alias is a name for nothing but itself.
pub(super) fn is_endless(plan: &Plan, named: &Named) -> bool {
    matches!(&named.shape, Shape::Alias(ty) if holds_itself_by_aliases(plan, &named.name, ty, true))
}

/// Whether an alias is a type of its own, because a name for a list of itself would have no end.
pub(super) fn is_newtype(plan: &Plan, named: &Named) -> bool {
    let holds = |ty, by_names_only| holds_itself_by_aliases(plan, &named.name, ty, by_names_only);
    matches!(&named.shape, Shape::Alias(ty) if holds(ty, false) && !holds(ty, true))
}

/// Whether an alias comes back to itself by nothing but other aliases, and, if asked, by nothing but their names.
fn holds_itself_by_aliases(plan: &Plan, name: &str, ty: &Type, by_names_only: bool) -> bool {
    let (mut seen, mut queue) = (BTreeSet::new(), vec![ty]);
    while let Some(ty) = queue.pop() {
        let parts = if by_names_only { vec![ty.without_null()] } else { ty.parts() };
        for part in parts {
            let Type::Named(other) = part else { continue };
            if other == name {
                return true;
            }
            if seen.insert(other.clone())
                && let Some(Shape::Alias(inner)) = plan.api.named(other).map(|named| &named.shape)
            {
                queue.push(inner);
            }
        }
    }
    false
}

fn string_enum(source: &mut Source, plan: &Plan, named: &Named, values: &[String]) {
    let known = variants(values);
    let name = plan.name(&named.name, Mode::Plain);
    source.block("string_enum! {", "}", |source| {
        document(source, 1, &named.description, &nameless(named));
        source.block(&format!("pub enum {name} or {} {{", unknown(&known)), "}", |source| {
            for (variant, value) in &known {
                source.comment("///", &shown(value));
                source.line(format!("{variant} = {},", super::layout::literal(value)));
            }
        });
    });
}

/// A value in a comment.
pub(super) fn shown(value: &str) -> String {
    if value.is_empty() || value.chars().any(|letter| letter == '`' || letter.is_control() || turns_direction(letter)) {
        format!("{value:?}").replace('[', "\\[").replace('<', "\\<").replace('`', "\\`")
    } else {
        format!("`{value}`")
    }
}

/// The variants of an enumeration, with their values.
pub(super) fn variants(values: &[String]) -> Vec<(String, String)> {
    let (mut seen, mut taken) = (BTreeSet::new(), UsedNames::default());
    let values = values.iter().filter(|value| seen.insert(value.as_str()));
    values.map(|value| (taken.claim(&names::variant(value), ""), value.clone())).collect()
}

/// The variant for all that is not known, which is called otherwise if the document itself knows an `unknown`.
pub(super) fn unknown(known: &[(String, String)]) -> String {
    let mut taken = UsedNames::of(known.iter().map(|(variant, _)| variant.as_str()));
    let wanted = if taken.has("Unknown") { "Unlisted" } else { "Unknown" };
    taken.claim(wanted, "")
}

/// A variant's content: boxed if it is large, or would hold itself.
pub(super) fn content(plan: &Plan, owner: &str, ty: &Type) -> String {
    let part = plan.part(owner, ty, Mode::Plain);
    if part.starts_with("Box<") || sizes::estimate(plan, ty) <= sizes::LARGE { part } else { format!("Box<{part}>") }
}
