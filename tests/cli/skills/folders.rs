//! Folders, good and bad, with the verdict on each. Where a reference validator judges otherwise, the row says why.

/// A folder with a SKILL.md, and what is to be said of it.
pub(super) struct Folder {
    /// Its name.
    pub(super) name: &'static str,
    /// Its SKILL.md.
    pub(super) text: Vec<u8>,
    /// Whether it is a skill that can be used.
    pub(super) is_good: bool,
    /// The line of the first error.
    pub(super) line: Option<u64>,
    /// Where `skills-ref` of PyPI, or of npm, judges otherwise, and why we do not.
    pub(super) other: Option<Other>,
}

/// Validators that judge otherwise.
pub(super) struct Other {
    pub(super) pypi: bool,
    pub(super) npm: bool,
    pub(super) why: &'static str,
}

fn good(name: &'static str, text: &str) -> Folder {
    Folder { name, text: text.into(), is_good: true, line: None, other: None }
}

fn bad(name: &'static str, line: u64, text: &str) -> Folder {
    Folder { name, text: text.into(), is_good: false, line: Some(line), other: None }
}

impl Folder {
    fn but(self, pypi: bool, npm: bool, why: &'static str) -> Self {
        Self { other: Some(Other { pypi, npm, why }), ..self }
    }

    fn bytes(self, text: &[u8]) -> Self {
        Self { text: text.to_owned(), ..self }
    }
}

/// Both judge otherwise.
const BOTH: (bool, bool) = (true, true);

/// All folders.
pub(super) fn all() -> Vec<Folder> {
    let mut all = on_which_all_agree();
    all.extend(on_which_others_differ());
    all
}

fn on_which_all_agree() -> Vec<Folder> {
    let long = |count: usize| "x".repeat(count);
    vec![
        good("least", "---\nname: least\ndescription: Does it.\n---\nDo it.\n"),
        good("no-body", "---\nname: no-body\ndescription: Does it.\n---\n"),
        good("crlf", "---\r\nname: crlf\r\ndescription: Does it.\r\n---\r\nDo it.\r\n"),
        good("quoted", "---\nname: \"quoted\"\ndescription: 'It''s it: yes.'\n---\nDo.\n"),
        good("folded", "---\nname: folded\ndescription: >\n  Does\n  it.\n---\nDo.\n"),
        good("123", "---\nname: 123\ndescription: Does it.\n---\nDo.\n"),
        good("truth", "---\nname: truth\ndescription: true\n---\nDo.\n"),
        good(
            "whole",
            "---\nname: whole\ndescription: Does it.\nlicense: MIT\ncompatibility: Needs git.\nmetadata:\n  author: a\n  \
             version: 1.0\nallowed-tools: Bash(git:*) Read\n---\nDo.\n",
        ),
        good(
            "longest",
            &format!("---\nname: longest\ndescription: {}\ncompatibility: {}\n---\nDo.\n", long(1024), long(500)),
        ),
        good("listed", "---\nname: listed\ndescription: Does it.\nallowed-tools:\n  - Read\n  - Write\n---\nDo.\n"),
        good("odd-metadata", "---\nname: odd-metadata\ndescription: Does it.\nmetadata: none\n---\nDo.\n"),
        bad("no-front-matter", 1, "# Title\n\nDo it.\n"),
        bad("empty", 1, ""),
        bad("unclosed", 1, "---\nname: unclosed\ndescription: Does it.\n"),
        bad("bom", 1, "\u{feff}---\nname: bom\ndescription: Does it.\n---\nDo.\n"),
        bad("space-before", 1, " ---\nname: space-before\ndescription: Does it.\n---\nDo.\n"),
        bad("torn", 3, "---\nname: torn\ndescription: Does: it: badly\n---\nDo.\n"),
        bad("twice", 2, "---\nname: twice\nname: twice\ndescription: x\n---\nDo.\n"),
        bad("a-list", 2, "---\n- name\n- description\n---\nDo.\n"),
        bad("nameless", 1, "---\ndescription: Does it.\n---\nDo.\n"),
        bad("undescribed", 1, "---\nname: undescribed\n---\nDo.\n"),
        bad("blank", 3, "---\nname: blank\ndescription: \"  \"\n---\nDo.\n"),
        bad("other-folder", 2, "---\nname: this-folder\ndescription: Does it.\n---\nDo.\n"),
        bad("Upper", 2, "---\nname: Upper\ndescription: Does it.\n---\nDo.\n"),
        bad("under_score", 2, "---\nname: under_score\ndescription: Does it.\n---\nDo.\n"),
        bad("-first", 2, "---\nname: \"-first\"\ndescription: Does it.\n---\nDo.\n"),
        bad("last-", 2, "---\nname: last-\ndescription: Does it.\n---\nDo.\n"),
        bad("two--hyphens", 2, "---\nname: two--hyphens\ndescription: Does it.\n---\nDo.\n"),
        bad("too-long", 2, &format!("---\nname: {}\ndescription: Does it.\n---\nDo.\n", long(65))),
        bad("much", 3, &format!("---\nname: much\ndescription: {}\n---\nDo.\n", long(1025))),
        bad("needy", 4, &format!("---\nname: needy\ndescription: x\ncompatibility: {}\n---\nDo.\n", long(501))),
        bad("two words", 2, "---\nname: two words\ndescription: Does it.\n---\nDo.\n"),
        bad("needs-list", 4, "---\nname: needs-list\ndescription: x\ncompatibility:\n  - git\n---\nDo.\n"),
    ]
}

