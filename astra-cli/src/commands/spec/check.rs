//! `astra spec --check`: compares what a file and the document say, not how they are laid out.

use std::path::Path;

use super::source::Format;
use super::unified::unified;
use crate::commands::Context;
use crate::error::{Error, Result};

/// Lines of a difference that are worth reading.
const DIFFERENCE_LINES_MAX: usize = 80;

/// Fails with the difference on stdout if there is one.
pub(super) fn run(file: &Path, document: &str, format: Format, context: &Context) -> Result<()> {
    let shown = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|fault| Error::new(format!("cannot read {shown}")).because(&fault))?;
    let kept =
        format.read(&text).map_err(|fault| Error::new(format!("{shown} is no {}", format.name())).cause(fault))?;
    let present = format.read(document).map_err(|fault| Error::new("the document cannot be read").cause(fault))?;
    if kept == present {
        return Ok(());
    }
    let (old, new) = (format.write(&kept)?, format.write(&present)?);
    context.printer.data(unified((&shown, &old), ("the document", &new), DIFFERENCE_LINES_MAX))?;
    Err(Error::silent())
}
