//! A password: typed twice and unseen by a person, or the first line of stdin.

use std::io::{BufRead, IsTerminal};

use console::Term;

use crate::error::{Error, Result};

/// Where the password comes from.
#[derive(Debug, clap::Args)]
pub(super) struct PasswordArgs {
    /// Read the password from stdin: its first line
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordArgs {
    /// Reads the password.
    pub(super) fn read(&self) -> Result<String> {
        if self.password_stdin {
            return of_stdin();
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            let error = Error::usage("there is no terminal to ask for the password on");
            return Err(error.hint("give it by stdin: --password-stdin"));
        }
        let password = typed("Password (12 characters at least): ")?;
        if typed("The same again: ")? == password {
            return Ok(password);
        }
        Err(Error::new("the two passwords are not the same"))
    }
}

fn of_stdin() -> Result<String> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|fault| Error::new("cannot read the password from stdin").because(&fault))?;
    let line = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned())
}

fn typed(prompt: &str) -> Result<String> {
    let terminal = Term::stderr();
    let typed = terminal.write_str(prompt).and_then(|()| terminal.read_secure_line());
    typed.map_err(|fault| Error::new("cannot read the password").because(&fault))
}
