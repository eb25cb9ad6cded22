//! `params.py`: what is sent inside of bodies, as dictionaries whose keys are those of the document.

use super::annotated;
use super::annotations::{Annotations, Module};
use super::choices;
use super::dataclasses::described;
use super::layout::{Code, INDENT};
use super::modules;
use super::names::{Names, TypeNames, is_plain_key};
use super::text::{self, docstring};
use crate::codegen::model::{Api, Field, Named, Shape};
use crate::codegen::source::{Source, sentence};

/// The module; nothing if nothing is sent inside of anything.
pub(super) fn module(api: &Api, names: &Names) -> String {
    let mut annotations = Annotations::new(api, names, Module::Params);
    let mut body = Source::new(INDENT);
    for named in api.types.iter().filter(|named| named.is_sent) {
        if let (Shape::Object { fields, .. }, Some(names)) = (&named.shape, names.of_type(&named.name)) {
            dictionary(&mut body, &mut annotations, named, names, fields);
        }
    }
    body.gap();
    choices::sent(&mut body, &mut annotations);
    let purpose = "What is sent inside of bodies, as dictionaries. In place of most of them, what was received may be sent back: \
                   see `types`.";
    modules::assembled(purpose, &annotations.imports, body)
}

fn dictionary(
    body: &mut Source,
    annotations: &mut Annotations<'_>,
    named: &Named,
    names: &TypeNames,
    fields: &[Field],
) {
    annotations.imports.from("typing", "TypedDict");
    let is_plain = fields.iter().all(|field| is_plain_key(&field.name));
    let (required, optional): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.is_required);
    let description = sentence(&named.description);
    if !is_plain {
        let mut bases = Vec::new();
        if !required.is_empty() {
            by_call(body.gap(), annotations, &names.required, &required, "");
            bases.push(names.required.as_str());
        }
        if !optional.is_empty() {
            let body = if bases.is_empty() { body.gap() } else { &mut *body };
            by_call(body, annotations, &names.optional, &optional, "total=False");
            bases.push(names.optional.as_str());
        }
        body.gap().gap().line(format!("class {}({}):", names.param, bases.join(", ")));
        return by_class(body, annotations, &[], &description);
    }
    let bases = match (required.is_empty(), optional.is_empty()) {
        (true, false) => "TypedDict, total=False".to_owned(),
        (_, true) => "TypedDict".to_owned(),
        (false, false) => {
            body.gap().gap().line(format!("class {}(TypedDict):", names.required));
            by_class(body, annotations, &required, "");
            format!("{}, total=False", names.required)
        }
    };
    let own = if optional.is_empty() { &required } else { &optional };
    body.gap().gap().line(format!("class {}({bases}):", names.param));
    by_class(body, annotations, own, &description);
}

fn by_class(body: &mut Source, annotations: &mut Annotations<'_>, fields: &[&Field], description: &str) {
    body.deeper(|body| {
        docstring(body, 1, description);
        if fields.is_empty() && description.is_empty() {
            body.line("pass");
        }
        for (place, field) in fields.iter().enumerate() {
            if place > 0 || !description.is_empty() {
                body.gap();
            }
            annotated::write(body, 1, &field.name, &annotations.sent(&field.ty), "");
            docstring(body, 1, &described(field));
        }
    });
}

/// Keys that cannot be written as a class has them.
fn by_call(body: &mut Source, annotations: &mut Annotations<'_>, name: &str, fields: &[&Field], total: &str) {
    let keys = fields.iter().map(|field| {
        let ty = annotations.sent(&field.ty);
        Code::keyed(&text::literal(&field.name), Code::plain(text::literal(&ty)))
    });
    let mut items = vec![Code::plain(text::literal(name)), Code::dictionary(keys.collect())];
    if !total.is_empty() {
        items.push(Code::plain(total));
    }
    Code::call("TypedDict", items).write(body.gap(), 0, &format!("{name} = "), "");
}
