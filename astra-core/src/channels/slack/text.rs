//! Text as Slack sends it: `&`, `<` and `>` are escaped, and what stands within `<` and `>` is a mention or a link
//! (<https://docs.slack.dev/messaging/formatting-message-text>).

/// `text` with the three characters escaped that Slack gives a meaning.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Whether `text` mentions `user`.
pub(super) fn mentions(text: &str, user: &str) -> bool {
    !user.is_empty() && (text.contains(&format!("<@{user}>")) || text.contains(&format!("<@{user}|")))
}

/// `text` for a model: links in Markdown, mentions by their names, and without those of `bot` at its beginning.
pub(super) fn plain(text: &str, bot: &str) -> String {
    let mut rest = text.trim_start();
    while let Some((_, behind)) = first_token(rest).filter(|(token, _)| !bot.is_empty() && is_of(token, bot)) {
        rest = behind.trim_start();
    }
    let mut plain = String::with_capacity(rest.len());
    while let Some((before, behind)) = rest.split_once('<') {
        plain.push_str(&unescaped(before));
        match behind.split_once('>') {
            Some((token, behind)) => {
                plain.push_str(&spoken(token));
                rest = behind;
            }
            None => {
                plain.push('<');
                rest = behind;
            }
        }
    }
    plain.push_str(&unescaped(rest));
    plain.trim().to_owned()
}

/// What stands within `<` and `>` at the beginning of `text`, and what follows.
fn first_token(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('<')?.split_once('>')
}

/// Whether a token is a mention of `user`.
fn is_of(token: &str, user: &str) -> bool {
    token.strip_prefix('@').and_then(|rest| rest.split('|').next()) == Some(user)
}

/// A token as people read it.
fn spoken(token: &str) -> String {
    let (target, label) = token.split_once('|').unwrap_or((token, ""));
    let (target, label) = (unescaped(target), unescaped(label));
    let label = label.trim();
    let named = |mark: char, id: &str| match label {
        "" => format!("{mark}{id}"),
        label => format!("{mark}{}", label.trim_start_matches(mark)),
    };
    if let Some(id) = target.strip_prefix('@') {
        named('@', id)
    } else if let Some(id) = target.strip_prefix('#') {
        named('#', id)
    } else if let Some(special) = target.strip_prefix('!') {
        match special.split('^').next().unwrap_or_default() {
            "date" if !label.is_empty() => label.to_owned(),
            "subteam" => named('@', special.split('^').nth(1).unwrap_or_default()),
            name => named('@', name),
        }
    } else if label.is_empty() {
        target
    } else if ["", "http://", "https://", "mailto:"].iter().any(|added| format!("{added}{label}") == target) {
        // Slack has put the scheme before what was written.
        label.to_owned()
    } else {
        format!("[{label}]({target})")
    }
}
