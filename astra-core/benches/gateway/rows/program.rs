//! The program itself: how soon it answers, and how large it is.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Result;
use crate::arguments::Plan;
use crate::lab::Lab;
use crate::report::{self, Goal};

const MEBIBYTE: f64 = 1_048_576.0;
/// A single start takes so little that each round has many.
const STARTS: usize = 20;

/// `--version`, `--help`, and the file.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    for flag in ["--version", "--help"] {
        let times: Vec<f64> = (0..STARTS * plan.rounds).map(|_| run(lab, flag)).collect::<Result<_>>()?;
        report::tell(flag, "ms", times, Goal::AtMost(10.0))?;
    }
    #[expect(clippy::cast_precision_loss, reason = "the size of a file")]
    let size = std::fs::metadata(&lab.binary)?.len() as f64 / MEBIBYTE;
    report::tell("the binary", "MiB", [size], Goal::AtMost(30.0))
}

fn run(lab: &Lab, flag: &str) -> Result<f64> {
    let begun = Instant::now();
    let status = Command::new(&lab.binary).arg(flag).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("{flag} failed").into());
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}
