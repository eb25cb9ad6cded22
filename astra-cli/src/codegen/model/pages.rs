//! Lists in parts are recognised by their shape: items and a cursor.

use super::shape::Types;
use super::{Answer, Field, PAGE_ITEMS, PAGE_NEXT, Page, Shape, Type};

/// The page that an answer is, if it is one.
pub(super) fn read(types: &Types, answer: &Answer) -> Option<Page> {
    let Answer::Json(ty @ Type::Named(name)) = answer else { return None };
    let (item, is_plain) = item(types, name)?;
    Some(Page { item, rich: (!is_plain).then(|| ty.clone()) })
}

/// Whether the type of this name is nothing but a page, which clients have a type of their own for.
pub(super) fn is_plain(types: &Types, name: &str) -> bool {
    item(types, name).is_some_and(|(_, is_plain)| is_plain)
}

fn item(types: &Types, name: &str) -> Option<(Type, bool)> {
    let Shape::Object { fields, .. } = &types.named.iter().find(|named| named.name == name)?.shape else { return None };
    let field = |name: &str| fields.iter().find(|field: &&Field| field.name == name);
    let Type::List(item) = &field(PAGE_ITEMS)?.ty else { return None };
    field(PAGE_NEXT)?;
    Some((item.as_ref().clone(), fields.len() == 2))
}
