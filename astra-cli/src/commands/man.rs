//! `astra man`: prints the manual page, or writes one page a command into a folder.

use std::path::PathBuf;

use clap::CommandFactory;

use super::Context;
use crate::error::{Error, Result};

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra man | man -l -
  astra man --dir ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Write the pages of all commands to this folder instead
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let command = crate::cli::Cli::command();
    let Some(folder) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(|fault| Error::output(&fault))?;
        return context.printer.data(page);
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|fault| Error::new(format!("cannot write manual pages to {}", folder.display())).because(&fault))
}
