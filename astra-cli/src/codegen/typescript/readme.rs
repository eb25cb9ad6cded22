//! `README.md`, with calls of the document's own.

use super::code::Code;
use super::declarations::Types;
use super::operations::methods;
use super::sample;
use crate::codegen::Package;
use crate::codegen::model::{Answer, Field, Location, Operation, PAGE_ITEMS, PAGE_NEXT, Shape, Type};

const START: &str = include_str!("../templates/typescript/readme/start.md");
const UPDATE: &str = include_str!("../templates/typescript/readme/update.md");
const LISTS: &str = include_str!("../templates/typescript/readme/lists.md");
const STREAMS: &str = include_str!("../templates/typescript/readme/streams.md");
const FOLLOW: &str = include_str!("../templates/typescript/readme/follow.md");
const ERRORS: &str = include_str!("../templates/typescript/readme/errors.md");
const RETRIES: &str = include_str!("../templates/typescript/readme/retries.md");
const CREDENTIALS: &str = include_str!("../templates/typescript/readme/credentials.md");
const TOKEN: &str = include_str!("../templates/typescript/readme/token.md");
const END: &str = include_str!("../templates/typescript/readme/end.md");

/// The text.
pub(super) fn text(types: &Types, package: &Package) -> String {
    let api = types.api;
    let is_read = |op: &Operation| op.method == "GET" && matches!(op.answer, Answer::Json(_)) && op.page.is_none();
    let get = pick(types, "agents.get", is_read);
    let written = pick(types, "chat.send", |op| op.takes_idempotency_key && matches!(op.answer, Answer::Json(_)));
    let update = pick(types, "agents.update", |op| op.body.is_some() && takes_if_match(op));
    let list = pick(types, "agents.list", |op| op.page.is_some());
    let stream = pick(types, "chat.stream", |op| matches!(op.answer, Answer::Events(_)));
    let follow = pick(types, "sessions.events", is_followed);
    let health = pick(types, "health.get", |_| false).or(get);
    let mut parts = vec![fill(
        START,
        &[
            ("first", &written.or(get).map_or_else(anything, |operation| sample::text(types, operation))),
            ("response", &responded(types, get)),
        ],
    )];
    if let Some(update) = update.filter(|_| get.is_some()) {
        let etag = [("ifMatch", "etag")];
        parts.push(fill(
            UPDATE,
            &[("get", &called(types, get, &[], 0)), ("update", &called(types, Some(update), &etag, 0))],
        ));
    }
    if let Some(list) = list {
        let loop_text = sample::text(types, list);
        parts.push(fill(
            LISTS,
            &[("loop", &loop_text), ("list", &called(types, Some(list), &[], 0)), ("rich", &rich(types))],
        ));
    }
    if let Some(stream) = stream {
        let mut part = fill(STREAMS, &[("stream", &streamed(types, stream))]);
        if let Some(follow) = follow {
            part += &fill(FOLLOW, &[("follow", &called(types, Some(follow), &[], 0))]);
        }
        parts.push(part);
    }
    let more = [("timeout", "30_000"), ("maxRetries", "5"), ("idempotencyKey", "\"question-4711\"")];
    let more = if written.is_some() { &more[..] } else { &more[..2] };
    parts.push(fill(ERRORS, &[("get", &called(types, get, &[], 1))]));
    parts.push(fill(RETRIES, &[("options", &format!("await {};", called(types, written.or(get), more, 0)))]));
    parts.push(if api.sign_in.is_some() { CREDENTIALS } else { TOKEN }.to_owned());
    let signal = [("signal", "controller.signal")];
    parts.push(fill(
        END,
        &[
            ("cancelled", &format!("await {};", called(types, get, &signal, 0))),
            ("browser", &format!("console.log(await {});", called(types, health, &[], 1))),
        ],
    ));
    let title = if api.title.is_empty() { "the API" } else { &api.title };
    let names = [("client", types.names.client.as_str()), ("name", &package.name), ("title", title)];
    fill(&parts.join("\n"), &names)
}

/// Puts values in their places.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

/// The operation of this id, else the first that fits.
fn pick<'a>(types: &Types<'a>, id: &str, fits: impl Fn(&Operation) -> bool) -> Option<&'a Operation> {
    types.api.operation(id).or_else(|| types.api.operations().find(|operation| fits(operation)))
}

