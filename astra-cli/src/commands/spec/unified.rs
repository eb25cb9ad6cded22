//! The difference of two texts as a unified diff.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use similar::algorithms::{Capture, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{DiffOp, group_diff_ops};

/// Lines of agreement shown around a difference.
const CONTEXT: usize = 3;
/// The shortest difference is looked for so long; then one that is good enough is shown.
const SEARCH: Duration = Duration::from_secs(2);

/// How `new` differs from `old`, with at most `lines_max` lines of it; empty if it does not.
pub(super) fn unified(old: (&str, &str), new: (&str, &str), lines_max: usize) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.1.lines().collect(), new.1.lines().collect());
    if before == after {
        return String::new();
    }
    let mut shown = format!("--- {}\n+++ {}\n", old.0, new.0);
    let mut room = lines_max;
    for hunk in group_diff_ops(steps(&before, &after), CONTEXT) {
        let changes = || hunk.iter().flat_map(|step| step.iter_changes(&before[..], &after[..]));
        let Some(left) = room.checked_sub(changes().count()) else {
            shown.push_str("… and more\n");
            break;
        };
        room = left;
        // Writing to a string cannot fail.
        let _ = writeln!(shown, "{}", UnifiedHunkHeader::new(&hunk));
        for change in changes() {
            let _ = writeln!(shown, "{}{}", change.tag(), change.value());
        }
    }
    shown
}

/// The steps from `old` to `new`. `similar::TextDiff` would bring all of its algorithms into the program, 0.7 MB of them.
fn steps(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let (mut found, deadline) = (Replace::new(Capture::new()), Instant::now() + SEARCH);
    let Ok(()) = myers::diff_deadline(&mut found, old, 0..old.len(), new, 0..new.len(), Some(deadline));
    found.into_inner().into_ops()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changed_with_its_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
        let new = "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let expected =
            "--- old\n+++ new\n@@ -1,6 +1,6 @@\n a\n b\n-c\n+C\n d\n e\n f\n@@ -10,3 +10,4 @@\n j\n k\n l\n+m\n";
        assert_eq!(unified(("old", old), ("new", new), 100), expected);
        assert_eq!(unified(("old", old), ("new", old), 100), "");
        assert_eq!(unified(("old", "a\r\nb"), ("new", "a\nb\n"), 100), "", "line ends are no difference");
        assert!(unified(("old", old), ("new", new), 8).ends_with(" f\n… and more\n"));
    }

    /// `12,3` as the index of the first line and their number; `12` is one line.
    fn range(text: &str) -> (usize, usize) {
        let (start, count) = text[1..].split_once(',').unwrap_or((&text[1..], "1"));
        let (start, count): (usize, usize) = (start.parse().unwrap(), count.parse().unwrap());
        (if count == 0 { start } else { start - 1 }, count)
    }

    /// What `old` becomes when the hunks of `shown` are applied to it.
    fn patched<'a>(old: &[&'a str], shown: &'a str) -> Vec<&'a str> {
        let (mut made, mut read) = (Vec::new(), 0);
        for line in shown.lines().skip(2) {
            if let Some(header) = line.strip_prefix("@@ ") {
                let mut ranges = header.split(' ').map(range);
                let ((start, _), (begins, _)) = (ranges.next().unwrap(), ranges.next().unwrap());
                made.extend(&old[read..start]);
                read = start;
                assert_eq!(made.len(), begins, "{shown}");
                continue;
            }
            let (sign, text) = line.split_at(1);
            if sign != "+" {
                assert_eq!(old[read], text, "{shown}");
                read += 1;
            }
            if sign != "-" {
                made.push(text);
            }
        }
        made.extend(&old[read..]);
        made
    }

    #[test]
    fn the_hunks_lead_from_one_text_to_the_other() {
        let letters = ["a", "b", "c"];
        for seed in 0..400_usize {
            let text = |mut seed: usize, length: usize| -> Vec<&str> {
                let mut next = || {
                    seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
                    letters[seed / 7 % letters.len()]
                };
                (0..length).map(|_| next()).collect()
            };
            let (old, new) = (text(seed, seed % 19), text(seed + 1_000, seed % 17));
            let shown = unified(("old", &old.join("\n")), ("new", &new.join("\n")), usize::MAX);
            let made = if shown.is_empty() { old.clone() } else { patched(&old, &shown) };
            assert_eq!(made, new, "{shown}");
        }
    }

    #[test]
    fn texts_that_have_nothing_in_common_are_not_shown_whole() {
        let (old, new) = ("a\n".repeat(3_000), "b\n".repeat(3_000));
        assert_eq!(unified(("old", &old), ("new", &new), 100), "--- old\n+++ new\n… and more\n");
    }
}
