//! Where in a YAML text a value stands, for faults that are found after it was read.

/// The line of the value at `pointer` (a JSON Pointer), counted from 1; of the innermost part that is found in block
/// style if the rest is not.
#[must_use]
pub fn line_of(text: &str, pointer: &str) -> Option<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut from, mut to, mut found) = (0, lines.len(), None);
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        let position = match part.parse::<usize>() {
            Ok(place) => item(&lines, from, to, place),
            Err(_) => key(&lines, from, to, part),
        };
        let Some(position) = position else { break };
        found = Some(position);
        let depth = indent(lines[position]);
        let is_end = |line: &usize| {
            let is_item_of_key = !is_item(lines[position]) && is_item(lines[*line]) && indent(lines[*line]) == depth;
            is_content(lines[*line]) && indent(lines[*line]) <= depth && !is_item_of_key
        };
        to = (position + 1..to).find(is_end).unwrap_or(to);
        // An item's own line may begin with its first key.
        from = if is_item(lines[position]) { position } else { position + 1 };
    }
    found.and_then(|position| u32::try_from(position + 1).ok())
}

/// The line within `from..to` that begins with the key `name`, among the outermost keys there.
fn key(lines: &[&str], from: usize, to: usize, name: &str) -> Option<usize> {
    let after_dash = |line: &str| line.trim_start().trim_start_matches("- ").len();
    let depth = |line: usize| {
        lines[line].len() - if line == from { after_dash(lines[line]) } else { lines[line].trim_start().len() }
    };
    let outermost = (from..to).filter(|line| is_content(lines[*line])).map(depth).min()?;
    (from..to).filter(|line| is_content(lines[*line]) && depth(*line) == outermost).find(|line| {
        let text = lines[*line][outermost..].trim_start_matches(['"', '\'']);
        let rest = text.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
        rest.is_some_and(|rest| rest.starts_with(':'))
    })
}

fn item(lines: &[&str], from: usize, to: usize, place: usize) -> Option<usize> {
    let depth = (from..to).find(|line| is_item(lines[*line])).map(|line| indent(lines[line]))?;
    (from..to).filter(|line| is_item(lines[*line]) && indent(lines[*line]) == depth).nth(place)
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ") || line.trim() == "-"
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_content(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# An agent\ndisplay_name: Ada\nmetadata:\n  model: none\nmodel:\n  provider: openai\n  \"temperature\": 9\n  fallbacks:\n  - provider: a\n  - model: b\n    provider: c\nbudget: {tokens_per_day: 0}\n";

    #[test]
    fn a_value_is_found_by_its_pointer() {
        let found = |pointer| line_of(TEXT, pointer);
        assert_eq!(found("/display_name"), Some(2));
        assert_eq!(found("/model/temperature"), Some(7));
        assert_eq!(found("/model/provider"), Some(6));
        assert_eq!(found("/model/fallbacks/1/provider"), Some(11));
        assert_eq!(found("/model/fallbacks/0/provider"), Some(9));
    }

    #[test]
    fn what_is_not_in_block_style_is_found_as_far_as_it_goes() {
        assert_eq!(line_of(TEXT, "/budget/tokens_per_day"), Some(12));
        assert_eq!(line_of(TEXT, "/session/daily_reset_hour"), None);
    }
}
