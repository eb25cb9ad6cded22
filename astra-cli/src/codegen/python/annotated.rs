//! `name: type = value`, as wide as a line, or with the type broken as Python's formatters break it.

use super::layout::fits;
use crate::codegen::source::Source;

/// Writes `name: ty` with what comes `after` it, `depth` levels deep, which is where `source` is already.
pub(super) fn write(source: &mut Source, depth: usize, name: &str, ty: &str, after: &str) {
    let line = format!("{name}: {ty}{after}");
    if fits(&line, depth) {
        source.line(line);
    } else if split(ty, " | ").len() > 1 {
        source.block(&format!("{name}: ("), &format!("){after}"), |inner| operands(inner, depth + 1, ty, ""));
    } else {
        operand(source, depth, &format!("{name}: "), ty, after);
    }
}

/// The members of a union, each on a line of its own if they do not fit on one.
fn operands(source: &mut Source, depth: usize, ty: &str, after: &str) {
    let line = format!("{ty}{after}");
    if fits(&line, depth) {
        source.line(line);
        return;
    }
    let members = split(ty, " | ");
    let last = members.len() - 1;
    for (place, member) in members.iter().enumerate() {
        let before = if place == 0 { "" } else { "| " };
        operand(source, depth, before, member, if place == last { after } else { "" });
    }
}

/// A type without a union around it, whose arguments are broken if it does not fit.
fn operand(source: &mut Source, depth: usize, before: &str, ty: &str, after: &str) {
    let line = format!("{before}{ty}{after}");
    let arguments = ty.split_once('[').and_then(|(open, rest)| Some((open, rest.strip_suffix(']')?)));
    let Some((open, arguments)) = arguments.filter(|_| !fits(&line, depth)) else {
        source.line(line);
        return;
    };
    source.block(&format!("{before}{open}["), &format!("]{after}"), |inner| {
        let items = split(arguments, ", ");
        if fits(arguments, depth + 1) {
            inner.line(arguments);
        } else if let [item] = items.as_slice() {
            operands(inner, depth + 1, item, "");
        } else {
            for item in items {
                operands(inner, depth + 1, item, ",");
            }
        }
    });
}

/// The parts of a type between separators that are in no bracket.
fn split<'a>(ty: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, character) in ty.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 && at >= from && ty[at..].starts_with(separator) => {
                parts.push(&ty[from..at]);
                from = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&ty[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::python::layout::INDENT;

    #[test]
    fn a_type_that_does_not_fit_is_broken_as_a_formatter_breaks_it() {
        let written = |ty: &str, after: &str| {
            let mut source = Source::new(INDENT);
            write(&mut source, 0, "a", ty, after);
            source.finish()
        };
        let (long, longer) = ("L".repeat(60), "M".repeat(60));
        assert_eq!(written(&long, ""), format!("a: {long}\n"));
        let short = "S".repeat(26);
        assert_eq!(
            written(&format!("{long} | {short} | None"), " = None"),
            format!("a: (\n    {long} | {short} | None\n) = None\n")
        );
        assert_eq!(written(&format!("{long} | {longer}"), ""), format!("a: (\n    {long}\n    | {longer}\n)\n"));
        assert_eq!(
            written(&format!("Mapping[{long} | {short}]"), ""),
            format!("a: Mapping[\n    {long} | {short}\n]\n")
        );
        assert_eq!(
            written(&format!("B[C[str, {long} | {longer}]] | None"), ""),
            format!(
                "a: (\n    B[\n        C[\n            str,\n            {long}\n            | {longer},\n        ]\n    ]\n    | None\n)\n"
            )
        );
    }
}
