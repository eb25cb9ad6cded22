//! Groups become services: structs with a method for each operation.

use super::calls;
use super::comments;
use super::parameters;
use super::scope::Scope;
use crate::codegen::model::{Api, Group};
use crate::codegen::{Source, naming};

/// The file of a group. No part of a name before `_service` means anything to the go command.
pub(super) fn path(group: &Group) -> String {
    format!("{}_service.go", naming::snake(&group.name))
}

/// The service of a group, its methods, and what they take.
pub(super) fn write<'a>(source: &mut Source, scope: &Scope<'a>, group: &'a Group) {
    let Some(service) = scope.service(&group.name) else { return };
    let about = match group.description.as_str() {
        "" => format!("{} has the calls of {}.", service.ty, group.name),
        description if comments::begins_a_block(description) => {
            format!("{} has the calls of {}.\n\n{description}", service.ty, group.name)
        }
        description => format!("{} has the calls of {}: {}", service.ty, group.name, lowered(description)),
    };
    comments::write(source, &about);
    source.block(&format!("type {} struct {{", service.ty), "}", |inner| {
        inner.line("connection *connection");
    });
    for operation in &group.operations {
        let Some(names) = service.operations.get(&operation.id) else { continue };
        parameters::write(source, scope, service, names, operation);
        calls::write(source, scope, service, names, operation);
    }
}

/// The client itself: a field for each group.
pub(super) fn write_client(source: &mut Source, scope: &Scope<'_>, api: &Api) {
    let services: Vec<_> = api.groups.iter().filter_map(|group| Some((group, scope.service(&group.name)?))).collect();
    let title = if api.title.is_empty() { "the API" } else { api.title.as_str() };
    comments::write(
        source,
        &format!("Client calls {title}. It may be used by several goroutines at once. NewClient makes one."),
    );
    source.block("type Client struct {", "}", |inner| {
        for (group, service) in &services {
            let about = if group.description.is_empty() { &group.name } else { &group.description };
            comments::write(inner, about);
            inner.line(format!("{} *{}", service.field, service.ty)).gap();
        }
        inner.line("connection *connection");
    });
    source.gap();
    comments::write(
        source,
        "NewClient makes a client of the gateway at DefaultBaseURL, or at another one: see WithBaseURL. It fails if an option \
         makes no sense; it does not connect.",
    );
    source.block("func NewClient(options ...ClientOption) (*Client, error) {", "}", |inner| {
        inner.line("connection, err := newConnection(options)");
        inner.block("if err != nil {", "}", |inner| {
            inner.line("return nil, err");
        });
        inner.block("return &Client{", "}, nil", |inner| {
            let mut pairs: Vec<(String, String)> = services
                .iter()
                .map(|(_, service)| (service.field.clone(), format!("&{}{{connection: connection}},", service.ty)))
                .collect();
            pairs.push(("connection".to_owned(), "connection,".to_owned()));
            for line in super::table::pairs(&pairs) {
                inner.line(line);
            }
        });
    });
}

fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let is_word = letters.clone().next().is_some_and(|second| second.is_lowercase() || second == ' ');
    if is_word { first + letters.as_str() } else { text.to_owned() }
}
