//! The side effects of steps: a file to which each gateway appends a line when a step has its effect, and one when the step's
//! result is recorded. What a kill leaves is in the order in which it happened.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use astra_core::JobContext;

const FILE: &str = "effects";

/// Where a gateway notes side effects.
#[derive(Clone)]
pub(crate) struct Effects(Arc<Inner>);

struct Inner {
    file: File,
    gateway: String,
    values: AtomicU64,
}

impl Effects {
    /// The file in `folder`, for the gateway of this number.
    pub(crate) fn open(folder: &Path, gateway: &str) -> Self {
        let file = File::options().create(true).append(true).open(folder.join(FILE)).expect("the file opens");
        Self(Arc::new(Inner { file, gateway: gateway.to_owned(), values: AtomicU64::new(0) }))
    }

    /// A value that no other step has.
    pub(crate) fn value(&self) -> String {
        format!("{}/{}", self.0.gateway, self.0.values.fetch_add(1, Ordering::SeqCst))
    }

    /// Appends a line: a kill leaves all of it or nothing.
    pub(crate) fn note(&self, what: &str, context: &JobContext, step: &str, value: &str) {
        let Inner { file, gateway, .. } = &*self.0;
        let line = format!("{what} {gateway} {} {} {step} {value}\n", context.id(), context.attempt());
        (&*file).write_all(line.as_bytes()).expect("a line is written");
    }
}

/// A line of the file.
struct Line<'a> {
    what: &'a str,
    gateway: u32,
    job: &'a str,
    attempt: i64,
    step: &'a str,
    value: &'a str,
}

/// A time that a step had its effect.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) gateway: u32,
    pub(crate) attempt: i64,
    pub(crate) value: String,
    /// Whether its worker had lost the job.
    pub(crate) is_late: bool,
}

/// What the lines of one step say.
#[derive(Debug, Default)]
pub(crate) struct StepEffects {
    /// Each time that it had its effect.
    pub(crate) ran: Vec<Ran>,
    /// What it answered, by the first attempt that learned of it.
    pub(crate) kept: Option<(i64, String)>,
}

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct Story {
    /// By job and step.
    pub(crate) steps: BTreeMap<(String, String), StepEffects>,
    /// Steps that had an effect though the same or an earlier attempt had their result: there must be none.
    pub(crate) run_after_recorded: Vec<String>,
    /// Steps that answered two values: there must be none.
    pub(crate) two_answers: Vec<String>,
    /// Results of steps that the store refused, since another worker had the job; by gateway.
    pub(crate) refused: Vec<u32>,
}

/// Reads the file in `folder`.
pub(crate) fn read(folder: &Path) -> Story {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let mut story = Story::default();
    for text in text.lines() {
        story.add(&Line::read(text).unwrap_or_else(|| panic!("a line by halves: {text:?}")), text);
    }
    story
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut next = || words.next();
        Some(Self {
            what: next()?,
            gateway: next()?.parse().ok()?,
            job: next()?,
            attempt: next()?.parse().ok()?,
            step: next()?,
            value: next()?,
        })
    }
}

impl Story {
    fn add(&mut self, line: &Line<'_>, text: &str) {
        let effects = self.steps.entry((line.job.to_owned(), line.step.to_owned())).or_default();
        match (line.what, &effects.kept) {
            ("ran", kept) => {
                let is_late = kept.as_ref().is_some_and(|(attempt, _)| line.attempt < *attempt);
                if kept.is_some() && !is_late {
                    self.run_after_recorded.push(text.to_owned());
                }
                let (gateway, attempt, value) = (line.gateway, line.attempt, line.value.to_owned());
                effects.ran.push(Ran { gateway, attempt, value, is_late });
            }
            ("kept", Some((_, value))) if value != line.value => self.two_answers.push(text.to_owned()),
            ("kept", None) => effects.kept = Some((line.attempt, line.value.to_owned())),
            ("refused", _) => self.refused.push(line.gateway),
            _ => {}
        }
    }

    /// The gateways that had effects of steps whose job they had lost.
    pub(crate) fn late(&self) -> Vec<u32> {
        self.steps.values().flat_map(|step| &step.ran).filter(|ran| ran.is_late).map(|ran| ran.gateway).collect()
    }

    /// Steps in the middle of which `gateway` lost its job, to a later attempt that had the step's result recorded.
    pub(crate) fn taken_from(&self, gateway: u32) -> usize {
        let is_taken = |step: &&StepEffects| {
            let kept = step.kept.as_ref().map(|(attempt, _)| *attempt);
            step.ran.iter().any(|ran| ran.gateway == gateway && kept.is_some_and(|kept| ran.attempt < kept))
        };
        self.steps.values().filter(is_taken).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(lines: &[&str]) -> Story {
        let mut story = Story::default();
        lines.iter().for_each(|text| story.add(&Line::read(text).expect("a line"), text));
        story
    }

    #[test]
    fn a_step_that_was_not_recorded_may_run_again() {
        let story = story(&["ran 1 j 1 s a", "ran 2 j 2 s b", "kept 2 j 2 s b", "kept 3 j 3 s b"]);
        assert!(story.run_after_recorded.is_empty() && story.two_answers.is_empty());
        assert_eq!((story.late().len(), story.taken_from(1), story.taken_from(2)), (0, 1, 0));
    }

    #[test]
    fn a_step_that_was_recorded_may_not() {
        for again in ["ran 1 j 1 s b", "ran 2 j 2 s b"] {
            assert_eq!(story(&["ran 1 j 1 s a", "kept 1 j 1 s a", again]).run_after_recorded, [again]);
        }
        assert_eq!(story(&["kept 1 j 1 s a", "kept 2 j 2 s b"]).two_answers, ["kept 2 j 2 s b"]);
    }

    #[test]
    fn a_worker_that_has_lost_its_job_is_late() {
        let story = story(&["ran 2 j 2 s b", "kept 2 j 2 s b", "ran 1 j 1 s a", "refused 1 j 1 s a"]);
        assert_eq!((story.late(), &story.refused, story.run_after_recorded.len()), (vec![1], &vec![1], 0));
    }
}
