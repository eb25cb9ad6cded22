//! Values for examples, where the document gives none.

use serde_json::{Map, Value, json};

use crate::codegen::model::{Api, Field, Operation, Shape, Type};

/// What is sent in examples of an operation.
pub(super) fn body(api: &Api, operation: &Operation) -> Option<Value> {
    let body = operation.body.as_ref()?;
    Some(body.example.clone().unwrap_or_else(|| value(api, &body.ty)))
}

/// Most values in an example; deeper and wider ones are cut short.
const VALUES_MAX: usize = 500;

/// A value of this type: as short as it may be.
pub(super) fn value(api: &Api, ty: &Type) -> Value {
    made(api, ty, 0, &mut { VALUES_MAX })
}

fn made(api: &Api, ty: &Type, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match ty {
        _ if depth > 8 || *left == 0 => Value::Null,
        Type::Any => json!({}),
        Type::String => json!("text"),
        Type::DateTime => json!("2026-11-23T21:07:00.000Z"),
        Type::Integer => json!(1),
        Type::Number => json!(0.5),
        Type::Boolean => json!(true),
        Type::Constant(value) => value.clone(),
        Type::List(item) => json!([made(api, item, depth + 1, left)]),
        Type::Map(_) => json!({}),
        Type::Nullable(inner) => made(api, inner, depth, left),
        Type::Named(name) => {
            let Some(named) = api.named(name) else { return json!({}) };
            named.example.clone().unwrap_or_else(|| of_shape(api, &named.shape, depth + 1, left))
        }
    }
}

fn of_shape(api: &Api, shape: &Shape, depth: usize, left: &mut usize) -> Value {
    match shape {
        Shape::Object { fields, .. } => {
            let required = fields.iter().filter(|field| field.is_required);
            let mut of_field = |field: &Field| {
                let given = field.example.clone();
                (field.name.clone(), given.unwrap_or_else(|| made(api, &field.ty, depth, left)))
            };
            Value::Object(required.map(&mut of_field).collect::<Map<_, _>>())
        }
        Shape::Enum(values) => values.first().map_or_else(|| json!("text"), |value| json!(value)),
        Shape::Union { tag, variants } => {
            let Some(variant) = variants.first() else { return json!({}) };
            let mut whole = made(api, &variant.ty, depth, left);
            if let (Some(tag), Some(fields), Some(value)) = (tag, whole.as_object_mut(), &variant.value) {
                fields.insert(tag.clone(), json!(value));
            }
            whole
        }
        Shape::Alias(ty) => made(api, ty, depth, left),
    }
}

/// A value of a field.
pub(super) fn field_value(api: &Api, field: &Field) -> Value {
    field.example.clone().unwrap_or_else(|| value(api, &field.ty))
}
