//! The operations of a document, as their callers look at them.

use std::collections::{BTreeMap, BTreeSet};

use super::place::Place;

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "patch", "head", "options", "trace", "query"];

/// What each of the alternatives asks for: schemes with scopes. An empty one asks for nothing.
pub(crate) type Access = Vec<BTreeMap<String, BTreeSet<String>>>;

/// An operation, or a webhook.
#[derive(Debug, Clone)]
pub(crate) struct Operation<'d> {
    /// The operation object.
    pub(crate) place: Place<'d>,
    item: Place<'d>,
    /// In lower case.
    pub(crate) method: &'static str,
    /// The path's template; of a webhook its name.
    pub(crate) path: &'d str,
}

/// All operations in the document's order.
pub(crate) fn operations<'d>(document: &Place<'d>) -> Vec<Operation<'d>> {
    below(document, "paths")
}

/// All webhooks in the document's order.
pub(crate) fn webhooks<'d>(document: &Place<'d>) -> Vec<Operation<'d>> {
    below(document, "webhooks")
}

fn below<'d>(document: &Place<'d>, key: &str) -> Vec<Operation<'d>> {
    let items = document.members(key).into_iter().map(|(path, item)| (path, item.followed()));
    let of_item = |(path, item): (&'d str, Place<'d>)| {
        let find = move |method| Some(Operation { place: item.raw(method)?, item: item.clone(), method, path });
        METHODS.into_iter().filter_map(find).collect::<Vec<_>>()
    };
    items.flat_map(of_item).collect()
}

impl<'d> Operation<'d> {
    /// The operation's id; without one its method and path.
    pub(crate) fn id(&self) -> String {
        let id = self.place.text("operationId").map(str::to_owned);
        id.unwrap_or_else(|| format!("{} {}", self.method.to_uppercase(), self.path))
    }

    /// Its tags.
    pub(crate) fn tags(&self) -> Vec<&'d str> {
        self.place.elements("tags").iter().filter_map(|tag| tag.value.as_str()).collect()
    }

    /// The parameters of its path that it does not give anew, and its own.
    pub(crate) fn parameters(&self) -> Vec<Place<'d>> {
        let key = |parameter: &Place<'d>| (parameter.text("name"), parameter.text("in"));
        let followed = |place: &Place<'d>| -> Vec<Place<'d>> {
            place.elements("parameters").iter().map(|parameter| parameter.followed()).collect()
        };
        let own = followed(&self.place);
        let is_inherited = |inherited: &Place<'d>| own.iter().all(|own| key(own) != key(inherited));
        followed(&self.item).into_iter().filter(is_inherited).chain(own.clone()).collect()
    }

    /// The request's body.
    pub(crate) fn body(&self) -> Option<Place<'d>> {
        self.place.get("requestBody")
    }

    /// Statuses and answers.
    pub(crate) fn answers(&self) -> Vec<(&'d str, Place<'d>)> {
        let answers = self.place.members("responses").into_iter();
        answers.map(|(status, answer)| (status, answer.followed())).collect()
    }

    /// What it asks of its caller, one of these.
    pub(crate) fn access(&self) -> Access {
        let own = self.place.raw("security").is_some();
        let alternatives =
            if own { self.place.elements("security") } else { self.place.document().elements("security") };
        // Where scopes cannot stand (OpenAPI 3.0, a bearer scheme) they stand beside.
        let beside = self.place.elements("x-required-scopes");
        let scopes = |place: &Place<'d>| -> BTreeSet<String> {
            let own = place.value.as_array().into_iter().flatten();
            own.chain(beside.iter().map(|scope| scope.value)).filter_map(|scope| Some(scope.as_str()?.into())).collect()
        };
        let alternative = |place: Place<'d>| {
            let schemes = place.value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            schemes.filter_map(|name| Some((name.to_owned(), scopes(&place.raw(name)?)))).collect()
        };
        let access: Access = alternatives.into_iter().map(alternative).collect();
        if access.is_empty() { vec![BTreeMap::new()] } else { access }
    }

    /// Whether it asks for a credential in every case.
    pub(crate) fn needs_credential(&self) -> bool {
        self.access().iter().all(|alternative| !alternative.is_empty())
    }

    /// All scopes that it may ask for.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let all: BTreeSet<String> = self.access().into_iter().flat_map(BTreeMap::into_values).flatten().collect();
        all.into_iter().collect()
    }

    /// The role that it asks for.
    pub(crate) fn role(&self) -> Option<&'d str> {
        self.place.text("x-required-role")
    }

    /// Its path with nameless parameters: two paths that take the same requests are the same.
    pub(crate) fn route(&self) -> String {
        let mut parts = self.path.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |route, part| format!("{route}{{}}{}", part.split_once('}').map_or("", |(_, rest)| rest)))
    }
}

/// The media types of a body or an answer.
pub(crate) fn media<'d>(content: &Place<'d>) -> Vec<(&'d str, Place<'d>)> {
    content.members("content").into_iter().map(|(name, media)| (name, media.followed())).collect()
}

/// The media type of a body that a caller sends: JSON if there is a choice.
pub(crate) fn sent<'d>(body: &Place<'d>) -> Option<(&'d str, Place<'d>)> {
    let mut kinds = media(body);
    let json = kinds.iter().position(|(kind, _)| *kind == "application/json").unwrap_or_default();
    (json < kinds.len()).then(|| kinds.swap_remove(json))
}

/// The schema of what is sent or received: of a stream, that of the JSON in its events.
pub(crate) fn payload<'d>(media: &Place<'d>) -> Option<Place<'d>> {
    let Some(item) = media.raw("itemSchema") else { return media.raw("schema") };
    let data = item.followed().get("properties").and_then(|fields| fields.get("data"));
    data.and_then(|data| data.raw("contentSchema")).or(Some(item))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_has_the_parameters_of_its_path_and_the_access_of_the_document() {
        let document = json!({
            "security": [{"bearer": ["a"]}],
            "paths": {"/x/{id}/y": {
                "parameters": [{"name": "id", "in": "path"}, {"name": "q", "in": "query"}],
                "get": {"parameters": [{"name": "q", "in": "query", "required": true}]},
                "put": {"operationId": "x.replace", "security": []},
                "post": {"security": [{"bearer": []}], "x-required-scopes": ["b"]},
            }},
        });
        let found = operations(&Place::root(&document));
        let ids: Vec<_> = found.iter().map(Operation::id).collect();
        assert_eq!(ids, ["GET /x/{id}/y", "x.replace", "POST /x/{id}/y"]);
        let pointers: Vec<_> = found[0].parameters().into_iter().map(|place| place.pointer).collect();
        assert_eq!(pointers, ["#/paths/~1x~1{id}~1y/parameters/0", "#/paths/~1x~1{id}~1y/get/parameters/0"]);
        assert_eq!(found[0].scopes(), ["a"]);
        assert_eq!(found[1].access(), [BTreeMap::new()]);
        assert_eq!(found[2].scopes(), ["b"]);
        assert_eq!(found[0].route(), "/x/{}/y");
    }
}
