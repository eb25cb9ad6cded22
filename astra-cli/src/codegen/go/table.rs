//! Columns as `gofmt` aligns them.

/// Lines of cells, each cell but the last as wide as the widest of its column.
pub(super) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > column + 1).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if column + 1 < row.len() {
                let missing = widths[column].saturating_sub(cell.chars().count());
                line.extend(std::iter::repeat_n(' ', missing + 1));
            }
        }
        line
    };
    rows.iter().map(line).collect()
}

/// `name: value` pairs: those whose values are of one line are aligned as long as they follow each other.
pub(super) fn pairs(pairs: &[(String, String)]) -> Vec<String> {
    let mut lines = Vec::new();
    for run in pairs.chunk_by(|one, other| one.1.contains('\n') == other.1.contains('\n')) {
        if run.iter().any(|(_, value)| value.contains('\n')) {
            lines.extend(run.iter().map(|(name, value)| format!("{name}: {value}")));
        } else {
            let rows: Vec<Vec<String>> =
                run.iter().map(|(name, value)| vec![format!("{name}:"), value.clone()]).collect();
            lines.extend(aligned(&rows));
        }
    }
    lines
}

/// A text as Go writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            letter if letter.is_control() || letter == '\u{feff}' => {
                quoted.push_str(&format!("\\u{:04x}", letter as u32))
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The same, between backquotes where that needs fewer signs.
pub(super) fn raw(text: &str) -> String {
    let is_plain = text.chars().all(|letter| letter != '`' && letter != '\u{feff}' && !letter.is_control());
    if text.contains('"') && is_plain { format!("`{text}`") } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_until_a_value_takes_lines() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let given = [pair("ID", "1"), pair("Display", "2"), pair("Model", "{\n}"), pair("A", "3")];
        assert_eq!(pairs(&given), ["ID:      1", "Display: 2", "Model: {\n}", "A: 3"]);
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(aligned(&[row(&["a", "bb", "c"]), row(&["aaa", "b", "c"])]), ["a   bb c", "aaa b  c"]);
    }

    #[test]
    fn texts_are_quoted() {
        assert_eq!(quoted("a\"\\\n\u{1}ä"), "\"a\\\"\\\\\\n\\u0001ä\"");
        assert_eq!(raw("{\"a\": 1}"), "`{\"a\": 1}`");
        assert_eq!(raw("`\""), "\"`\\\"\"");
    }
}
