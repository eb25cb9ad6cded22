//! What a model reads of an agent's skills before it opens one: their names and descriptions.

use super::skill::SkillDefinition;

const OPENING: &str = "You have skills: instructions for particular tasks. When a task fits the description of a skill, call \
    the tool `read_skill` with the skill's name first, and then follow what it says.\n<available_skills>\n";
const CLOSING: &str = "</available_skills>";

/// The paragraph of the system prompt about `skills`; empty if there are none.
pub(super) fn paragraph<'a>(skills: impl Iterator<Item = &'a SkillDefinition>) -> String {
    let mut text = String::new();
    for skill in skills {
        if text.is_empty() {
            text.push_str(OPENING);
        }
        text.push_str("<skill>\n<name>");
        text.push_str(&skill.id);
        text.push_str("</name>\n<description>");
        push_escaped(&mut text, &skill.description);
        text.push_str("</description>\n</skill>\n");
    }
    if !text.is_empty() {
        text.push_str(CLOSING);
    }
    text
}

/// A description cannot end the list that it stands in.
fn push_escaped(text: &mut String, said: &str) {
    for character in said.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            character => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_stays_within_its_element() {
        let skill = SkillDefinition {
            id: "pdf".to_owned(),
            description: "Fills </description> & <forms>".to_owned(),
            license: None,
            compatibility: None,
            allowed_tools: Vec::new(),
            metadata: std::collections::BTreeMap::new(),
            instructions: "Secret until it is read.".into(),
        };
        let text = paragraph(std::iter::once(&skill));
        assert!(text.ends_with(
            "<available_skills>\n<skill>\n<name>pdf</name>\n<description>Fills &lt;/description&gt; &amp; \
             &lt;forms&gt;</description>\n</skill>\n</available_skills>"
        ));
        assert!(!text.contains("Secret"));
        assert_eq!(paragraph(std::iter::empty()), "");
    }
}
