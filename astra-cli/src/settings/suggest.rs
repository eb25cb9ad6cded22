//! Finds the known word that a misspelt one was probably meant to be.

/// The candidate nearest to `word`, if it is near enough to be a slip: a third of its letters at most.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let near = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    let (edits, candidate) = near.min_by_key(|(edits, _)| *edits)?;
    let bearable = (candidate.chars().count() / 3).max(1);
    (edits <= bearable && edits > 0).then_some(candidate)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for (i, letter) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != other);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == to[j - 1] && from[i - 1] == *other {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_strangers() {
        let keys = ["listen", "data_dir", "jwt_secret"];
        assert_eq!(nearest("lisetn", keys), Some("listen"));
        assert_eq!(nearest("jwt_secert", keys), Some("jwt_secret"));
        assert_eq!(nearest("datadir", keys), Some("data_dir"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("listen", ["listen"]), None);
    }
}
