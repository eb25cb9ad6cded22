//! A server's process: a group of its own, which is killed with it. It inherits `PATH` and `HOME` alone.

#[cfg(unix)]
pub(super) use unix::{Process, start};

/// There is none.
#[cfg(not(unix))]
pub(super) enum Process {}

#[cfg(not(unix))]
impl Process {
    pub(super) fn has_ended(&mut self) -> bool {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "it is waited for elsewhere")]
    pub(super) async fn ended(&mut self) -> Option<String> {
        match *self {}
    }
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::net::unix::pipe::{Receiver, Sender};
    use tokio::runtime::Handle;
    use tokio::time::sleep;

    use crate::tools::mcp::environment::Environment;
    use crate::tools::mcp::spec::McpStdio;

    /// So many looks at whether it has ended, ...
    const ENDS: u32 = 20;
    /// ... with so much time between them.
    const PAUSE: Duration = Duration::from_millis(10);

    /// A server's process. With this it is killed, and all that it has started in its group.
    pub(in crate::tools::mcp) struct Process {
        child: Option<Child>,
        group: Option<Pid>,
    }

    /// What is read and written.
    pub(in crate::tools::mcp) struct Pipes {
        pub(in crate::tools::mcp) stdin: Sender,
        pub(in crate::tools::mcp) stdout: Receiver,
        pub(in crate::tools::mcp) stderr: Receiver,
    }

    /// Starts the program of `spec`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(in crate::tools::mcp) fn start(spec: &McpStdio, environment: &Environment) -> io::Result<(Process, Pipes)> {
        let mut command = Command::new(&spec.command);
        command.args(&spec.args).env_clear().envs(environment.process.iter().map(|(name, value)| (name, value)));
        command.envs(spec.env.iter().map(|(name, value)| (name, value.expose())));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // From here on it is killed whatever fails.
        let process = Process { child: Some(child), group };
        let missing = || io::Error::other("a pipe is missing");
        let pipes = Pipes {
            stdin: Sender::from_owned_fd(OwnedFd::from(stdin.ok_or_else(missing)?))?,
            stdout: Receiver::from_owned_fd(OwnedFd::from(stdout.ok_or_else(missing)?))?,
            stderr: Receiver::from_owned_fd(OwnedFd::from(stderr.ok_or_else(missing)?))?,
        };
        Ok((process, pipes))
    }

    impl Process {
        /// Whether it has ended. What it has started may have its pipes, so that they say nothing of it.
        pub(in crate::tools::mcp) fn has_ended(&mut self) -> bool {
            self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)))
        }

        /// How it ended, if it has ended: its pipes may be closed a moment before.
        pub(in crate::tools::mcp) async fn ended(&mut self) -> Option<String> {
            for _ in 0..ENDS {
                if let Some(status) = self.child.as_mut()?.try_wait().ok()? {
                    return Some(format!("The program has ended ({status})."));
                }
                sleep(PAUSE).await;
            }
            None
        }
    }

    impl Drop for Process {
        fn drop(&mut self) {
            let Some(mut child) = self.child.take() else { return };
            // Until it is waited for, its number is that of no other process.
            if let Some(group) = self.group {
                // It may have no process any more.
                let _gone = kill_process_group(group, Signal::KILL);
            }
            if matches!(child.try_wait(), Ok(Some(_))) {
                return;
            }
            let mut reap = move || drop(child.wait());
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(reap)),
                Err(_) => reap(),
            }
        }
    }
}
