//! A request to an operation of the document, made of the document's own examples.

use astra_core::auth::{Role, Scope};
use http::Method;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, document};

/// An operation of the document, to be called.
pub(crate) struct Call {
    /// The operation's id.
    pub(crate) id: &'static str,
    /// Its path with the names of its variables.
    pub(crate) template: &'static str,
    /// Its method.
    pub(crate) method: Method,
    /// What the document says of it.
    pub(crate) operation: &'static Value,
}

impl Call {
    /// One for each operation of the document.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        document().operations().map(|(template, method, operation)| Self {
            id: operation["operationId"].as_str().expect("an id"),
            template,
            method: Method::from_bytes(method.as_bytes()).expect("a method"),
            operation,
        })
    }

    /// The one with this id.
    pub(crate) fn of(id: &str) -> Self {
        Self::all().find(|call| call.id == id).unwrap_or_else(|| panic!("no operation is {id}"))
    }

    /// The group of the operation.
    pub(crate) fn group(&self) -> &'static str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// The least role and the scope that it needs; `None` if it is public.
    pub(crate) fn needs(&self) -> Option<(Role, Scope)> {
        let scope = self.operation["security"][0]["bearer"][0].as_str().map(|scope| scope.parse().expect("a scope"));
        let role = self.operation["x-required-role"].as_str().map(|role| role.parse().expect("a role"));
        role.zip(scope)
    }

    /// Its parameters in `place`: `path`, `query` or `header`.
    pub(crate) fn parameters(&self, place: &str) -> impl Iterator<Item = &'static Value> {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters.filter(move |parameter| parameter["in"] == place)
    }

    /// The names of its parameters in `place`.
    pub(crate) fn names(&self, place: &str) -> Vec<&'static str> {
        self.parameters(place).map(|parameter| parameter["name"].as_str().expect("a name")).collect()
    }

    /// Whether it takes the header `name`.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.names("header").contains(&name)
    }

    /// Whether it answers with a page of a list.
    pub(crate) fn is_page(&self) -> bool {
        let answer = &self.operation["responses"]["200"]["content"]["application/json"]["schema"];
        self.method == Method::GET && document().follow(answer)["properties"].get("next_cursor").is_some()
    }

    /// Whether OpenAI's clients call it.
    pub(crate) fn is_open_ai(&self) -> bool {
        self.template.starts_with("/v1/")
    }

    /// Whether browsers call it, sent by an identity provider that adds parameters.
    pub(crate) fn is_for_browsers(&self) -> bool {
        self.template.starts_with("/auth/oidc/")
    }

    /// Whether OAuth 2's clients call it, whose refusals are 400.
    pub(crate) fn is_oauth(&self) -> bool {
        self.id == "auth.token"
    }

    /// The path, where `value` says what stands for a variable; the example stands for what it does not know.
    pub(crate) fn path(&self, value: impl Fn(&str) -> Option<String>) -> String {
        self.parameters("path").fold(self.template.to_owned(), |path, parameter| {
            let name = parameter["name"].as_str().expect("a name");
            path.replace(&format!("{{{name}}}"), &value(name).unwrap_or_else(|| example(parameter)))
        })
    }

    /// The path with its examples for its variables.
    pub(crate) fn example_path(&self) -> String {
        self.path(|_| None)
    }

    /// `path` with the examples of the parameters that the query must have.
    pub(crate) fn with_query(&self, path: String) -> String {
        let required = self.parameters("query").filter(|parameter| parameter["required"] == json!(true));
        required.fold(path, |uri, parameter| {
            let separator = if uri.contains('?') { '&' } else { '?' };
            format!("{uri}{separator}{}={}", parameter["name"].as_str().expect("a name"), example(parameter))
        })
    }

    /// The first example of its body.
    pub(crate) fn body(&self) -> Option<&'static Value> {
        let body = &self.operation["requestBody"]["content"]["application/json"];
        let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        body.get("example").into_iter().chain(named).next()
    }

    /// The names of the fields of its body.
    pub(crate) fn fields(&self) -> Vec<&'static str> {
        let content = self.operation["requestBody"]["content"].as_object().into_iter().flatten();
        let schemas = content.map(|(_, media)| document().follow(&media["schema"]));
        let fields = schemas.flat_map(|schema| schema["properties"].as_object().into_iter().flatten());
        let mut names: Vec<&str> = fields.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The request to `path` with the example of its body.
    pub(crate) fn ask(&self, caller: &Caller, path: String) -> Ask {
        let ask = caller.ask(self.method.clone(), &self.with_query(path));
        match self.body() {
            Some(body) => ask.json(body),
            None => ask,
        }
    }
}

/// The example of a parameter, as it stands in a URI.
fn example(parameter: &Value) -> String {
    match &parameter["example"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
