//! The new text of a mail, without the mail that it answers and without a signature.

/// The text that was written for this mail. What is quoted is left out at its end alone: a person who answers between
/// quoted lines means them.
pub(super) fn new_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().enumerate().position(|(at, line)| ends_text(line, &lines[at + 1..])).unwrap_or(lines.len());
    let lines = &lines[..end];
    let end = before_quote(lines);
    lines[..end].join("\n").trim().to_owned()
}

/// Whether a line and what follows it are not of the new text: a signature, or the head of a mail as Outlook quotes it.
fn ends_text(line: &str, after: &[&str]) -> bool {
    let bare = line.trim();
    let is_rule = |mark: char, count: usize| bare.len() >= count && bare.chars().all(|letter| letter == mark);
    let is_original = bare.starts_with("-----") && bare.ends_with("-----") && bare.trim_matches('-').trim().len() >= 8;
    // Of a mail that is passed on, what follows is meant.
    let is_forwarded = bare.to_lowercase().contains("forward");
    let has_head = || {
        let head: Vec<&str> = after.iter().take(6).copied().filter(|line| !line.trim().is_empty()).take(3).collect();
        head.len() == 3 && head.iter().all(|line| line.split_once(':').is_some_and(|(name, _)| is_header_name(name)))
    };
    line == "-- " || (is_original && !is_forwarded && has_head()) || (is_rule('_', 20) && has_head())
}

/// `From`, `Gesendet`, `*De*` ..: one or two short words.
fn is_header_name(name: &str) -> bool {
    let name = name.trim().trim_matches('*');
    !name.is_empty()
        && name.len() <= 24
        && name.split(' ').count() <= 2
        && name.chars().all(|letter| letter.is_alphabetic() || letter == ' ')
}

/// How many lines come before a quote that goes on to the end, with the line that says whose it is.
fn before_quote(lines: &[&str]) -> usize {
    let is_blank = |line: &&str| line.trim().is_empty();
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    let tail = lines.iter().rev().take_while(|line| is_blank(line) || is_quoted(line)).count();
    let mut end = lines.len() - tail;
    if !lines[end..].iter().any(|line| is_quoted(line)) {
        return end;
    }
    // `On Mon, 1 Jun 2026 at 10:00, A <a@b.example> wrote:`, which may be broken into two lines.
    let says_whose = |line: &str| line.contains('@') || line.bytes().filter(u8::is_ascii_digit).count() >= 4;
    let ends_so = end > 0 && lines[end - 1].trim_end().ends_with(':');
    if ends_so
        && end > 1
        && !lines[end - 2].trim().is_empty()
        && says_whose(lines[end - 2])
        && says_begun(lines[end - 2])
    {
        end -= 2;
    } else if ends_so && says_whose(lines[end - 1]) {
        end -= 1;
    }
    end
}

/// Whether a line may be the first of two that say whose a quote is: it has a date, and ends within a sentence.
fn says_begun(line: &str) -> bool {
    let has_year = line.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() == 4);
    has_year && !line.trim_end().ends_with(['.', '!', '?', ':'])
}
