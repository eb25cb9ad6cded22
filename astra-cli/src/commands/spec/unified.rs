//! The difference of two texts as a unified diff (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).

use std::fmt::Write;

/// Lines of agreement shown around a difference.
const CONTEXT: usize = 3;
/// Edits beyond which two texts are called different altogether: the search costs their square.
const EDITS_MAX: usize = 2_000;

/// A step from the old text to the new one, with line numbers from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep(usize, usize),
    Drop(usize),
    Add(usize),
}

/// How `new` differs from `old`, with at most `lines_max` lines of it; empty if it does not.
pub(super) fn unified(old: (&str, &str), new: (&str, &str), lines_max: usize) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.1.lines().collect(), new.1.lines().collect());
    if before == after {
        return String::new();
    }
    let mut shown = format!("--- {}\n+++ {}\n", old.0, new.0);
    let Some(steps) = script(&before, &after) else {
        shown.push_str("@@ more than two thousand lines differ @@\n");
        return shown;
    };
    let hunks = hunks(&steps);
    let mut room = lines_max;
    for hunk in hunks {
        let steps = &steps[hunk];
        if steps.len() > room {
            shown.push_str("… and more\n");
            break;
        }
        room -= steps.len();
        write_hunk(&mut shown, steps, &before, &after);
    }
    shown
}

fn write_hunk(shown: &mut String, steps: &[Step], before: &[&str], after: &[&str]) {
    let old: Vec<usize> = steps.iter().filter_map(|step| step.lines().0).collect();
    let new: Vec<usize> = steps.iter().filter_map(|step| step.lines().1).collect();
    let start = |lines: &[usize]| lines.first().map_or(0, |line| line + 1);
    // Writing to a string cannot fail.
    let _ = writeln!(shown, "@@ -{},{} +{},{} @@", start(&old), old.len(), start(&new), new.len());
    for step in steps {
        let (sign, line) = match *step {
            Step::Keep(line, _) => (' ', before[line]),
            Step::Drop(line) => ('-', before[line]),
            Step::Add(line) => ('+', after[line]),
        };
        let _ = writeln!(shown, "{sign}{line}");
    }
}

impl Step {
    const fn lines(self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Keep(old, new) => (Some(old), Some(new)),
            Self::Drop(old) => (Some(old), None),
            Self::Add(new) => (None, Some(new)),
        }
    }
}

/// Ranges of steps that hold differences with their surroundings, joined where they meet.
fn hunks(steps: &[Step]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (place, _) in steps.iter().enumerate().filter(|(_, step)| !matches!(step, Step::Keep(..))) {
        let around = place.saturating_sub(CONTEXT)..(place + CONTEXT + 1).min(steps.len());
        match hunks.last_mut() {
            Some(last) if last.end >= around.start => last.end = around.end,
            _ => hunks.push(around),
        }
    }
    hunks
}

/// The shortest way from `old` to `new`, or nothing if it is longer than [`EDITS_MAX`].
fn script(old: &[&str], new: &[&str]) -> Option<Vec<Step>> {
    // Diagonal k holds the places with x - y = k; it lies at index k + middle.
    let middle = EDITS_MAX as isize + 1;
    let mut furthest = vec![0_isize; 2 * EDITS_MAX + 3];
    let mut rounds = Vec::new();
    for edits in 0..=EDITS_MAX as isize {
        rounds.push(furthest[(middle - edits - 1) as usize..=(middle + edits + 1) as usize].to_vec());
        for diagonal in (-edits..=edits).step_by(2) {
            let at = |k: isize| furthest[(k + middle) as usize];
            let mut x = if adds(at, edits, diagonal) { at(diagonal + 1) } else { at(diagonal - 1) + 1 };
            while matches(old, new, x, x - diagonal) {
                x += 1;
            }
            furthest[(diagonal + middle) as usize] = x;
            if x >= old.len() as isize && x - diagonal >= new.len() as isize {
                return Some(walk_back(&rounds, old.len() as isize, new.len() as isize));
            }
        }
    }
    None
}

/// Whether `diagonal` is best reached by adding a line, and not by dropping one.
fn adds(at: impl Fn(isize) -> isize, edits: isize, diagonal: isize) -> bool {
    diagonal == -edits || (diagonal != edits && at(diagonal - 1) < at(diagonal + 1))
}

fn matches(old: &[&str], new: &[&str], x: isize, y: isize) -> bool {
    x >= 0 && y >= 0 && old.get(x as usize).is_some_and(|line| new.get(y as usize) == Some(line))
}

/// The steps that led to (`x`, `y`); each round is what was known before it.
fn walk_back(rounds: &[Vec<isize>], mut x: isize, mut y: isize) -> Vec<Step> {
    let mut steps = Vec::new();
    for (edits, known) in rounds.iter().enumerate().rev() {
        let edits = edits as isize;
        let at = |k: isize| known[(k + edits + 1) as usize];
        let adds = adds(at, edits, x - y);
        let from = if adds { x - y + 1 } else { x - y - 1 };
        let (from_x, from_y) = (at(from), at(from) - from);
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            steps.push(Step::Keep(x as usize, y as usize));
        }
        if edits > 0 {
            steps.push(if adds { Step::Add(from_y as usize) } else { Step::Drop(from_x as usize) });
        }
        (x, y) = (from_x, from_y);
    }
    steps.reverse();
    steps
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
        assert!(unified(("old", old), ("new", new), 8).ends_with(" f\n… and more\n"));
    }

    #[test]
    fn the_steps_lead_from_one_text_to_the_other() {
        let letters = ["a", "b", "c"];
        for seed in 0..400_usize {
            let text = |mut seed: usize, length: usize| -> Vec<&str> {
                let mut next = || {
                    seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
                    letters[seed / 7 % letters.len()]
                };
                (0..length).map(|_| next()).collect()
            };
            let (old, new) = (text(seed, seed % 9), text(seed + 1_000, seed % 7));
            let steps = script(&old, &new).expect("it is short");
            let kept: Vec<_> = steps.iter().filter_map(|step| step.lines().0).collect();
            let made: Vec<_> = steps.iter().filter_map(|step| step.lines().1).collect();
            assert!(
                kept.into_iter().eq(0..old.len()) && made.into_iter().eq(0..new.len()),
                "{old:?} {new:?} {steps:?}"
            );
            assert!(steps.iter().all(|step| !matches!(step, Step::Keep(x, y) if old[*x] != new[*y])));
        }
    }

    #[test]
    fn gives_up_on_texts_that_have_nothing_in_common() {
        let (old, new) = ("a\n".repeat(3_000), "b\n".repeat(3_000));
        assert!(unified(("old", &old), ("new", &new), 100).contains("more than two thousand lines differ"));
    }
}
