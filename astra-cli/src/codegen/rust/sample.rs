//! Calls as their users would write them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::layout::{call, chain, literal};
use super::method::{Gives, Method, methods};
use super::operations::modules;
use super::parameters::{body_mode, is_json};
use super::plan::{Mode, Plan};
use super::values::Values;
use super::{example, names, setters};
use crate::codegen::model::{Answer, Group, Location, Operation, Parameter, Shape, Type};
use crate::codegen::naming::{self, UsedNames};

/// A call, written down.
pub(super) struct Written {
    /// What must be imported for it.
    pub(super) imports: Imports,
    /// The call, and what is done with its answer.
    pub(super) statements: String,
    /// The call alone, before it is awaited.
    pub(super) expression: String,
}

impl Written {
    /// All of it.
    pub(super) fn text(&self) -> String {
        let imports = self.imports.text();
        if imports.is_empty() { self.statements.clone() } else { format!("{imports}\n\n{}", self.statements) }
    }
}

/// A call of `operation`, for which there is a `client`.
pub(super) fn written(plan: &Plan, operation: &Operation, crate_name: &str) -> Option<Written> {
    let has_operation = |group: &Group| group.operations.iter().any(|other| other.id == operation.id);
    let module = modules(plan.api).into_iter().find(|module| has_operation(module.group))?;
    let mut values = Values::new(plan);
    let (mut statements, mut before, mut expression) = (Vec::new(), String::new(), String::new());
    for method in methods(plan, module.group).iter().filter(|method| method.operation.id == operation.id) {
        let (prepared, call, statement) = statement(plan, &mut values, &module.name, method);
        // A second way to make the same call sends the same.
        let is_prepared = prepared == before;
        statements.push(if is_prepared { statement } else { format!("{prepared}{statement}") });
        if expression.is_empty() {
            (before, expression) = (prepared, call);
        }
    }
    let imports = Imports { crate_name: crate_name.to_owned(), has_patches: values.has_patches, models: values.models };
    Some(Written { imports, statements: statements.join("\n\n"), expression })
}

/// What must be imported.
#[derive(Default)]
pub(super) struct Imports {
    pub(super) crate_name: String,
    pub(super) has_patches: bool,
    pub(super) models: BTreeSet<String>,
}

impl Imports {
    pub(super) fn text(&self) -> String {
        let Self { crate_name, has_patches, models } = self;
        let mut lines = Vec::new();
        if *has_patches {
            lines.push(format!("use {crate_name}::Patch;"));
        }
        let models: Vec<&str> = models.iter().map(String::as_str).collect();
        match models.as_slice() {
            [] => {}
            [only] => lines.push(format!("use {crate_name}::models::{only};")),
            several => {
                let line = format!("use {crate_name}::models::{{{}}};", several.join(", "));
                lines.push(if line.len() <= 100 { line } else { wrapped_import(crate_name, several) });
            }
        }
        lines.join("\n")
    }
}

fn wrapped_import(crate_name: &str, models: &[&str]) -> String {
    let lines: Vec<String> = crate::codegen::source::wrapped(&format!("{},", models.join(", ")), 95)
        .iter()
        .map(|line| format!("    {line}"))
        .collect();
    format!("use {crate_name}::models::{{\n{}\n}};", lines.join("\n"))
}

/// How many of the optional parameters that have examples a call has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Some of the query: enough to see how it is done.
    Shown,
    /// All of them, and the optional body.
    Whole,
}

/// What comes before a call, and the links of the call: its method, and its options.
pub(super) struct Links {
    pub(super) before: String,
    pub(super) method: Vec<String>,
    pub(super) options: Vec<String>,
}

/// The call of `method`, a method of `module`.
pub(super) fn links(plan: &Plan, values: &mut Values, module: &str, method: &Method, extent: Extent) -> Links {
    let mut before = String::new();
    let arguments = arguments(plan, values, method, &mut before);
    let links = vec![format!(".{module}()"), call(&format!(".{}", method.name), &arguments, 1, 0)];
    Links { before, method: links, options: options(plan, values, method, extent) }
}

/// What comes before the call, the call, and the statement that it is in.
fn statement(plan: &Plan, values: &mut Values, module: &str, method: &Method) -> (String, String, String) {
    let Links { before, method: mut links, options } = links(plan, values, module, method, Extent::Shown);
    let expression = chain("client", &links, 0, 0);
    links.extend(options);
    let ending = ending(plan, method);
    links.extend(ending.links.into_iter().map(str::to_owned));
    let call = chain("client", &links, 0, ending.binding.len());
    let statement = format!("{}{call};{}", ending.binding, ending.after);
    (before, expression, statement)
}

