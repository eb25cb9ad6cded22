//! The types of the document, in one file.

use super::comments;
use super::scope::{Kind, Scope};
use super::table::{aligned, quoted};
use super::{structs, unions};
use crate::codegen::Source;
use crate::codegen::model::{Named, Shape, Type};

/// A problem of RFC 9457, for documents that have none.
const PROBLEM: &str = "
// Problem is a problem of RFC 9457.
type Problem struct {
\t// Type is a URI that says what it is.
\tType string `json:\"type\"`

\t// Title says what it is, the same each time.
\tTitle string `json:\"title\"`

\t// Status is the HTTP status.
\tStatus int `json:\"status\"`

\t// Detail says what it is this time.
\tDetail string `json:\"detail\"`

\t// Instance is a URI of this one.
\tInstance string `json:\"instance\"`
}
";

/// All types.
pub(super) fn write<'a>(source: &mut Source, scope: &Scope<'a>) {
    for named in scope.api.types.iter().filter(|named| is_declared(named)) {
        source.gap();
        match scope.kind_of(named) {
            _ if matches!(named.shape, Shape::Alias(_)) => write_alias(source, scope, named),
            Kind::Union(_) => unions::write_interface(source, scope, named),
            Kind::Choice(_) => unions::write_choice(source, scope, named),
            Kind::Enum(_) => write_enum(source, scope, named),
            _ => structs::write(source, scope, named, &interfaces(scope, named)),
        }
    }
    if scope.api.named("Problem").is_none() {
        source.line(PROBLEM.trim_end());
    }
}

/// A type or null is said where it is used: a pointer is no type to have a name.
fn is_declared(named: &Named) -> bool {
    !matches!(&named.shape, Shape::Alias(Type::Nullable(_)))
}

/// The interfaces that an object belongs to.
fn interfaces(scope: &Scope<'_>, named: &Named) -> Vec<String> {
    let has = |union: &&Named| match &union.shape {
        Shape::Union { variants, .. } => {
            variants.iter().any(|it| matches!(&it.ty, Type::Named(name) if *name == named.name))
        }
        _ => false,
    };
    let is_interface = |union: &&Named| !scope.unknown(union).is_empty();
    scope.api.types.iter().filter(is_interface).filter(has).map(|union| scope.name(&union.name)).collect()
}

fn write_enum(source: &mut Source, scope: &Scope<'_>, named: &Named) {
    let Shape::Enum(values) = &named.shape else { return };
    let name = scope.name(&named.name);
    comments::write_named(source, &name, &named.description);
    source.line("//").line("// More values may come: what is not known here is kept as it is.");
    source.line(format!("type {name} string"));
    if values.is_empty() {
        return;
    }
    source.gap().line(format!("// The known values of {name}."));
    let constants = scope.parts(named).into_iter().zip(values);
    let rows: Vec<Vec<String>> =
        constants.map(|(constant, value)| vec![constant, name.clone(), format!("= {}", quoted(value))]).collect();
    source.block("const (", ")", |inner| {
        for line in aligned(&rows) {
            inner.line(line);
        }
    });
}

fn write_alias<'a>(source: &mut Source, scope: &Scope<'a>, named: &'a Named) {
    let Shape::Alias(ty) = &named.shape else { return };
    let name = scope.name(&named.name);
    comments::write_named(source, &name, &named.description);
    match (ty, scope.kind(ty)) {
        (Type::List(_) | Type::Map(_), _) => {
            source.line(format!("type {name} {}", scope.go(ty)));
            if let Some(decode) = scope.decoder(ty) {
                source.gap().line("// UnmarshalJSON reads what Go cannot read by itself, too.");
                source.block(&format!("func (v *{name}) UnmarshalJSON(data []byte) error {{"), "}", |inner| {
                    inner.line(format!("value, err := {decode}(data)")).line("*v = value").line("return err");
                });
            }
        }
        // An alias that leads to itself does not compile.
        (Type::Named(_), Kind::Any) => {
            source.line(format!("type {name} = any"));
        }
        _ => {
            source.line(format!("type {name} = {}", scope.go(ty)));
        }
    }
}
