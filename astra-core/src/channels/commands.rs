//! What people can say that is no question: `/reset`, `/agents`, `/help`, `/link`.

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// Begins a new conversation.
    Reset,
    /// Lists the agents, or chooses one.
    Agents(Option<String>),
    /// Says what there is.
    Help,
    /// Links the person to the account of a code.
    Link(Option<String>),
}

/// The command that a message is; `None` if it is a question. Other words behind a slash are questions: an agent may
/// know what they mean.
pub(super) fn read(text: &str) -> Option<Command> {
    let mut words = text.strip_prefix('/')?.split_whitespace();
    let name = words.next()?.to_ascii_lowercase();
    let argument = words.next().map(str::to_owned);
    let is_alone = words.next().is_none();
    match name.as_str() {
        "reset" if argument.is_none() => Some(Command::Reset),
        "agents" if is_alone => Some(Command::Agents(argument)),
        "help" | "start" if argument.is_none() => Some(Command::Help),
        "link" if is_alone => Some(Command::Link(argument)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_whole_messages() {
        for (text, command) in [
            ("/reset", Some(Command::Reset)),
            ("/RESET ", Some(Command::Reset)),
            ("/agents", Some(Command::Agents(None))),
            ("/agents sales", Some(Command::Agents(Some("sales".into())))),
            ("/help", Some(Command::Help)),
            ("/start", Some(Command::Help)),
            ("/link abc", Some(Command::Link(Some("abc".into())))),
            ("/link", Some(Command::Link(None))),
            ("/reset my password", None),
            ("/etc/passwd", None),
            ("please /reset", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(read(text), command, "{text}");
        }
    }
}
