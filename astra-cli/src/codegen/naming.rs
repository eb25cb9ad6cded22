//! Names as languages write them: words from any name of a document, joined anew; and names that are unique in their scope.

use std::collections::BTreeSet;

/// The words of a name: `HTTPServer`, `http-server` and `http_server` are `http`, `server`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (place, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = place.checked_sub(1).map(|place| letters[place]);
        let after = letters.get(place + 1);
        let begins = letter.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_ascii_uppercase())
                    && after.is_some_and(char::is_ascii_lowercase));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    if words.first().is_none_or(|word| word.starts_with(|first: char| first.is_ascii_digit())) {
        words.insert(0, "n".to_owned());
    }
    words
}

/// `AgentModel`
pub(crate) fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}

/// `agentModel`
pub(crate) fn camel(name: &str) -> String {
    let words = words(name);
    let (first, rest) = words.split_at(1.min(words.len()));
    first.iter().cloned().chain(rest.iter().map(|word| capitalised(word))).collect()
}

/// `agent_model`
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `agent-model`
pub(crate) fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// `AGENT_MODEL`
pub(crate) fn screaming(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// `Agent`
pub(crate) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// `wanted`, then with `spare` behind it, then with that and a number, from 2 on.
pub(crate) fn candidates(wanted: &str, spare: &str) -> impl Iterator<Item = String> {
    let more = format!("{wanted}{spare}");
    let plain = (!spare.is_empty()).then(|| more.clone());
    std::iter::once(wanted.to_owned()).chain(plain).chain((2_u32..).map(move |number| format!("{more}{number}")))
}

/// The names that are in use in a scope.
#[derive(Debug, Default)]
pub(crate) struct UsedNames(BTreeSet<String>);

impl UsedNames {
    /// A scope in which these are in use.
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// Whether a name is in use.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// More names that are in use.
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = String>) {
        self.0.extend(names);
    }

    /// The first of [`candidates`] that is not in use, which is in use from now on.
    pub(crate) fn claim(&mut self, wanted: &str, spare: &str) -> String {
        let mut names = candidates(wanted, spare);
        let free = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_every_way_of_writing() {
        for (name, expected) in [
            ("AgentModel", "agent_model"),
            ("HTTPServer", "http_server"),
            ("Page_Agent", "page_agent"),
            ("If-Match", "if_match"),
            ("agents.list_versions", "agents_list_versions"),
            ("half_open", "half_open"),
            ("JsonPatchOperation", "json_patch_operation"),
            ("ImageURL", "image_url"),
            ("oauth2Token", "oauth2_token"),
            ("3d", "n_3d"),
            ("urn:x", "urn_x"),
            ("", "n"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
        assert_eq!(pascal("page_agent"), "PageAgent");
        assert_eq!(camel("Last-Event-ID"), "lastEventId");
        assert_eq!(kebab("AgentModel"), "agent-model");
        assert_eq!(screaming("half_open"), "HALF_OPEN");
    }
    #[test]
    fn a_name_is_given_once() {
        let mut used = UsedNames::of(["Page"]);
        let claimed: Vec<String> = (0..3).map(|_| used.claim("Page", "Model")).collect();
        assert_eq!(claimed, ["PageModel", "PageModel2", "PageModel3"]);
        let claimed = ["a", "b", "a", "a2", "a"].map(|name| used.claim(name, ""));
        assert_eq!(claimed, ["a", "b", "a2", "a22", "a3"]);
        assert!(used.has("a3") && !used.has("a4"));
    }
}
