//! What a turn did with the skills of its agent, for the rows that its end writes.

use crate::store::{SkillUse, ToolCount, ToolUse};
use crate::tools::READ_SKILL;

/// A row for each skill of `skills` that one of `uses` read: none for most turns, which costs nothing.
pub(super) fn skill_uses(skills: &[String], uses: &[ToolUse]) -> Vec<SkillUse> {
    if skills.is_empty() {
        return Vec::new();
    }
    let mut read: Vec<SkillUse> = Vec::new();
    for used in uses.iter().filter(|used| used.tool == READ_SKILL) {
        let arguments = used.arguments.object().ok();
        let Some(id) = arguments.and_then(|arguments| arguments.get("skill")?.as_str()) else { continue };
        if !skills.iter().any(|known| known == id) {
            continue;
        }
        let place = read.iter().position(|known| known.skill_id == id).unwrap_or_else(|| {
            read.push(SkillUse { skill_id: id.to_owned(), reads: 0, read_errors: 0, tools: Vec::new() });
            read.len() - 1
        });
        read[place].reads += 1;
        read[place].read_errors += u32::from(used.is_error != Some(false));
    }
    let tools = if read.is_empty() { Vec::new() } else { others(uses) };
    for skill in &mut read {
        skill.tools.clone_from(&tools);
    }
    read
}

/// The calls of all other tools.
fn others(uses: &[ToolUse]) -> Vec<ToolCount> {
    let mut counts: Vec<ToolCount> = Vec::new();
    for used in uses.iter().filter(|used| used.tool != READ_SKILL) {
        let place = counts.iter().position(|count| count.tool == used.tool).unwrap_or_else(|| {
            counts.push(ToolCount { tool: used.tool.clone(), calls: 0, errors: 0 });
            counts.len() - 1
        });
        counts[place].calls += 1;
        counts[place].errors += u32::from(used.is_error == Some(true));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Arguments;

    fn used(tool: &str, arguments: &str, is_error: Option<bool>) -> ToolUse {
        let arguments = Arguments::parse(arguments.into());
        ToolUse { call_id: "c".to_owned(), tool: tool.to_owned(), arguments, is_error, elapsed_ms: 1 }
    }

    #[test]
    fn a_turn_has_a_row_for_each_of_its_agents_skills_that_it_read() {
        let skills = ["pdf".to_owned(), "triage".to_owned()];
        let uses = [
            used(READ_SKILL, r#"{"skill": "pdf"}"#, Some(false)),
            used("fetch", "{}", Some(true)),
            used(READ_SKILL, r#"{"skill": "pdf", "path": "gone.md"}"#, Some(true)),
            used(READ_SKILL, r#"{"skill": "another"}"#, Some(true)),
            used(READ_SKILL, r#"{"skill": "#, Some(true)),
            used("fetch", "{}", Some(false)),
        ];
        let tools = vec![ToolCount { tool: "fetch".to_owned(), calls: 2, errors: 1 }];
        let expected = SkillUse { skill_id: "pdf".to_owned(), reads: 2, read_errors: 1, tools };
        assert_eq!(skill_uses(&skills, &uses), [expected]);
        assert_eq!(skill_uses(&[], &uses), []);
        assert_eq!(skill_uses(&skills, &uses[1..2]), []);
    }
}
