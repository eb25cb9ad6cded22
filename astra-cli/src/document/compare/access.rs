//! What changes in what callers need: schemes, scopes, roles.

use astra_core::auth::Role;

use super::change::Report;
use crate::document::operations::{Access, Operation};
use crate::document::place::Place;

/// Compares what two versions of an operation ask for.
pub(super) fn requirements(report: &mut Report, id: &str, old: &Operation<'_>, new: &Operation<'_>) {
    let (before, after) = (old.access(), new.access());
    let is_met = |held: &Access, wanted: &Access| {
        held.iter().all(|held| {
            wanted.iter().any(|wanted| {
                wanted.iter().all(|(scheme, scopes)| held.get(scheme).is_some_and(|held| scopes.is_subset(held)))
            })
        })
    };
    let at = format!("{}/security", new.place.pointer);
    if !is_met(&before, &after) {
        report.breaking(id, &at, format!("needs {} instead of {}", described(&after), described(&before)));
    } else if before != after {
        report.compatible(id, &at, format!("needs {}, no longer {}", described(&after), described(&before)));
    }
    role(report, id, old.role(), new);
}

fn role(report: &mut Report, id: &str, old: Option<&str>, new: &Operation<'_>) {
    let at = format!("{}/x-required-role", new.place.pointer);
    let rank = |name: Option<&str>| name.map(|name| name.parse::<Role>().ok());
    let (Some(name), true) = (new.role(), old != new.role()) else { return };
    let is_lower = match (rank(old), rank(Some(name))) {
        (Some(Some(old)), Some(Some(new))) => new < old,
        _ => false,
    };
    report.add(!is_lower, id, &at, format!("needs the role `{name}` instead of {}", old.unwrap_or("any")));
}

/// The requirement in words.
fn described(access: &Access) -> String {
    let alternative = |schemes: &std::collections::BTreeMap<String, std::collections::BTreeSet<String>>| {
        let scheme = |(name, scopes): (&String, &std::collections::BTreeSet<String>)| {
            let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
            if scopes.is_empty() { name.clone() } else { format!("{name} with {}", scopes.join(", ")) }
        };
        let all: Vec<_> = schemes.iter().map(scheme).collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join(" and ") }
    };
    access.iter().map(alternative).collect::<Vec<_>>().join(", or ")
}

/// Compares the schemes themselves.
pub(super) fn schemes(report: &mut Report, old: &Place<'_>, new: &Place<'_>) {
    let of = |document: &Place<'_>, name: &str| {
        document.get("components")?.get("securitySchemes")?.get(name).map(|it| it.value.clone())
    };
    let Some(components) = old.get("components") else { return };
    for (name, scheme) in components.members("securitySchemes") {
        let scheme = scheme.followed();
        // One that is gone is missed where it was asked for.
        let Some(now) = of(new, name) else { continue };
        for key in ["type", "scheme", "in", "name", "openIdConnectUrl"] {
            if scheme.value.get(key) != now.get(key) {
                report.breaking(
                    "",
                    &format!("{}/{key}", scheme.pointer),
                    format!("security scheme `{name}` has another `{key}`"),
                );
            }
        }
    }
}