/// What is passed; what takes several lines is made before.
fn arguments(plan: &Plan, values: &mut Values, method: &Method, before: &mut String) -> Vec<String> {
    let operation = method.operation;
    let required = operation.parameters.iter().filter(|parameter| parameter.is_required);
    let mut arguments: Vec<String> = required.map(|parameter| argument(plan, values, parameter)).collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.is_required) {
        let value = example::body(plan.api, operation).unwrap_or_default();
        let written = if is_json(&body.media_type) {
            body_value(values, &value, &body.ty, body_mode(&operation.method))
        } else {
            literal(value.as_str().unwrap_or("text"))
        };
        if written.contains('\n') || written.len() > 48 {
            before.push_str(&format!("let body = {};\n", written.trim_start_matches('&')));
            arguments.push("&body".to_owned());
        } else {
            arguments.push(written);
        }
    }
    arguments
}

fn body_value(values: &mut Values, value: &Value, ty: &Type, mode: Mode) -> String {
    match ty {
        Type::String | Type::DateTime => literal(value.as_str().unwrap_or("text")),
        // A slice needs no vector.
        Type::List(_) => format!("&{}", values.exact(value, ty, mode).trim_start_matches("vec!")),
        _ => format!("&{}", values.exact(value, ty, mode)),
    }
}

fn argument(plan: &Plan, values: &mut Values, parameter: &Parameter) -> String {
    let ty = parameter.ty.without_null();
    let value = parameter.example.clone().unwrap_or_else(|| example::value(plan.api, ty));
    if let Type::List(item) = plan.behind(ty) {
        let items = value.as_array().cloned().unwrap_or_else(|| vec![value]);
        let items: Vec<String> = items.iter().map(|value| scalar(plan, values, value, item)).collect();
        return format!("[{}]", items.join(", "));
    }
    scalar(plan, values, &value, ty)
}

fn scalar(plan: &Plan, values: &mut Values, value: &Value, ty: &Type) -> String {
    match (plan.behind(ty), plan.shape_of(ty)) {
        (Type::Integer | Type::Number | Type::Boolean, _) | (_, Some(Shape::Enum(_))) => {
            values.exact(value, ty, Mode::Plain)
        }
        _ => literal(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
    }
}

/// The options that have examples, up to the extent.
fn options(plan: &Plan, values: &mut Values, method: &Method, extent: Extent) -> Vec<String> {
    let is_whole = extent == Extent::Whole;
    let mut taken = UsedNames::default();
    let mut links = Vec::new();
    for parameter in &method.options {
        let name = setters::setter_name(&mut taken, &parameter.name);
        let is_shown = parameter.location == Location::Query && links.len() < 2;
        if parameter.example.is_some() && (is_whole || is_shown) {
            links.push(format!(".{name}({})", argument(plan, values, parameter)));
        }
    }
    if let Some(body) = method.optional_body.filter(|body| is_whole && is_json(&body.media_type))
        && let Some(example) = &body.example
    {
        let name = setters::setter_name(&mut taken, "body");
        let value = body_value(values, example, &body.ty, body_mode(&method.operation.method));
        links.push(format!(".{name}({value})"));
    }
    links
}

struct Ending {
    links: Vec<&'static str>,
    binding: String,
    after: String,
}

fn ending(plan: &Plan, method: &Method) -> Ending {
    let operation = method.operation;
    match (method.gives, &operation.answer, &operation.page) {
        (Gives::Events(_), ..) => Ending {
            links: vec![".await?"],
            binding: "let mut events = ".to_owned(),
            after: "\nwhile let Some(event) = events.try_next().await? {\n    println!(\"{:?}\", event.data);\n}"
                .to_owned(),
        },
        (_, _, Some(page)) => {
            let item = variable(plan, &page.item, "item");
            Ending {
                links: vec![".items()"],
                binding: "let mut items = ".to_owned(),
                after: format!(
                    "\nwhile let Some({item}) = items.try_next().await? {{\n    println!(\"{{{item}:?}}\");\n}}"
                ),
            }
        }
        (_, Answer::Nothing | Answer::Events(_), _) => {
            Ending { links: vec![".await?"], binding: String::new(), after: String::new() }
        }
        (_, Answer::Text, _) => Ending {
            links: vec![".await?"],
            binding: "let text = ".to_owned(),
            after: "\nprintln!(\"{text}\");".to_owned(),
        },
        (_, Answer::Bytes, _) => Ending {
            links: vec![".await?"],
            binding: "let bytes = ".to_owned(),
            after: "\nprintln!(\"{} bytes\", bytes.len());".to_owned(),
        },
        (_, Answer::Json(json) | Answer::Either { json, .. }, _) => {
            let name = variable(plan, json, "answer");
            Ending {
                links: vec![".await?"],
                binding: format!("let {name} = "),
                after: format!("\nprintln!(\"{{{name}:?}}\");"),
            }
        }
    }
}

/// What a value of this type is called.
fn variable(plan: &Plan, ty: &Type, otherwise: &str) -> String {
    let name = match ty {
        Type::Named(name) if plan.api.named(name).is_some() => naming::snake(name),
        _ => otherwise.to_owned(),
    };
    let is_taken = ["client", "body", "items"].contains(&name.as_str()) || names::escaped(name.clone()) != name;
    if is_taken { otherwise.to_owned() } else { name }
}
