//! Parameters of the style `deepObject`: each field of the object is a parameter of its own on the wire, `filter[name]`, and
//! so it is in clients.

use super::shape::Types;
use super::{Field, Parameter, Shape, Type};

/// Objects within objects that are opened. OpenAPI says nothing of them; programs write `filter[a][b]`.
const DEPTH_MAX: usize = 4;

/// The parameters that `parameter` is on the wire; itself if it is no object with fields. The types behind the first
/// `known` were made for it: its own is not needed any more.
pub(super) fn members(types: &mut Types, parameter: Parameter, known: usize) -> Vec<Parameter> {
    let Some(fields) = fields(types, &parameter.ty) else { return vec![parameter] };
    if types.named.len() > known && types.named.last().is_some_and(|last| is_named(&parameter.ty, &last.name)) {
        types.named.pop();
    }
    fields.iter().flat_map(|field| opened(types, &parameter, field, DEPTH_MAX)).collect()
}

fn opened(types: &Types, outer: &Parameter, field: &Field, depth: usize) -> Vec<Parameter> {
    let example = field.example.clone().or_else(|| outer.example.as_ref()?.get(&field.name).cloned());
    let parameter = Parameter {
        name: format!("{}[{}]", outer.name, field.name),
        location: outer.location,
        description: if field.description.is_empty() { outer.description.clone() } else { field.description.clone() },
        ty: field.ty.clone(),
        is_required: outer.is_required && field.is_required,
        is_joined: false,
        example,
    };
    match fields(types, &parameter.ty).filter(|_| depth > 0) {
        Some(inner) => inner.iter().flat_map(|field| opened(types, &parameter, field, depth - 1)).collect(),
        None => vec![parameter],
    }
}

fn fields(types: &Types, ty: &Type) -> Option<Vec<Field>> {
    let Type::Named(name) = ty.without_null() else { return None };
    match &types.named.iter().find(|named| named.name == *name)?.shape {
        Shape::Object { fields, .. } if !fields.is_empty() => Some(fields.clone()),
        _ => None,
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty.without_null(), Type::Named(own) if own == name)
}
