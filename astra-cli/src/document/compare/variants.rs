//! What changes in unions. Variants are the same if their tag is, else their component's name, else their type. A client
//! skips a tag that it does not know; a variant without a tag it cannot even tell.

use super::Direction;
use super::schema::Comparison;
use crate::document::place::Place;
use crate::document::shape::Shape;

/// A variant with what it is known by.
struct Variant<'d> {
    place: Place<'d>,
    shape: Shape<'d>,
    tag: Option<String>,
}

/// Compares two unions, or a union with what was or becomes one.
pub(super) fn compare(comparison: &mut Comparison<'_>, old: &Shape<'_>, new: &Shape<'_>) {
    let (before, mut after) = (variants(old), variants(new));
    for variant in &before {
        let Some(at) = counterpart(variant, &after) else {
            let is_missed = comparison.direction == Direction::Sent || variant.tag.is_some();
            let change = format!("variant {} is gone", variant.named());
            if is_missed {
                comparison.breaking(&variant.place.pointer, change);
            } else {
                comparison.compatible(&variant.place.pointer, change);
            }
            continue;
        };
        let found = after.swap_remove(at);
        comparison.variants(&variant.shape, &found.shape);
    }
    for variant in &after {
        let is_wider = variant.tag.is_none();
        comparison.judge(false, is_wider, &variant.place.pointer, format!("variant {} is new", variant.named()));
    }
}

fn variants<'d>(shape: &Shape<'d>) -> Vec<Variant<'d>> {
    let tags = shape.tags().map(|(_, tags)| tags).unwrap_or_default();
    let tags = tags.into_iter().map(Some).chain(std::iter::repeat(None));
    let variant =
        |(place, tag): (&Place<'d>, Option<String>)| Variant { place: place.clone(), shape: Shape::of(place), tag };
    if shape.variants.is_empty() {
        return vec![Variant { place: shape.place().clone(), shape: shape.clone(), tag: None }];
    }
    shape.variants.iter().zip(tags).map(variant).collect()
}

fn counterpart(variant: &Variant<'_>, among: &[Variant<'_>]) -> Option<usize> {
    if variant.tag.is_some() && among.iter().any(|other| other.tag.is_some()) {
        return among.iter().position(|other| other.tag == variant.tag);
    }
    let by_name =
        among.iter().position(|other| variant.shape.name().is_some() && other.shape.name() == variant.shape.name());
    by_name.or_else(|| among.iter().position(|other| !other.shape.types().is_disjoint(&variant.shape.types())))
}

impl Variant<'_> {
    fn named(&self) -> String {
        let types = || self.shape.types().into_iter().collect::<Vec<_>>().join(" or ");
        let name = self.tag.clone().or_else(|| self.shape.name().map(str::to_owned));
        name.map_or_else(types, |name| format!("`{name}`"))
    }
}
