//! What a running job has said and is not written down yet: how far it has got, and lines of its log.

use std::mem::take;

use crate::store::{JOB_LINES_MAX, JobLine};

/// What a job has said since that was last written down.
#[derive(Default)]
pub(super) struct Said {
    unwritten: Unwritten,
    /// The place of the latest words of progress among the lines, if these are one of them.
    words_at: Option<usize>,
    /// The words of progress that became a line of the log last.
    last_words: Option<String>,
    /// How many lines there have been in this attempt: no more are kept than the log of a job has room for.
    count: usize,
}

/// What is to be written down.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unwritten {
    /// How far the job has got, in per cent and in words.
    pub(super) progress: Option<(u8, String)>,
    /// Lines of its log, oldest first.
    pub(super) lines: Vec<JobLine>,
}

impl Said {
    /// Takes note of how far the job has got. Words that differ from those before are a line, if they are the latest ones when
    /// that is written down.
    pub(super) fn progress(&mut self, percent: u8, line: JobLine) {
        self.unwritten.progress = Some((percent, line.message.clone()));
        let lines = &mut self.unwritten.lines;
        if let Some(place) = self.words_at {
            if lines.get(place).is_some_and(|pending| pending.message == line.message) {
                return;
            }
            lines.remove(place);
            self.count -= 1;
            self.words_at = None;
        }
        if self.last_words.as_ref() != Some(&line.message) && self.count < JOB_LINES_MAX {
            self.words_at = Some(lines.len());
            self.log(line);
        }
    }

    /// Takes note of a line of the log.
    pub(super) fn log(&mut self, line: JobLine) {
        if self.count < JOB_LINES_MAX {
            self.count += 1;
            self.unwritten.lines.push(line);
        }
    }

    /// Takes what is to be written down, if there is anything.
    pub(super) fn take(&mut self) -> Option<Unwritten> {
        if let Some(words) = self.words_at.take().and_then(|place| self.unwritten.lines.get(place)) {
            self.last_words = Some(words.message.clone());
        }
        Some(take(&mut self.unwritten)).filter(|unwritten| *unwritten != Unwritten::default())
    }

    /// Puts back what could not be written down.
    pub(super) fn put_back(&mut self, mut unwritten: Unwritten) {
        self.words_at = self.words_at.map(|place| place + unwritten.lines.len());
        unwritten.lines.append(&mut self.unwritten.lines);
        self.unwritten.lines = unwritten.lines;
        self.unwritten.progress = self.unwritten.progress.take().or(unwritten.progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> JobLine {
        JobLine::new(1, 1, text)
    }

    fn taken(said: &mut Said) -> (Option<u8>, Vec<String>) {
        let unwritten = said.take().expect("something is said");
        let texts = unwritten.lines.into_iter().map(|line| line.message).collect();
        (unwritten.progress.map(|(percent, _)| percent), texts)
    }

    fn texts(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn the_latest_words_are_a_line_unless_they_are_one() {
        let mut said = Said::default();
        assert_eq!(said.take(), None);
        said.progress(1, line("a"));
        said.log(line("one"));
        said.progress(2, line("b"));
        said.log(line("two"));
        said.progress(3, line("b"));
        assert_eq!(taken(&mut said), (Some(3), texts(&["one", "b", "two"])));
        said.progress(4, line("b"));
        assert_eq!(taken(&mut said), (Some(4), texts(&[])));
        said.progress(5, line("c"));
        said.progress(6, line("b"));
        assert_eq!(taken(&mut said), (Some(6), texts(&[])), "no one has seen the other words");
        said.log(line("three"));
        assert_eq!(taken(&mut said), (None, texts(&["three"])));
    }

    #[test]
    fn what_could_not_be_written_down_comes_first() {
        let mut said = Said::default();
        said.progress(1, line("a"));
        said.log(line("one"));
        let unwritten = said.take().expect("something is said");
        said.log(line("two"));
        said.progress(2, line("b"));
        said.put_back(unwritten);
        said.progress(3, line("c"));
        assert_eq!(taken(&mut said), (Some(3), texts(&["a", "one", "two", "c"])));
        said.progress(4, line("d"));
        let unwritten = said.take().expect("something is said");
        said.put_back(unwritten);
        assert_eq!(taken(&mut said), (Some(4), texts(&["d"])));
    }

    #[test]
    fn no_more_lines_wait_than_are_kept() {
        let mut said = Said::default();
        for number in 0..=JOB_LINES_MAX {
            said.log(line(&number.to_string()));
        }
        said.progress(9, line("words"));
        let (percent, lines) = taken(&mut said);
        assert_eq!((percent, lines.len(), &*lines[JOB_LINES_MAX - 1]), (Some(9), JOB_LINES_MAX, "999"));
        said.log(line("one more"));
        assert_eq!(said.take(), None);
    }
}
