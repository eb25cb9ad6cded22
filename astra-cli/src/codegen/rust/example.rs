//! Values for examples, where the document gives none.

use serde_json::{Map, Value, json};

use crate::codegen::model::{Api, Field, Operation, Shape, Type};

/// What is sent in examples of an operation.
pub(super) fn body(api: &Api, operation: &Operation) -> Option<Value> {
    let body = operation.body.as_ref()?;
    Some(body.example.clone().unwrap_or_else(|| value(api, &body.ty, 0)))
}

/// A value of this type: as short as it may be.
pub(super) fn value(api: &Api, ty: &Type, depth: usize) -> Value {
    match ty {
        _ if depth > 8 => Value::Null,
        Type::Any => json!({}),
        Type::String => json!("text"),
        Type::DateTime => json!("2026-11-23T21:07:00.000Z"),
        Type::Integer => json!(1),
        Type::Number => json!(0.5),
        Type::Boolean => json!(true),
        Type::Constant(value) => value.clone(),
        Type::List(item) => json!([value(api, item, depth + 1)]),
        Type::Map(_) => json!({}),
        Type::Nullable(inner) => value(api, inner, depth),
        Type::Named(name) => {
            let Some(named) = api.named(name) else { return json!({}) };
            named.example.clone().unwrap_or_else(|| of_shape(api, &named.shape, depth + 1))
        }
    }
}

fn of_shape(api: &Api, shape: &Shape, depth: usize) -> Value {
    match shape {
        Shape::Object { fields, .. } => {
            let required = fields.iter().filter(|field| field.is_required);
            let of_field = |field: &Field| (field.name.clone(), field_value(api, field, depth));
            Value::Object(required.map(of_field).collect::<Map<_, _>>())
        }
        Shape::Enum(values) => values.first().map_or_else(|| json!("text"), |value| json!(value)),
        Shape::Union { tag, variants } => {
            let Some(variant) = variants.first() else { return json!({}) };
            let mut whole = value(api, &variant.ty, depth);
            if let (Some(tag), Some(fields), Some(value)) = (tag, whole.as_object_mut(), &variant.value) {
                fields.insert(tag.clone(), json!(value));
            }
            whole
        }
        Shape::Alias(ty) => value(api, ty, depth),
    }
}

/// A value of a field.
pub(super) fn field_value(api: &Api, field: &Field, depth: usize) -> Value {
    field.example.clone().unwrap_or_else(|| value(api, &field.ty, depth))
}
