//! What everything is called, so that no two things are called the same.

use std::collections::BTreeMap;

use super::templates;
use crate::codegen::model::{Answer, Api, Group, Location, Operation};
use crate::codegen::naming::{self, UsedNames};

/// Names of JavaScript and of this client's own files that the document's types must leave alone.
const TYPES: &str = "Array Blob Boolean Date Error File Function Headers Infinity JSON Map NaN Number Object Promise \
    Record Request Response Set String Symbol Transport SignIn StreamKind Uint8Array ArrayBuffer FormData \
    URLSearchParams ReadonlyArray Omit Partial Credentials TokenSet TokensCallback ProblemCode ProblemField";

/// Words that no parameter can be, or that the bodies of the functions use.
const WORDS: &str = "arguments await body break case catch class const continue debugger default delete do else enum \
    eval export extends false finally for form function if implements import in instanceof interface joined json let \
    new null options package path private protected public raw request return static super switch this throw true try \
    typeof undefined var void while with yield";

/// What every call takes.
const OPTIONS: &str =
    "signal timeout maxRetries headers requestId fetch idempotencyKey cursor idleTimeout resume lastEventId";

/// What every object of JavaScript has: an option of this name would be there without being given.
const INHERITED: &str = "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf";

/// Members of the client that no group can be.
const MEMBERS: &str = "request then";

/// The names of a client.
pub(super) struct Names {
    /// The class of the client: `AstraClient`.
    pub(super) client: String,
    types: BTreeMap<String, String>,
    pub(super) groups: Vec<GroupNames>,
}

/// The names of a group.
pub(super) struct GroupNames {
    /// `serviceAccounts`
    pub(super) property: String,
    /// `ServiceAccountsOperations`
    pub(super) class: String,
    /// `service-accounts`
    pub(super) file: String,
    pub(super) methods: Vec<MethodNames>,
}

/// The names of an operation.
pub(super) struct MethodNames {
    /// `listVersions`
    pub(super) method: String,
    /// The method that streams, of an operation that does both.
    pub(super) stream: Option<String>,
    /// The interface of its options, if it has some of its own.
    pub(super) options: Option<String>,
    /// Of each parameter, in the operation's order.
    pub(super) parameters: Vec<String>,
}

impl Names {
    pub(super) fn new(api: &Api) -> Self {
        let mut taken = words(TYPES);
        taken.add(templates::exported());
        let mut types = BTreeMap::new();
        for named in &api.types {
            types.insert(named.name.clone(), taken.claim(&named.name, "Model"));
        }
        let title = naming::pascal(if api.title.is_empty() { "api" } else { &api.title });
        let client = taken.claim(&format!("{}Client", title.trim_end_matches("Client")), "Root");
        taken.add([format!("{client}Options")]);
        let mut properties = words(&[MEMBERS, INHERITED].join(" "));
        let mut files = UsedNames::default();
        let groups = api.groups.iter().map(|group| GroupNames {
            property: properties.claim(&naming::camel(&group.name), "Group"),
            class: taken.claim(&format!("{}Operations", naming::pascal(&group.name)), "Group"),
            file: files.claim(&naming::kebab(&group.name), "-group"),
            methods: methods(group, &mut taken),
        });
        Self { client, groups: groups.collect(), types }
    }

    /// What a type of the document is called; nothing if it is none of them.
    pub(super) fn ty(&self, name: &str) -> Option<&str> {
        self.types.get(name).map(String::as_str)
    }

    /// The names of an operation and its group.
    pub(super) fn operation(&self, api: &Api, id: &str) -> Option<(&GroupNames, &MethodNames)> {
        self.groups.iter().zip(&api.groups).find_map(|(names, group)| {
            let place = group.operations.iter().position(|operation| operation.id == id)?;
            Some((names, names.methods.get(place)?))
        })
    }
}

fn methods(group: &Group, taken: &mut UsedNames) -> Vec<MethodNames> {
    let mut used = words(&["then", INHERITED].join(" "));
    let mut names: Vec<MethodNames> = Vec::new();
    for operation in &group.operations {
        names.push(MethodNames {
            method: used.claim(&naming::camel(&operation.name), "Call"),
            stream: None,
            options: has_own_options(operation).then(|| {
                let base = format!("{}{}Options", naming::pascal(&group.name), naming::pascal(&operation.name));
                taken.claim(&base, "OfCall")
            }),
            parameters: parameters(operation),
        });
    }
    // Behind the others, which keep their names.
    for (operation, names) in group.operations.iter().zip(&mut names) {
        if matches!(operation.answer, Answer::Either { .. }) {
            names.stream = Some(used.claim(&format!("{}Stream", names.method), "Call"));
        }
    }
    names
}

/// Whether an operation has parameters that are options.
pub(super) fn has_own_options(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| parameter.location != Location::Path)
}

fn parameters(operation: &Operation) -> Vec<String> {
    let mut options = words(&[OPTIONS, INHERITED].join(" "));
    let mut words = words(WORDS);
    let named = operation.parameters.iter().map(|parameter| {
        let name = naming::camel(&parameter.name);
        match parameter.location {
            Location::Path => words.claim(&name, "_"),
            Location::Query | Location::Header => options.claim(&name, "Parameter"),
        }
    });
    named.collect()
}

fn words(text: &str) -> UsedNames {
    UsedNames::of(text.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_keeps_its_names() {
        let exported = templates::exported();
        for name in ["Page", "List", "EventStream", "ApiError", "StreamingOptions"] {
            assert!(exported.contains(name), "{name}");
        }
    }
}
