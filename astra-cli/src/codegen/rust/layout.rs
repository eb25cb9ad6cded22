//! Code as rustfmt would lay it out.

use crate::codegen::Source;

/// The longest line.
const WIDTH: usize = 100;
/// The longest arguments and the longest chain of calls that rustfmt leaves in one line.
const IN_ONE_LINE: usize = 60;

/// `call(a, b)`, in a line if rustfmt would leave it in one. `used` is what stands before and behind it.
pub(super) fn call(name: &str, arguments: &[String], depth: usize, used: usize) -> String {
    let joined = arguments.join(", ");
    let whole = format!("{name}({joined})");
    let is_short = joined.len() <= IN_ONE_LINE && 4 * depth + used + whole.len() <= WIDTH;
    if is_short && !joined.contains('\n') {
        return whole;
    }
    // What ends in a block of its own stays where it is.
    if let [only] = arguments
        && only.contains('\n')
    {
        return whole;
    }
    let lines: Vec<String> = arguments.iter().map(|argument| format!("    {},", indented(argument))).collect();
    format!("{name}(\n{}\n)", lines.join("\n"))
}

/// A chain of calls that begins with `root`: in a line, or each call in one of its own.
pub(super) fn chain(root: &str, links: &[String], depth: usize, used: usize) -> String {
    let whole = format!("{root}{}", links.concat());
    let is_short = whole.len() <= IN_ONE_LINE && 4 * depth + used + whole.len() <= WIDTH;
    if (is_short || links.len() < 2) && !whole.contains('\n') {
        return whole;
    }
    // A root no longer than an indentation draws the first call to itself.
    let drawn = usize::from(root.len() + used <= 4);
    let lines: Vec<String> = links[drawn..].iter().map(|link| format!("\n    {}", indented(link))).collect();
    format!("{root}{}{}", links[..drawn].concat(), lines.concat())
}

/// The head of a function: in a line, or each parameter in one of its own.
pub(super) fn function(source: &mut Source, depth: usize, head: &Head, inner: impl FnOnce(&mut Source)) {
    let Head { name, parameters, gives } = head;
    let line = format!("{name}({}) -> {gives} {{", parameters.join(", "));
    if 4 * depth + line.len() <= WIDTH {
        source.block(&line, "}", inner);
        return;
    }
    source.block(&format!("{name}("), &format!(") -> {gives} {{"), |source| {
        for parameter in parameters {
            source.line(format!("{parameter},"));
        }
    });
    source.deeper(inner).line("}");
}

/// What is known of a function before its body.
pub(super) struct Head {
    /// With all that stands before it: `pub fn get`.
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    pub(super) gives: String,
}

/// A text of Rust.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => literal.extend(['\\', letter]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            other if other.is_control() => literal.extend(other.escape_unicode()),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

/// The lines but the first one level deeper.
pub(super) fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_stays_in_a_line() {
        let links = [".one()".to_owned(), ".two()".to_owned()];
        assert_eq!(chain("root", &links, 0, 0), "root.one().two()");
        let many = [links[0].clone(), format!(".{}()", "a".repeat(60))];
        assert_eq!(chain("root", &many, 0, 0), format!("root.one()\n    {}", many[1]));
        assert_eq!(chain("root", &many, 0, 4), format!("root\n    .one()\n    {}", many[1]));
        let long = "a".repeat(60);
        assert_eq!(chain(&long, &links, 0, 0), format!("{long}\n    .one()\n    .two()"));
        assert_eq!(call("f", &["a".to_owned(), "b".to_owned()], 0, 0), "f(a, b)");
        assert_eq!(call("f", &[long.clone(), "b".to_owned()], 0, 0), format!("f(\n    {long},\n    b,\n)"));
    }

    #[test]
    fn texts_are_written_so_that_rust_reads_them() {
        assert_eq!(literal("a\"\\\n\u{7}é"), "\"a\\\"\\\\\\n\\u{7}é\"");
    }
}
