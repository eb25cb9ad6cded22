//! The client itself, and what the package gives to its users.

use super::code::string;
use super::declarations::Types;
use super::docs::comment;
use super::names::Names;
use super::templates::HEADER;
use crate::codegen::Source;
use crate::codegen::model::{Api, Shape, Type};
use crate::codegen::source::sentence;

/// `client.ts`.
pub(super) fn file(api: &Api, names: &Names) -> String {
    let mut source = Source::new("  ");
    source.line(HEADER.trim_end()).gap();
    let mut imports: Vec<(String, String)> = vec![
        ("./runtime/call.ts".to_owned(), "import type { Call }".to_owned()),
        ("./runtime/options.ts".to_owned(), "import type { ConnectionOptions }".to_owned()),
        ("./runtime/raw.ts".to_owned(), "import { type RequestOptions, rawCall }".to_owned()),
        ("./runtime/tokens.ts".to_owned(), "import { tokenSource }".to_owned()),
        ("./runtime/transport.ts".to_owned(), "import { Transport }".to_owned()),
    ];
    if api.sign_in.is_some() {
        let credentials = "import { type Credentials, SignIn, type TokensCallback }";
        imports.push(("./runtime/credentials.ts".to_owned(), credentials.to_owned()));
        imports.push(("./runtime/errors.ts".to_owned(), "import { ClientError }".to_owned()));
    }
    for group in &names.groups {
        imports.push((format!("./operations/{}.ts", group.file), format!("import {{ {} }}", group.class)));
    }
    imports.sort();
    for (path, names) in imports {
        source.line(format!("{names} from {};", string(&path)));
    }
    source.gap();
    write_options(api, names, &mut source);
    source.gap();
    comment(&mut source, 0, &[sentence(&api.title), api.description.clone()]);
    source.block(&format!("export class {} {{", names.client), "}", |inner| write_class(api, names, inner));
    source.finish()
}

fn write_options(api: &Api, names: &Names, source: &mut Source) {
    comment(source, 0, &["How to reach the server, and who asks.".to_owned()]);
    let head = format!("export interface {}Options extends ConnectionOptions", names.client);
    if api.sign_in.is_none() {
        source.line(format!("{head} {{}}"));
        return;
    }
    source.block(&format!("{head} {{"), "}", |inner| {
        inner.line("/** What to sign in with, in place of `token`: the client gets its tokens, and renews them. */");
        inner.line("readonly credentials?: Credentials | undefined;");
        inner.line("/** Is called with each new set of tokens, before it is used: a place to store them. */");
        inner.line("readonly onTokens?: TokensCallback | undefined;");
    });
}

fn write_class(api: &Api, names: &Names, source: &mut Source) {
    for (group, names) in api.groups.iter().zip(&names.groups) {
        comment(source, 1, &[sentence(&group.description)]);
        source.line(format!("readonly {}: {};", names.property, names.class));
    }
    source.line("readonly #transport: Transport;").gap();
    source.block(&format!("constructor(options: {}Options = {{}}) {{", names.client), "}", |body| {
        match &api.sign_in {
            None => {
                body.line("const transport = new Transport(options, tokenSource(options.token));");
            }
            Some(sign_in) => {
                body.line("const { credentials, onTokens, ...connection } = options;");
                body.line("let tokens = tokenSource(connection.token);");
                body.block("if (credentials !== undefined) {", "}", |inner| {
                    let message = "throw new ClientError(\"give either a token or credentials\");";
                    inner.line(format!("if (tokens !== undefined) {message}"));
                    inner.line("const plain = new Transport(connection);");
                    let path = string(&sign_in.token_path);
                    inner.line(format!("tokens = new SignIn(plain, {path}, credentials, onTokens);"));
                });
                body.line("const transport = new Transport(connection, tokens);");
            }
        }
        body.line("this.#transport = transport;");
        for group in &names.groups {
            body.line(format!("this.{} = new {}(transport);", group.property, group.class));
        }
    });
    source.gap();
    let text = "Sends a request that the document does not have, with the client's token, retries and errors, and reads \
                the answer by its media type.";
    comment(source, 1, &[text.to_owned()]);
    source.block(
        "request<T = unknown>(method: string, path: string, options: RequestOptions = {}): Call<T> {",
        "}",
        |body| {
            body.line("return rawCall<T>(this.#transport, method, path, options);");
        },
    );
}

/// `index.ts`.
pub(super) fn index(api: &Api, names: &Names) -> String {
    let mut source = Source::new("  ");
    source.line(HEADER.trim_end()).gap();
    source.line(format!("export {{ {0}, type {0}Options }} from \"./client.ts\";", names.client));
    for group in &names.groups {
        source.line(format!("export type * from \"./operations/{}.ts\";", group.file));
    }
    if api.sign_in.is_some() {
        let path = "./runtime/credentials.ts";
        source.line(format!("export type {{ Credentials, TokenSet, TokensCallback }} from \"{path}\";"));
    }
    source.line("export * from \"./runtime/index.ts\";");
    source.line("export type * from \"./types.ts\";");
    source.finish()
}

/// `problem.ts`: what refusals are by the document, for the runtime's errors.
pub(super) fn problem(types: &Types) -> String {
    let mut source = Source::new("  ");
    source.line(HEADER.trim_end()).gap();
    let shape = types.api.named("Problem").map(|named| &named.shape);
    let name = types.names.ty("Problem");
    let (Some(Shape::Object { fields, .. }), Some(name)) = (shape, name) else {
        source.line("/** A problem of RFC 9457. */");
        source.line("export type Problem = Record<string, unknown>;").gap();
        source.line("export type ProblemCode = string;").gap();
        source.line(FIELD);
        return source.finish();
    };
    let field = |name: &str| fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    let alias = if name == "Problem" { name.to_owned() } else { format!("{name} as Problem") };
    let is_text = field("code").is_some_and(|ty| {
        matches!(ty.without_null(), Type::String) || matches!(types.shape(ty.without_null()), Some(Shape::Enum(_)))
    });
    let is_list = field("errors").is_some_and(|ty| matches!(ty.without_null(), Type::List(_)));
    if is_text || is_list {
        source.line(format!("import type {{ {alias} }} from \"./types.ts\";")).gap();
    }
    source.line(format!("export type {{ {alias} }} from \"./types.ts\";")).gap();
    source.line(if is_text {
        "export type ProblemCode = NonNullable<Problem[\"code\"]>;"
    } else {
        "export type ProblemCode = string;"
    });
    source.gap();
    source.line(if is_list { "export type ProblemField = NonNullable<Problem[\"errors\"]>[number];" } else { FIELD });
    source.finish()
}

const FIELD: &str = "export interface ProblemField {\n  readonly pointer?: string;\n  readonly detail?: string;\n}";
