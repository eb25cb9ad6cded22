//! Finds the known word that a misspelt one was probably meant to be.

use strsim::osa_distance;

/// The candidate nearest to `word`, if it is near enough to be a slip: a third of its letters at most.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let near = candidates.into_iter().map(|candidate| (osa_distance(word, candidate), candidate));
    let (edits, candidate) = near.min_by_key(|(edits, _)| *edits)?;
    let bearable = (candidate.chars().count() / 3).max(1);
    (edits <= bearable && edits > 0).then_some(candidate)
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
