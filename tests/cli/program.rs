//! The binary as a process on a machine of its own: an empty home, an empty working folder, no environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A machine on which nothing was ever configured.
pub(crate) struct Machine {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The working folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file in the working folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file into the working folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    /// `astra` with these arguments, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_astra"));
        command.args(args).current_dir(self.folder()).env_clear().env("HOME", self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `astra` with these arguments to its end.
    pub(crate) fn astra(&self, args: &[&str]) -> Ended {
        Ended::from(self.command(args).output().expect("astra runs"))
    }

    /// As [`Machine::astra`], with variables in the environment.
    pub(crate) fn astra_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Ended {
        Ended::from(self.command(args).envs(variables.iter().copied()).output().expect("astra runs"))
    }
}

/// Runs a command to its end with `input` on stdin.
pub(crate) fn run_with_input(command: &mut Command, input: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("it reads");
    Ended::from(child.wait_with_output().expect("it ends"))
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is text"),
            stderr: String::from_utf8(output.stderr).expect("stderr is text"),
        }
    }
}

impl Ended {
    /// It worked: what it printed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// It failed with this exit code, printed nothing, and said all of these things.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "a failure prints no data: {self:?}");
        for words in said {
            assert!(self.stderr.contains(words), "{words:?} is not in\n{}", self.stderr);
        }
    }
}
