//! `astra codegen --list`

use serde::Serialize;

use super::foreign::{Generator, Purpose, how_to_install};
use crate::codegen::Language;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::error::Result;

const HEAD: [&str; 2] = ["NAME", "MADE BY"];

/// A language or a generator.
#[derive(Debug, Serialize)]
struct Maker {
    name: String,
    is_built_in: bool,
}

/// The languages that are built in, then the generators. Nothing is installed or downloaded for it.
pub(super) fn print(list: ListArgs, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let mut makers: Vec<Maker> =
        Language::ALL.iter().map(|language| Maker { name: language.name().to_owned(), is_built_in: true }).collect();
    match Generator::find(context, Purpose::List)?.map(|generator| generator.clients()) {
        Some(Ok(clients)) => makers.extend(clients.into_iter().map(|name| Maker { name, is_built_in: false })),
        // What is built in is listed all the same.
        Some(Err(failure)) => printer.warning(failure.to_string()),
        None => printer.note(format!("OpenAPI Generator adds more languages: {}", how_to_install())),
    }
    list.print(printer, &makers, HEAD, |maker| {
        let by = if maker.is_built_in { "built in" } else { "--generator, by OpenAPI Generator" };
        [maker.name.clone(), by.to_owned()]
    })
}
