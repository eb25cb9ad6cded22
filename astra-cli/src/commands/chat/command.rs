//! What begins with a slash in a terminal: commands to this program. Two slashes make a message that begins with one.

/// What `/help` prints.
pub(super) const HELP: &str = "/help          show this
/new           start a new session with the same agent
/agent [ID]    talk to another agent, in a new session; without an id, list the agents
/exit          leave, as ctrl-d does
//...          a message that begins with a slash
A line that ends with \\ goes on in the next one; lines between \"\"\" and \"\"\" are one message.
The arrow keys bring back earlier messages. Ctrl-c stops an answer.
A call of a tool that needs an approval is made after y, and not after n or a reason.";

/// A line, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    Message(&'l str),
    Help,
    New,
    /// Another agent, or none to list them.
    Agent(Option<&'l str>),
    Exit,
    /// A command that does not exist.
    Unknown(&'l str),
}

/// Reads a line of a terminal.
pub(super) fn read(line: &str) -> Line<'_> {
    let line = line.trim();
    let Some(command) = line.strip_prefix('/') else {
        return if matches!(line, "exit" | "quit") { Line::Exit } else { Line::Message(line) };
    };
    if command.starts_with('/') {
        return Line::Message(command);
    }
    let mut words = line.split_whitespace();
    match (words.next().unwrap_or_default(), words.next(), words.next()) {
        ("/help" | "/?", None, None) => Line::Help,
        ("/new", None, None) => Line::New,
        ("/agent" | "/agents", agent, None) => Line::Agent(agent),
        ("/exit" | "/quit" | "/bye", None, None) => Line::Exit,
        (name, ..) => Line::Unknown(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_messages() {
        for (line, read_as) in [
            ("hello / there", Line::Message("hello / there")),
            ("//etc is a folder", Line::Message("/etc is a folder")),
            (" /help ", Line::Help),
            ("/agent", Line::Agent(None)),
            ("/agent support", Line::Agent(Some("support"))),
            ("/new", Line::New),
            ("/bye", Line::Exit),
            ("quit", Line::Exit),
            ("quit that", Line::Message("quit that")),
            ("/etc/passwd says what?", Line::Unknown("/etc/passwd")),
            ("/new agent", Line::Unknown("/new")),
            ("/", Line::Unknown("/")),
        ] {
            assert_eq!(read(line), read_as, "{line:?}");
        }
    }
}
