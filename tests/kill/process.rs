//! A process that is a gateway, in the hands of the test.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::gateway::{AHEAD, FOLDER, LISTENING, NUMBER};

/// What gateways say, in the folder.
pub(crate) const LOG: &str = "log";

/// A running gateway.
pub(crate) struct Process {
    child: Child,
    /// Kept open: a test that says after a minute that it is still running, and cannot, ends.
    _output: BufReader<ChildStdout>,
    pub(crate) number: u32,
    pub(crate) url: String,
}

impl Process {
    /// Starts the gateway `number` of the place in `folder`, and waits until it listens.
    pub(crate) async fn start(folder: &Path, number: u32, ahead_ms: i64) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(folder.join(LOG)).expect("the log opens");
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "gateway::child_that_serves", "--ignored", "--nocapture"]);
        command.env(FOLDER, folder).env(NUMBER, number.to_string()).env(AHEAD, ahead_ms.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("a gateway");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let listening = tokio::task::spawn_blocking(move || {
            let mut lines = output.by_ref().lines().map_while(Result::ok);
            let url = lines.find_map(|line| line.split_once(LISTENING).map(|(_, url)| url.to_owned()));
            (url, output)
        });
        let (url, _output) = listening.await.expect("no panic");
        let url = url.unwrap_or_else(|| panic!("the gateway {number} did not start"));
        Self { child, _output, number, url }
    }

    /// Kills it by SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("its end");
    }

    /// Lets it stand still, or go on.
    pub(crate) fn pause(&self, is_paused: bool) {
        let signal = if is_paused { Signal::STOP } else { Signal::CONT };
        kill_process(Pid::from_child(&self.child), signal).expect("the signal is sent");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already when the test has killed it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
