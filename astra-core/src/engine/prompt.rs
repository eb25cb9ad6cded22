//! The system prompt: a template that knows the date, the user, the workspace and the agent.

use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};

use super::error::Failure;
use crate::clock::timestamp;

/// All names, for who wrote another one.
const KNOWN: &str = "date, time, user.id, user.name, workspace.id, workspace.name and agent.name";

/// What a prompt may name.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `usr_...` or `svc_...`
    pub user_id: String,
    /// What the user is called; the id when nobody said.
    pub user_name: String,
    /// `wsp_...`
    pub workspace_id: String,
    /// What the workspace is called.
    pub workspace_name: String,
    /// What the agent is called.
    pub agent_name: String,
}

/// Whether `template` is more than plain text.
#[must_use]
pub fn is_template(template: &str) -> bool {
    template.contains("{{") || template.contains("{%") || template.contains("{#")
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment
}

/// What is wrong with `template`, if anything: its syntax, or a name that does not exist.
#[must_use]
pub fn fault(template: &str) -> Option<String> {
    render(template, &Names::default(), 0).err().map(|failure| failure.message)
}

/// The prompt at this moment.
///
/// # Errors
/// A [`Failure`] of the code `invalid_request` that names the line.
pub fn render(template: &str, names: &Names, now_ms: i64) -> Result<String, Failure> {
    let now = timestamp(now_ms);
    let values = context! {
        date => now.format("%Y-%m-%d").to_string(),
        time => now.format("%H:%M").to_string(),
        user => context! { id => names.user_id.as_str(), name => names.user_name.as_str() },
        workspace => context! { id => names.workspace_id.as_str(), name => names.workspace_name.as_str() },
        agent => context! { name => names.agent_name.as_str() },
    };
    environment().render_str(template, values).map_err(|fault| {
        let line = fault.line().map_or_else(String::new, |line| format!(" in line {line}"));
        let detail = match fault.kind() {
            ErrorKind::UndefinedError => format!("it names what does not exist; there are {KNOWN}"),
            kind => fault.detail().map_or_else(|| kind.to_string(), str::to_owned),
        };
        Failure::new("invalid_request", format!("The agent's system prompt is not a good template{line}: {detail}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_knows_the_date_and_the_names() {
        let names = Names { user_name: "Ada".into(), agent_name: "Support".into(), ..Names::default() };
        let prompt =
            render("{{ date }} {{ time }}: {{ user.name }} meets {{ agent.name | upper }}", &names, 1_790_000_000_000);
        assert_eq!(prompt.as_deref(), Ok("2026-09-21 14:13: Ada meets SUPPORT"));
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        assert!(fault("{{ nobody }}").is_some_and(|text| text.contains("line 1") && text.contains("user.name")));
        assert!(fault("{{ user.name").is_some());
        assert!(fault("{% for x in range(3) %}{{ date }}{% endfor %}").is_some());
        assert_eq!(fault("plain"), None);
    }
}
