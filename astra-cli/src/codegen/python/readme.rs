//! `README.md`: a template, with calls of the document.

use super::client::chosen;
use super::layout::{Code, INDENT};
use super::names::{Names, module};
use super::operations::{Method, methods};
use super::sample::{self, Statement};
use super::text::one_line;
use crate::codegen::Package;
use crate::codegen::model::{Answer, Api, Operation, Shape, Type};
use crate::codegen::source::{Source, sentence, wrapped};

/// So many kinds of events are shown.
const MOST_EVENTS: usize = 3;

/// The file.
pub(super) fn readme(api: &Api, names: &Names, package: &Package) -> String {
    let book = Book { api, names };
    let list = book.find("agents.list", |operation| operation.page.is_some());
    let stream = book.find("chat.stream", |operation| matches!(operation.answer, Answer::Events(_)));
    let is_json = |operation: &Operation| matches!(operation.answer, Answer::Json(_)) && operation.page.is_none();
    let create = book
        .find("chat.send", |operation| operation.takes_idempotency_key && is_json(operation))
        .or_else(|| book.find("", |operation| operation.body.is_some() && is_json(operation)));
    let get = book
        .find("agents.get", |operation| operation.method == "GET" && operation.path.contains('{') && is_json(operation))
        .or_else(|| book.find("", is_json));
    let events = stream.as_ref().map(|stream| book.events(stream)).unwrap_or_default();
    let mut conditions = Vec::new();
    conditions.extend(api.sign_in.is_some().then_some("sign_in"));
    conditions.extend(list.is_some().then_some("list"));
    conditions.extend(stream.is_some().then_some("stream"));
    conditions.extend((!events.is_empty()).then_some("events"));
    let mut text = chosen(include_str!("../templates/python/README.md"), &conditions);
    let shown: Vec<&Method<'_>> = create.iter().chain(&list).collect();
    let shown = if shown.is_empty() { get.iter().collect() } else { shown };
    let plain = |method: &Option<Method<'_>>, depth| match method {
        Some(method) => book.lines(&[method], depth, false),
        None => book.lines(&[], depth, false),
    };
    for (name, value) in [
        ("#quick_start", book.lines(&shown, 1, false)),
        ("#async_quick_start", book.lines(&shown, 2, true)),
        ("#stream", stream.as_ref().map(|stream| book.stream(stream, &events)).unwrap_or_default()),
        ("#list", plain(&list, 0)),
        ("#errors", plain(&get, 1)),
        ("#options", create.as_ref().map(|create| book.options(create)).unwrap_or_default()),
    ] {
        text = text.replace(&format!("\n{name}\n"), &format!("\n{}\n", value.trim_end_matches('\n')));
    }
    let intro = if api.description.is_empty() {
        String::new()
    } else {
        format!("\n\n{}", wrapped(&api.description, 120).join("\n"))
    };
    let mut imports: Vec<&str> = events.iter().map(|event| event.class.as_str()).collect();
    imports.sort_unstable();
    text.replace("#intro", &format!("A client of {}{intro}", sentence(&title(api))))
        .replace("#list_call", &list.as_ref().map(|list| book.call(list).flat()).unwrap_or_default())
        .replace("#events_imports", &imports.join(", "))
        .replace("#module", &module(&package.name))
        .replace("#name", &package.name)
        .replace("#title", &title(api))
        .replace("#version", if api.version.is_empty() { "0.0.0" } else { &api.version })
        .replace("\n\n\n\n", "\n\n")
}

fn title(api: &Api) -> String {
    if api.title.is_empty() { "an HTTP API".to_owned() } else { one_line(&api.title) }
}

/// A kind of event, and its text.
struct Event {
    class: String,
    field: String,
}

/// Writes calls.
struct Book<'a> {
    api: &'a Api,
    names: &'a Names,
}

impl<'a> Book<'a> {
    /// The call of this id if it is fit, else the first that is.
    fn find(&self, id: &str, is_fit: impl Fn(&Operation) -> bool) -> Option<Method<'a>> {
        let all = || self.api.groups.iter().flat_map(methods).filter(|method| is_fit(method.operation));
        all().find(|method| method.operation.id == id).or_else(|| all().next())
    }

    fn call(&self, method: &Method<'_>) -> Code {
        sample::call(self.api, self.names, method)
    }

    /// Calls one after the other, `depth` levels deep.
    fn lines(&self, methods: &[&Method<'_>], depth: usize, is_async: bool) -> String {
        let mut source = Source::new(INDENT);
        for (place, method) in methods.iter().enumerate() {
            if place > 0 {
                source.gap();
            }
            let answer = Statement { api: self.api, method, depth, is_async }.write(&mut source, &self.call(method));
            if let Some(name) = answer {
                source.line(format!("print({name})"));
            }
        }
        if methods.is_empty() {
            source.line("print(client)");
        }
        let mut deeper = Source::new(INDENT);
        nested(&mut deeper, depth, source.finish().trim_end());
        deeper.finish()
    }

    fn stream(&self, method: &Method<'_>, events: &[Event]) -> String {
        let mut source = Source::new(INDENT);
        if events.is_empty() {
            Statement { api: self.api, method, depth: 0, is_async: false }.write(&mut source, &self.call(method));
            return source.finish();
        }
        self.call(method).write(&mut source, 0, "with ", " as events:");
        let mut lines = vec!["for event in events:".to_owned(), "    match event:".to_owned()];
        for Event { class, field } in events {
            lines.push(format!("        case {class}({field}={field}):"));
            lines.push(format!("            print({field})"));
        }
        lines.push("        case _:".to_owned());
        lines.push("            pass  # another kind, or one that this client does not know yet".to_owned());
        nested(&mut source, 1, &lines.join("\n"));
        source.finish()
    }

    fn options(&self, method: &Method<'_>) -> String {
        let key = if method.operation.takes_idempotency_key { ", \"idempotency_key\": \"order-4711\"" } else { "" };
        let mut call = self.call(method);
        if let Code::Group { items, .. } = &mut call {
            items.push(Code::plain(format!("options={{\"timeout\": 5{key}}}")));
        }
        let mut source = Source::new(INDENT);
        call.write(&mut source, 0, "", "");
        source.finish()
    }

    /// Some kinds of events of a stream, each with the last of its fields.
    fn events(&self, method: &Method<'_>) -> Vec<Event> {
        let Some(Type::Named(name)) = method.operation.events().map(|events| &events.ty) else { return Vec::new() };
        let Some(Shape::Union { variants, tag: Some(_) }) = self.api.named(name).map(|named| &named.shape) else {
            return Vec::new();
        };
        let told = variants.iter().filter_map(|variant| {
            let Type::Named(name) = &variant.ty else { return None };
            let Shape::Object { fields, .. } = &self.api.named(name)?.shape else { return None };
            let field = fields.iter().rfind(|field| !matches!(field.ty, Type::Constant(_)))?;
            let field = super::names::Scope::of_dataclass().take(&super::names::wanted(&field.name));
            Some(Event { class: self.names.of_type(name)?.class.clone(), field })
        });
        told.take(MOST_EVENTS).collect()
    }
}

fn nested(source: &mut Source, depth: usize, text: &str) {
    if depth == 0 {
        source.line(text);
    } else {
        source.deeper(|inner| nested(inner, depth - 1, text));
    }
}
