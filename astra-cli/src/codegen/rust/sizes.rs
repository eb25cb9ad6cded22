//! How large values are, roughly: a large one in a variant makes all others as large.

use super::plan::Plan;
use crate::codegen::model::{Shape, Type};

/// Above this many bytes a variant's content is boxed. Clippy's bound is 200.
pub(super) const LARGE: usize = 160;

/// The size of a type's values in bytes, at most.
pub(super) fn estimate(plan: &Plan, ty: &Type) -> usize {
    sized(plan, ty, 0)
}

fn sized(plan: &Plan, ty: &Type, depth: usize) -> usize {
    match ty {
        Type::Any => 72,
        Type::Boolean => 1,
        Type::Integer | Type::Number => 8,
        Type::String | Type::DateTime | Type::List(_) | Type::Constant(_) => 24,
        Type::Map(_) => 72,
        Type::Nullable(inner) => sized(plan, inner, depth) + 8,
        // What lies so deep is large enough, or comes back to itself.
        Type::Named(_) if depth > 8 => LARGE + 1,
        Type::Named(name) => match plan.api.named(name).map(|named| &named.shape) {
            Some(Shape::Object { fields, rest }) => {
                let mut sum = if rest.is_some() { 72 } else { 0 };
                for field in fields {
                    sum += sized(plan, &field.ty, depth + 1) + 8;
                    // Large is large: types that hold each other would be looked at again and again.
                    if sum > LARGE {
                        break;
                    }
                }
                sum
            }
            Some(Shape::Enum(_)) => 24,
            Some(Shape::Union { variants, .. }) => {
                let mut most = 72;
                for variant in variants {
                    most = most.max(sized(plan, &variant.ty, depth + 1).min(LARGE));
                    if most == LARGE {
                        break;
                    }
                }
                most + 8
            }
            Some(Shape::Alias(inner)) => sized(plan, inner, depth + 1),
            None => 72,
        },
    }
}