fn on_which_others_differ() -> Vec<Folder> {
    let product = "keys of other products are ignored with a warning";
    let first_dashes = "they end the front matter at the first three dashes, wherever those are";
    let fence = "three dashes end the front matter only as a line of their own";
    let strict = "strictyaml knows no flow style, and the specification allows YAML";
    let node_null = "npm takes the missing value for the text `null`";
    let bound = "a file that goes to a model whole is bounded";
    let text = "a model is given text: bytes that are none have no meaning to it";
    let ascii = "an id is a part of paths and of calls: a-z, 0-9 and hyphens, as the specification says";
    let reserved = "an operation on all skills has this name";
    let many = format!("---\nname: large\ndescription: x\n---\n{}", "Do it again.\n".repeat(400_000));
    let wide = format!("---\nname: wide\ndescription: x\nmetadata:\n  k: {}\n---\nDo.\n", "v".repeat(17_000));
    vec![
        good("claude", "---\nname: claude\ndescription: x\nmodel: opus\ndisable-model-invocation: true\n---\nDo.\n")
            .but(BOTH.0, BOTH.1, product),
        good("dashes", "---\nname: dashes\ndescription: It has --- in it.\ncompatibility: Needs git.\nmetadata: {a: b}\n---\nDo.\n")
            .but(false, false, first_dashes),
        bad("half", 1, "---\nname: half\ndescription: x --- y\n").but(BOTH.0, BOTH.1, fence),
        good("flow", "---\nname: flow\ndescription: x\nmetadata: {a: b}\n---\nDo.\n").but(true, false, strict),
        good("anchored", "---\nname: &n anchored\ndescription: x\n---\nDo.\n").but(true, false, strict),
        bad("null", 3, "---\nname: \"null\"\ndescription:\n---\nDo.\n").but(false, true, node_null),
        good("number", "---\nname: number\ndescription: x\ncompatibility: 1\n---\nDo.\n")
            .but(false, true, "npm wants quotes around a number"),
        bad("große", 2, "---\nname: große\ndescription: x\n---\nDo.\n").but(BOTH.0, BOTH.1, ascii),
        bad("δέλτα", 2, "---\nname: δέλτα\ndescription: x\n---\nDo.\n").but(true, false, ascii),
        bad("reload", 2, "---\nname: reload\ndescription: x\n---\nDo.\n").but(BOTH.0, BOTH.1, reserved),
        bad("latin", 3, "").bytes(b"---\nname: latin\ndescription: caf\xe9\n---\nDo.\n").but(false, true, text),
        bad("nul", 5, "---\nname: nul\ndescription: x\n---\nDo\0.\n").but(BOTH.0, BOTH.1, text),
        Folder { line: None, ..bad("large", 1, &many) }.but(BOTH.0, BOTH.1, bound),
        bad("wide", 1, &wide).but(BOTH.0, BOTH.1, bound),
    ]
}
