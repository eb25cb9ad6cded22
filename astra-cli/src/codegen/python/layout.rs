//! Code that is as wide as a line, or broken as Python's formatters break it: each item of a bracket on a line of its own.

use crate::codegen::source::Source;

/// The width of a line.
pub(super) const WIDTH: usize = 100;

/// The indentation of a level.
pub(super) const INDENT: &str = "    ";

/// A piece of code.
#[derive(Debug, Clone)]
pub(super) enum Code {
    /// What is not broken.
    Plain(String),
    /// Items in brackets: `f(` a, b `)`.
    Group { open: String, items: Vec<Self>, close: &'static str },
    /// An item with a name: `name=` or `"name": `.
    Pair(String, Box<Self>),
}

impl Code {
    /// What is not broken.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// A call of `function`.
    pub(super) fn call(function: &str, items: Vec<Self>) -> Self {
        Self::Group { open: format!("{function}("), items, close: ")" }
    }

    /// A list.
    pub(super) const fn list(items: Vec<Self>) -> Self {
        Self::Group { open: String::new(), items, close: "]" }
    }

    /// A dictionary.
    pub(super) const fn dictionary(items: Vec<Self>) -> Self {
        Self::Group { open: String::new(), items, close: "}" }
    }

    /// `name=value`
    pub(super) fn named(name: &str, value: Self) -> Self {
        Self::Pair(format!("{name}="), Box::new(value))
    }

    /// `key: value`
    pub(super) fn keyed(key: &str, value: Self) -> Self {
        Self::Pair(format!("{key}: "), Box::new(value))
    }

    /// It on one line.
    pub(super) fn flat(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Group { items, close, .. } => {
                let items: Vec<String> = items.iter().map(Self::flat).collect();
                format!("{}{}{close}", self.opening(), items.join(", "))
            }
            Self::Pair(name, value) => format!("{name}{}", value.flat()),
        }
    }

    /// Writes it between `before` and `after`, `depth` levels deep, which is where `source` is already.
    pub(super) fn write(&self, source: &mut Source, depth: usize, before: &str, after: &str) {
        let line = format!("{before}{}{after}", self.flat());
        if fits(&line, depth) || !self.can_break() {
            source.line(line);
            return;
        }
        match self {
            Self::Plain(_) => {}
            Self::Pair(name, value) => value.write(source, depth, &format!("{before}{name}"), after),
            Self::Group { items, close, .. } => {
                let open = format!("{before}{}", self.opening());
                source.block(&open, &format!("{close}{after}"), |inner| {
                    for item in items {
                        // A bare `*` of a signature is an item as well.
                        item.write(inner, depth + 1, "", ",");
                    }
                });
            }
        }
    }

    fn opening(&self) -> &str {
        match self {
            Self::Group { open, close: "]", .. } if open.is_empty() => "[",
            Self::Group { open, close: "}", .. } if open.is_empty() => "{",
            Self::Group { open, .. } => open,
            Self::Plain(_) | Self::Pair(..) => "",
        }
    }

    fn can_break(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Group { items, .. } => !items.is_empty(),
            Self::Pair(_, value) => value.can_break(),
        }
    }
}

/// Whether a line fits, `depth` levels deep.
pub(super) fn fits(line: &str, depth: usize) -> bool {
    depth * INDENT.len() + line.chars().count() <= WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_has_each_item_on_its_own_line() {
        let call = |argument: &str| {
            let mut source = Source::new(INDENT);
            let inner = Code::call("g", vec![Code::plain(argument)]);
            let items = vec![Code::plain("a"), Code::named("b", inner), Code::keyed("c", Code::list(Vec::new()))];
            Code::call("f", items).write(&mut source, 0, "return ", "");
            source.finish()
        };
        assert_eq!(call("x"), "return f(a, b=g(x), c: [])\n");
        let long = "x".repeat(76);
        assert_eq!(call(&long), format!("return f(\n    a,\n    b=g({long}),\n    c: [],\n)\n"));
        let longer = "x".repeat(95);
        assert_eq!(call(&longer), format!("return f(\n    a,\n    b=g(\n        {longer},\n    ),\n    c: [],\n)\n"));
    }
}
