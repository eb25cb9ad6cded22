//! `astra completions`: prints a shell's completion script.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Context;
use crate::error::Result;

/// Print the completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra completions bash > ~/.local/share/bash-completion/completions/astra
  astra completions zsh > ~/.zfunc/_astra
  astra completions fish > ~/.config/fish/completions/astra.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::Cli::command(), "astra", &mut script);
    context.printer.data(script)
}