fn takes_if_match(operation: &Operation) -> bool {
    operation.parameters_in(Location::Header).any(|parameter| parameter.name.eq_ignore_ascii_case("If-Match"))
}

/// Whether it streams without an end.
fn is_followed(operation: &Operation) -> bool {
    let events = operation.events();
    events.is_some_and(|events| {
        events.ends_with.is_empty() && events.resume.as_ref().is_some_and(|it| it.field.is_none())
    })
}

/// A call at `depth` levels, behind `await` or as much.
fn called(types: &Types, operation: Option<&Operation>, more: &[(&str, &str)], depth: usize) -> String {
    let method = operation.and_then(|operation| {
        let (_, names) = types.names.operation(types.api, &operation.id)?;
        methods(operation, names).into_iter().next()
    });
    match method {
        Some(method) => sample::with_options(types, &method, more).written(depth, 2 * depth + "await ".len(), 1),
        None => {
            let options = more.iter().map(|(name, value)| ((*name).to_owned(), Code::text(*value))).collect();
            let arguments = vec![Code::text("\"GET\""), Code::text("\"/\""), Code::Object(options)];
            Code::Call("client.request".to_owned(), arguments).written(depth, 2 * depth + "await ".len(), 1)
        }
    }
}

fn anything() -> String {
    "const answer = await client.request(\"GET\", \"/\");\nconsole.log(answer);".to_owned()
}

fn responded(types: &Types, get: Option<&Operation>) -> String {
    let call = called(types, get, &[], 0);
    format!("const {{ data, response }} = await {call}.withResponse();\nconsole.log(data, response.status);")
}

/// What is said of lists whose pages say more than their items.
fn rich(types: &Types) -> String {
    let said = types.api.operations().find_map(|operation| {
        let ty = operation.page.as_ref()?.rich.as_ref()?;
        let Some(Shape::Object { fields, .. }) = types.shape(ty) else { return None };
        let field = fields.iter().find(|field| field.name != PAGE_ITEMS && field.name != PAGE_NEXT)?;
        let call = called(types, Some(operation), &[], 0);
        Some(format!(" What a page says beside its items is in `body`: `(await {call}).body.{}`.", field.name))
    });
    said.unwrap_or_default()
}

/// A loop with a case for each type of event, if the events say their types.
fn streamed(types: &Types, operation: &Operation) -> String {
    let Some(events) = operation.events() else { return String::new() };
    let Some(Shape::Union { tag: Some(tag), variants }) = types.shape(&events.ty) else {
        return sample::text(types, operation);
    };
    if tag != "type" || types.tag(&events.ty).is_none_or(|(_, values)| values.iter().any(|value| value == "unknown")) {
        return sample::text(types, operation);
    }
    let cases = variants.iter().filter_map(|variant| {
        let Some(Shape::Object { fields, .. }) = types.shape(&variant.ty) else { return None };
        let resumed_by = events.resume.as_ref().and_then(|resume| resume.field.as_ref());
        let is_own = |field: &&Field| field.is_required && field.name != *tag && Some(&field.name) != resumed_by;
        let text = fields.iter().filter(is_own).find(|field| field.ty == Type::String);
        let told = text.or_else(|| fields.iter().filter(is_own).find(|field| matches!(field.ty, Type::Named(_))))?;
        let value = variant.value.as_ref()?;
        Some(format!("    case \"{value}\":\n      console.log(event.{});\n      break;\n", told.name))
    });
    let cases: String = cases.collect();
    let unknown = "    case \"unknown\":\n      console.log(\"newer than this client:\", event.event, event.data);\n      break;\n";
    let method = types.names.operation(types.api, &operation.id).map(|(_, names)| methods(operation, names));
    let call =
        method.into_iter().flatten().find(|method| method.events.is_some()).map(|method| sample::call(types, &method));
    let call = call.map(|call| call.written(0, "const stream = ".len(), 1)).unwrap_or_default();
    format!(
        "const stream = {call};\nfor await (const event of stream) {{\n  switch (event.type) {{\n{cases}{unknown}  }}\n}}"
    )
}
