//! Processes of this benchmark: started, watched through Linux's `/proc`, and ended with it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;

/// Linux counts processor time in hundredths of a second, on every architecture.
const TICK: Duration = Duration::from_millis(10);
const MEBIBYTE_KIB: f64 = 1024.0;

/// A server of ours. It dies with this value.
pub(crate) struct Process(Child);

impl Process {
    /// Starts `command`.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.spawn().map_err(|fault| format!("{}: {fault}", command.get_program().display()))?))
    }

    /// Starts this program in another role; answers the address that it says it listens on.
    pub(crate) fn serve(role: &[&str], variables: &[(&str, &str)]) -> Result<(Self, String)> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(role).envs(variables.iter().copied()).stdout(Stdio::piped());
        let mut process = Self::start(&mut command)?;
        let mut address = String::new();
        let output = process.0.stdout.take().ok_or("a server without output")?;
        BufReader::new(output).read_line(&mut address)?;
        if address.is_empty() {
            return Err(format!("{} did not start", role.join(" ")).into());
        }
        Ok((process, address.trim().to_owned()))
    }

    /// Asks it to stop, as an operator would, and waits for it.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        self.0.wait()?;
        Ok(())
    }

    /// Processor time that it has used, user and system.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        ticks(&stat(self.0.id())?, 2)
    }

    /// Resident memory in MiB, now.
    pub(crate) fn memory_mib(&self) -> Result<f64> {
        self.status("VmRSS:")
    }

    /// The most resident memory that it ever had, in MiB.
    pub(crate) fn peak_memory_mib(&self) -> Result<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("/proc has no such line")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / MEBIBYTE_KIB)
    }
}

/// Processor time of the process `id`, of its children, and of those of them that have ended.
pub(crate) fn family_time(id: u32) -> Result<Duration> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
    let mut time = ticks(&stat(id)?, 4)?;
    for child in children.split_whitespace() {
        // One that has ended in the meantime is in its parent's sum.
        time += stat(child.parse()?).and_then(|fields| ticks(&fields, 4)).unwrap_or_default();
    }
    Ok(time)
}

/// The parent of the process `id`, if that process is called `name`.
pub(crate) fn parent_of(id: u32, name: &str) -> Option<u32> {
    let is_called = fs::read_to_string(format!("/proc/{id}/comm")).ok()?.trim() == name;
    // The parent is the second field after the name.
    stat(id).ok()?.get(1)?.parse().ok().filter(|_| is_called)
}

/// The fields of `/proc/<id>/stat` after the name in parentheses, which may hold spaces.
fn stat(id: u32) -> Result<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    Ok(stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect())
}

/// The first two of the four fields from utime on, or all four, with those of children that have ended.
fn ticks(fields: &[String], count: usize) -> Result<Duration> {
    let ticks = fields.iter().skip(11).take(count).map(|field| field.parse::<u32>());
    Ok(TICK * ticks.sum::<std::result::Result<u32, _>>()?)
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
