//! What calls take beside their paths and bodies: a struct for each.

use super::comments;
use super::names;
use super::scope::{CallNames, Scope, ServiceNames};
use crate::codegen::Source;
use crate::codegen::model::{Location, Operation, Parameter, Type};
use crate::codegen::naming::UsedNames;

/// A parameter that is a field.
pub(super) struct Given<'a> {
    pub(super) parameter: &'a Parameter,
    pub(super) field: String,
    pub(super) ty: String,
    /// Whether the field is a pointer to the value.
    pub(super) is_pointer: bool,
}

/// The parameters of the path, with the names that the method gives them.
pub(super) fn positional(operation: &Operation) -> Vec<(&Parameter, String)> {
    let mut taken = UsedNames::default();
    let is_there = |parameter: &&Parameter| operation.path.contains(&format!("{{{}}}", parameter.name));
    let parameters = operation.parameters_in(Location::Path).filter(is_there);
    parameters.map(|parameter| (parameter, taken.claim(&names::parameter(&parameter.name), ""))).collect()
}

/// The other parameters, as the struct has them.
pub(super) fn given<'a>(scope: &Scope<'a>, operation: &'a Operation) -> Vec<Given<'a>> {
    let mut taken = UsedNames::default();
    if operation.page.is_some() {
        taken.claim("Cursor", "");
    }
    let mut given = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location != Location::Path) {
        let ty = parameter.ty.without_null();
        let is_pointer = !parameter.is_required && !scope.is_nilable(ty);
        let star = if is_pointer { "*" } else { "" };
        given.push(Given {
            parameter,
            field: taken.claim(&names::exported(&parameter.name), "Parameter"),
            ty: format!("{star}{}", scope.go(ty)),
            is_pointer,
        });
    }
    given
}

/// Whether the method takes a struct.
pub(super) fn has_struct(operation: &Operation) -> bool {
    operation.page.is_some() || operation.parameters.iter().any(|parameter| parameter.location != Location::Path)
}

/// Whether the struct must be given, as something in it must.
pub(super) fn needs_struct(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| parameter.location != Location::Path && parameter.is_required)
}

/// The struct of a call's parameters, if it has any.
pub(super) fn write<'a>(
    source: &mut Source,
    scope: &Scope<'a>,
    service: &ServiceNames,
    names: &CallNames,
    operation: &'a Operation,
) {
    if !has_struct(operation) {
        return;
    }
    source.gap();
    comments::write(source, &format!("{} are the parameters of {}.{}.", names.params, service.field, names.method));
    source.block(&format!("type {} struct {{", names.params), "}", |inner| {
        let fields = given(scope, operation);
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                inner.gap();
            }
            comments::write(inner, &field.parameter.description);
            inner.line(format!("{} {}", field.field, field.ty));
        }
        if operation.page.is_some() {
            if !fields.is_empty() {
                inner.gap();
            }
            inner.line("// Cursor is where to begin: the NextCursor of a page. Empty for the beginning.");
            inner.line("Cursor string");
        }
    });
}

/// The lines that put the parameters into the request.
pub(super) fn write_use<'a>(source: &mut Source, scope: &Scope<'a>, operation: &'a Operation) {
    if !has_struct(operation) {
        return;
    }
    let write = |source: &mut Source| {
        for field in given(scope, operation) {
            let parameter = field.parameter;
            let is_list = matches!(parameter.ty.without_null(), Type::List(_));
            let put = match parameter.location {
                Location::Header => "withHeader",
                _ if is_list && parameter.is_joined => "withQueryList",
                _ => "withQuery",
            };
            source.line(format!("request.{put}({}, params.{})", super::table::quoted(&parameter.name), field.field));
        }
        if operation.page.is_some() {
            source.line("cursor = params.Cursor");
        }
    };
    if needs_struct(operation) {
        write(source);
    } else {
        source.block("if params != nil {", "}", write);
    }
}
