//! What every client has, whatever the document says.

use super::file::HEAD;
use super::table::quoted;
use crate::codegen::model::Api;
use crate::codegen::{File, Package};

/// The runtime's sources, as they are in this repository.
const SOURCES: [(&str, &str); 14] = [
    ("connection.go", include_str!("../templates/go/connection.go")),
    ("decode.go", include_str!("../templates/go/decode.go")),
    ("errors.go", include_str!("../templates/go/errors.go")),
    ("events.go", include_str!("../templates/go/events.go")),
    ("nullable.go", include_str!("../templates/go/nullable.go")),
    ("options.go", include_str!("../templates/go/options.go")),
    ("pages.go", include_str!("../templates/go/pages.go")),
    ("raw.go", include_str!("../templates/go/raw.go")),
    ("request.go", include_str!("../templates/go/request.go")),
    ("retry.go", include_str!("../templates/go/retry.go")),
    ("sse.go", include_str!("../templates/go/sse.go")),
    ("stream.go", include_str!("../templates/go/stream.go")),
    ("tokens.go", include_str!("../templates/go/tokens.go")),
    ("credentials.go", include_str!("../templates/go/credentials.go")),
];

/// The runtime, and its facts about the document.
pub(super) fn files(api: &Api, package: &Package, name: &str) -> Vec<File> {
    let sources = SOURCES.iter().filter(|(path, _)| *path != "credentials.go" || api.sign_in.is_some());
    let mut files: Vec<File> = sources
        .map(|(path, text)| File {
            path: (*path).to_owned(),
            text: format!("{HEAD}\n\n{}", text.replacen("package astra\n", &format!("package {name}\n"), 1)),
        })
        .collect();
    files.push(File { path: "go.mod".to_owned(), text: format!("{HEAD}\n\nmodule {}\n\ngo 1.24\n", package.name) });
    files.push(File { path: "doc.go".to_owned(), text: documentation(api, name) });
    files
}

/// The package's comment, and its constants.
fn documentation(api: &Api, name: &str) -> String {
    let mut source = crate::codegen::Source::new("\t");
    source.line(HEAD).gap();
    let title = if api.title.is_empty() { "the API" } else { api.title.as_str() };
    super::comments::write(
        &mut source,
        &format!("Package {name} calls {title}: NewClient makes a client of it.\n\n{}", api.description),
    );
    source.line(format!("package {name}")).gap();
    source.line("// Version is the version of the API that this client was made from.");
    source.line(format!("const Version = {}", quoted(&api.version))).gap();
    source.line(format!("const userAgent = {}", quoted(&format!("{name}-go/{}", header_safe(&api.version)))));
    if let Some(sign_in) = &api.sign_in {
        source.gap().line("// tokenPath is where tokens are asked for.");
        source.line(format!("const tokenPath = {}", quoted(&sign_in.token_path)));
    }
    source.finish()
}

/// What of a text a header can have.
fn header_safe(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_graphic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::go::scope::RUNTIME;

    #[test]
    fn no_type_of_a_document_can_be_called_like_something_of_the_runtime() {
        let declared = SOURCES.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| {
            let words = ["func ", "type ", "const ", "var "].iter().find_map(|word| line.strip_prefix(word));
            // The sentinels stand in a block.
            let rest = words
                .or_else(|| line.strip_prefix('\t').filter(|line| line.starts_with("Err") && line.contains(" = ")))?;
            rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next()
        });
        let exported: Vec<&str> =
            declared.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).collect();
        assert!(exported.len() > 40, "{exported:?}");
        for name in exported {
            assert!(RUNTIME.contains(&name), "{name}");
        }
    }
}
