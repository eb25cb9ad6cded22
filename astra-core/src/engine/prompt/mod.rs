//! The system prompt: a text in which a few names stand for what they are at the moment of a turn. It is no program: to
//! read one and to write it out takes time and memory in proportion to its length, for every author.

mod foreign;
mod suggest;
mod template;
mod variable;

use std::fmt::Write as _;

use crate::clock::timestamp;
use template::Piece;
use variable::Variable;

pub(super) use template::Template;

/// Most bytes of a template.
pub const BYTES_MAX: usize = 65_536;

/// What the names of a template stand for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values<'a> {
    /// Milliseconds since the epoch.
    pub(super) now_ms: i64,
    /// `usr_...` or `svc_...`
    pub(super) user_id: &'a str,
    /// What the user is called; the id when the user has no name.
    pub(super) user_name: &'a str,
    /// `wsp_...`
    pub(super) workspace_id: &'a str,
    /// What the workspace is called.
    pub(super) workspace_name: &'a str,
    /// What the agent is called.
    pub(super) agent_name: &'a str,
}

/// What is wrong with `template`, if anything, with line and column.
#[must_use]
pub fn fault(template: &str) -> Option<String> {
    Template::parse(template).err()
}

impl Template<'_> {
    /// Whether the store has to be asked for what the template names.
    pub(super) fn needs_store(&self) -> bool {
        self.pieces().iter().any(|piece| matches!(piece, Piece::Name(Variable::UserName | Variable::WorkspaceName)))
    }

    /// The prompt.
    pub(super) fn write(&self, values: &Values<'_>) -> String {
        let now = timestamp(values.now_ms);
        let mut prompt = String::with_capacity(self.bytes());
        for piece in self.pieces() {
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Name(Variable::UserId) => values.user_id,
                Piece::Name(Variable::UserName) => values.user_name,
                Piece::Name(Variable::WorkspaceId) => values.workspace_id,
                Piece::Name(Variable::WorkspaceName) => values.workspace_name,
                Piece::Name(Variable::AgentName) => values.agent_name,
                Piece::Name(name @ (Variable::Date | Variable::Time)) => {
                    let format = if *name == Variable::Date { "%Y-%m-%d" } else { "%H:%M" };
                    // Writing to a text cannot fail, and these formats are good ones.
                    let _ = write!(prompt, "{}", now.format(format));
                    continue;
                }
            };
            prompt.push_str(text);
        }
        prompt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(template: &str) -> String {
        let values = Values {
            now_ms: 1_790_000_000_000,
            user_id: "usr_1",
            user_name: "Ada {{ date }}",
            workspace_id: "wsp_1",
            workspace_name: "Büro",
            agent_name: "Support",
        };
        Template::parse(template).expect("a good template").write(&values)
    }

    #[test]
    fn names_are_replaced_by_what_they_stand_for() {
        assert_eq!(written("{{ date }} {{time}}: {{\tuser.id\n}}"), "2026-09-21 14:13: usr_1");
        assert_eq!(written("{{ workspace.id }} {{ workspace.name }} {{ agent.name }}"), "wsp_1 Büro Support");
        assert_eq!(written("{{ user.name }}}"), "Ada {{ date }}}", "what was put in is not read again");
        assert_eq!(written(""), "");
        assert_eq!(written("東京{{ date }}🦀"), "東京2026-09-21🦀");
    }

    #[test]
    fn text_in_quotes_is_itself() {
        assert_eq!(written(r#"{{ "{{" }}"#), "{{");
        assert_eq!(
            written(r#"Write {{ "{{ user.name }}" }}, not {{'{% if %}'}}."#),
            "Write {{ user.name }}, not {% if %}."
        );
        assert_eq!(written(r#"{{ "" }}{{ 'a "b" c' }}"#), r#"a "b" c"#);
    }

    #[test]
    fn the_store_is_asked_for_what_it_knows_alone() {
        let needs_store = |template| Template::parse(template).expect("a good template").needs_store();
        assert!(needs_store("{{ user.name }}") && needs_store("{{ date }}{{ workspace.name }}"));
        assert!(
            !needs_store("{{ date }} {{ user.id }} {{ agent.name }}") && !needs_store(r#"{{ "{{ user.name }}" }}"#)
        );
    }
}
