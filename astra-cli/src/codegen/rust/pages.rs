//! Writes how pages that say more than a page come apart.

use std::collections::BTreeSet;

use super::names;
use super::plan::{Mode, Plan};
use crate::codegen::model::{Field, PAGE_ITEMS, PAGE_NEXT, Shape, Type};
use crate::codegen::{Source, naming};

/// Writes `Paged` for each of them.
pub(super) fn write(source: &mut Source, plan: &Plan) {
    let mut seen = BTreeSet::new();
    let pages = plan.api.operations().filter_map(|operation| operation.page.as_ref());
    for page in pages {
        let Some(rich @ Type::Named(name)) = &page.rich else { continue };
        let Some(Shape::Object { fields, .. }) = plan.shape_of(rich) else { continue };
        if !seen.insert(name) {
            continue;
        }
        let field = |name: &str| fields.iter().find(|field| field.name == name);
        let (Some(items), Some(next)) = (field(PAGE_ITEMS), field(PAGE_NEXT)) else { continue };
        let name = plan.name(name, Mode::Plain);
        source.gap().block(&format!("impl crate::Paged for {name} {{"), "}", |source| {
            source.line(format!("type Item = {};", plan.ty(&page.item, Mode::Plain))).gap();
            source.block("fn into_parts(self) -> (Vec<Self::Item>, Option<String>) {", "}", |source| {
                source.line(format!("let cursor = {};", own_next(next)));
                source.line(format!("({}, cursor)", own_items(items)));
            });
        });
    }
}

fn own(field: &Field) -> String {
    format!("self.{}", names::escaped(naming::snake(&field.name)))
}

fn own_items(field: &Field) -> String {
    if field.is_required { own(field) } else { format!("{}.unwrap_or_default()", own(field)) }
}

fn own_next(field: &Field) -> String {
    if field.is_required && !matches!(field.ty, Type::Nullable(_)) {
        format!("Some({}).filter(|cursor| !cursor.is_empty())", own(field))
    } else {
        own(field)
    }
}
