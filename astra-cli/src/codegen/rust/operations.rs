//! Writes the operations: a file for each group, and in it a method for each operation.

use super::layout::{Head, call, chain, function, literal};
use super::method::{Method, methods};
use super::plan::Plan;
use super::prose::document;
use super::{lints, names, setters};
use crate::codegen::model::{Api, Group};
use crate::codegen::naming::UsedNames;
use crate::codegen::{File, Source, naming};

/// What the client has beside its groups.
const CLIENTS_OWN: [&str; 4] = ["builder", "base_url", "request", "clone"];

/// A group, in Rust.
pub(super) struct Module<'a> {
    pub(super) group: &'a Group,
    /// The name of its module and its method.
    pub(super) name: String,
    /// The name of its type.
    pub(super) ty: String,
}

/// The groups, in their order.
pub(super) fn modules(api: &Api) -> Vec<Module<'_>> {
    let mut taken = UsedNames::of(CLIENTS_OWN.into_iter().chain(["mod"]));
    let mut modules = Vec::new();
    for group in &api.groups {
        let name = taken.claim(&naming::snake(&group.name), "");
        let ty = naming::pascal(&group.name);
        let is_taken = ["Client", "Method"].contains(&ty.as_str()) || names::type_name(&ty) != ty;
        let ty = if is_taken { format!("{ty}Group") } else { ty };
        modules.push(Module { group, name: names::escaped(name), ty });
    }
    modules
}

/// The files of the operations.
pub(super) fn files(plan: &Plan) -> Vec<File> {
    let modules = modules(plan.api);
    let mut files: Vec<File> = modules
        .iter()
        .map(|module| File {
            path: format!("src/api/{}.rs", module.name.trim_start_matches("r#")),
            text: group_file(plan, module),
        })
        .collect();
    files.push(File { path: "src/api/mod.rs".to_owned(), text: index(&modules) });
    files
}

fn index(modules: &[Module]) -> String {
    let mut source = Source::new("    ");
    source.line("//! The operations, by their groups.").gap();
    let mut sorted: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
    sorted.sort_by_key(|name| name.trim_start_matches("r#"));
    for name in sorted {
        source.line(format!("pub mod {name};"));
    }
    source.gap().line("use crate::Client;").gap();
    source.block("impl Client {", "}", |source| {
        for (place, module) in modules.iter().enumerate() {
            if place > 0 {
                source.gap();
            }
            document(source, 1, &module.group.description, &format!("The group `{}`.", module.group.name));
            source.line("#[must_use]");
            let (name, ty) = (&module.name, &module.ty);
            source.block(&format!("pub fn {name}(&self) -> {name}::{ty} {{"), "}", |source| {
                source.line(format!("{name}::{ty}::new(self.clone())"));
            });
        }
    });
    source.finish()
}

fn group_file(plan: &Plan, module: &Module) -> String {
    let methods = methods(plan, module.group);
    let mut bodies = Source::new("    ");
    group_type(&mut bodies, module);
    bodies.block(&format!("impl {} {{", module.ty), "}", |source| {
        source.block("pub(crate) fn new(client: Client) -> Self {", "}", |source| {
            source.line("Self { client }");
        });
        for method in &methods {
            source.gap();
            write(source, plan, method);
        }
    });
    for method in methods.iter().filter(|method| method.has_own_call()) {
        bodies.gap();
        setters::write(&mut bodies, plan, &module.ty, method);
    }
    let bodies = bodies.finish();
    let mut file = Source::new("    ");
    document(&mut file, 0, "", &format!("The operations of the group `{}`.", module.group.name));
    let text = file.finish().replace("/// ", "//! ");
    let mut file = Source::new("    ");
    file.line(text.trim_end()).gap().line("use reqwest::Method;").gap();
    let mentions_models = bodies.contains("models::");
    if !mentions_models {
        file.line("use crate::Client;");
    }
    for (path, name) in [("call", "call_of"), ("events", "events_call_of"), ("pages", "list_call_of")] {
        if bodies.contains(&format!("\n{name}!(")) {
            file.line(format!("use crate::{path}::{name};"));
        }
    }
    if mentions_models {
        file.line("use crate::{Client, models};");
    }
    file.gap();
    file.finish() + &bodies
}

fn group_type(source: &mut Source, module: &Module) {
    let group = module.group;
    document(source, 0, &group.description, &format!("The operations of the group `{}`.", group.name));
    let method = module.name.trim_start_matches("r#");
    source.line("///").line(format!("/// [`Client::{method}`] gives it."));
    source.line("#[derive(Debug)]");
    source.block(&format!("pub struct {} {{", module.ty), "}", |source| {
        source.line("client: Client,");
    });
    source.gap();
}

fn write(source: &mut Source, plan: &Plan, method: &Method) {
    let operation = method.operation;
    document(source, 1, &operation.summary, &format!("`{}`", operation.id));
    if !operation.description.is_empty() {
        source.line("///");
        document(source, 1, &operation.description, "");
    }
    let described: Vec<_> = method.arguments.iter().filter(|argument| !argument.description.is_empty()).collect();
    if !described.is_empty() {
        source.line("///");
    }
    for argument in described {
        let name = argument.name.trim_start_matches("r#");
        document(source, 1, &format!("- `{name}`: {}", argument.description.replace("\n\n", " ")), "");
    }
    source.comment("///", "").comment("///", &format!("`{} {}`", operation.method, operation.path));
    if operation.is_deprecated {
        source.line("#[deprecated = \"there will be an end to this operation\"]");
    }
    if let Some(lints) = lints::of_method(&method.name) {
        source.line(lints);
    }
    let arguments = method.arguments.iter().map(|argument| format!("{}: {}", argument.name, argument.ty));
    let parameters = std::iter::once("&self".to_owned()).chain(arguments).collect();
    let head = Head { name: format!("pub fn {}", method.name), parameters, gives: method.gives(plan) };
    function(source, 1, &head, |source| body(source, method));
}

fn body(source: &mut Source, method: &Method) {
    let operation = method.operation;
    for line in &method.preparations {
        source.line(line);
    }
    let verb = match operation.method.as_str() {
        verb @ ("GET" | "PUT" | "POST" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS") => verb,
        _ => "GET",
    };
    let arguments = [format!("Method::{verb}"), literal(&operation.path)];
    let mut links = vec![".client".to_owned(), call(".request", &arguments, 3, 0)];
    links.extend(method.links.iter().cloned());
    if method.has_own_call() {
        let chain = chain("self", &links, 2, "let call = ".len());
        source.line(format!("let call = {chain};"));
        source.line(format!("{} {{ call }}", method.call_name));
    } else {
        source.line(chain("self", &links, 2, 0));
    }
}
