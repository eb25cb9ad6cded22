//! Comments for people and their editors.

use super::code::WIDTH;
use crate::codegen::Source;
use crate::codegen::source::wrapped;

/// Writes paragraphs as a comment at `depth` levels; nothing if there are none.
pub(super) fn comment(source: &mut Source, depth: usize, paragraphs: &[String]) {
    let width = WIDTH - 2 * depth;
    let paragraphs: Vec<String> =
        paragraphs.iter().filter(|text| !text.is_empty()).map(|text| text.replace("*/", "*\\/")).collect();
    let text = paragraphs.join("\n\n");
    match wrapped(&text, width - " * ".len()).as_slice() {
        [] => {}
        [line] if line.chars().count() + "/**  */".len() <= width => {
            source.line(format!("/** {line} */"));
        }
        lines => {
            source.line("/**");
            for line in lines {
                source.comment(" *", line);
            }
            source.line(" */");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_comment() {
        let mut source = Source::new("  ");
        comment(&mut source, 0, &["a */ b".to_owned(), String::new()]);
        comment(&mut source, 0, &["a".to_owned(), "b".to_owned()]);
        comment(&mut source, 0, &[]);
        assert_eq!(source.finish(), "/** a *\\/ b */\n/**\n * a\n *\n * b\n */\n");
    }
}
