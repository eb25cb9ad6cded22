//! `astra codegen --list`

use super::foreign::{Generator, how_to_install};
use crate::codegen::Language;
use crate::commands::Context;
use crate::error::Result;

/// The languages that are built in, then the generators: a name a line, with a word on where it comes from.
pub(super) fn print(context: &Context) -> Result<()> {
    let printer = &context.printer;
    for language in Language::ALL {
        printer.line(format!("{}\tbuilt in", language.name()))?;
    }
    let Some(generator) = Generator::find(context)? else {
        printer.note(format!("OpenAPI Generator would make more kinds of clients: {}", how_to_install()));
        return Ok(());
    };
    match generator.clients() {
        Ok(clients) => {
            clients.iter().try_for_each(|client| printer.line(format!("{client}\t--generator, by OpenAPI Generator")))
        }
        // What is built in is listed all the same.
        Err(failure) => {
            printer.warning(failure.to_string());
            Ok(())
        }
    }
}
