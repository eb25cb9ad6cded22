//! The host's operations put beside the gateway's, in the document and in the router, with all that is wrong with them.

use std::collections::BTreeSet;

use axum::routing::MethodRouter;
use serde_json::Value;
use utoipa::openapi::path::Paths;
use utoipa_axum::router::UtoipaMethodRouter;

use super::{Routes, components, operation, path};
use crate::app::App;
use crate::auth::ScopeTable;
use crate::http::contract::{self, Mount};

/// What the host serves, by path.
pub(crate) struct Joined {
    /// The handlers of its operations.
    pub(crate) handlers: Vec<(String, MethodRouter<App>)>,
    /// Its services beside the document.
    pub(crate) mounts: Vec<(String, MethodRouter<App>, Mount)>,
}

/// Adds `host` to `document`, which the gateway's own routes made and which is not finished; `scopes` are those that there
/// are. The gateway's own services beside the document are at the paths `mounted`.
pub(crate) fn join(
    document: &mut Value,
    host: &[Routes],
    scopes: &ScopeTable,
    mounted: impl Iterator<Item = String>,
    faults: &mut Vec<String>,
) -> Joined {
    let mut joining = Joining {
        ids: contract::operation_ids(document),
        own: paths(document).into_iter().chain(mounted).collect(),
        document,
        scopes,
        faults,
        handlers: Vec::new(),
        mounts: Vec::new(),
        is_titled: false,
    };
    host.iter().for_each(|routes| joining.add(routes));
    Joined { handlers: joining.handlers, mounts: joining.mounts }
}

struct Joining<'a> {
    document: &'a mut Value,
    scopes: &'a ScopeTable,
    faults: &'a mut Vec<String>,
    handlers: Vec<(String, MethodRouter<App>)>,
    mounts: Vec<(String, MethodRouter<App>, Mount)>,
    /// The gateway's own paths.
    own: Vec<String>,
    ids: BTreeSet<String>,
    is_titled: bool,
}

impl Joining<'_> {
    fn add(&mut self, routes: &Routes) {
        let host = match serde_json::to_value(&routes.document) {
            Ok(host) => host,
            Err(fault) => return self.faults.push(format!("the host's document cannot be written: {fault}")),
        };
        components::join(self.document, &host, self.faults);
        for part in &routes.parts {
            self.add_part(part, host.get("security"));
        }
        for (path, service, mount) in &routes.mounts {
            self.check_path(path, path::mount_faults(path));
            self.mounts.push((path.clone(), service.clone().with_state(()), mount.clone()));
        }
        if let Some(info) = &routes.info {
            if std::mem::replace(&mut self.is_titled, true) {
                self.faults.push("the document is given a title twice".to_owned());
            }
            match serde_json::to_value(info) {
                Ok(info) => self.document["info"] = info,
                Err(fault) => self.faults.push(format!("the title cannot be written: {fault}")),
            }
        }
    }

    fn add_part(&mut self, (schemas, paths, handlers): &UtoipaMethodRouter, security: Option<&Value>) {
        for (name, schema) in schemas {
            match serde_json::to_value(schema) {
                Ok(schema) => components::add(self.document, "schemas", name, &schema, self.faults),
                Err(fault) => self.faults.push(format!("the schema {name} cannot be written: {fault}")),
            }
        }
        let Some((template, mut item)) = self.only_path(paths) else { return };
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let context = format!("{} {template}", method.to_uppercase());
            if !contract::METHODS.contains(&method.as_str()) {
                let known = contract::METHODS.join(", ");
                self.faults
                    .push(format!("{context}: operations are {known} here; HEAD is GET's, OPTIONS the gateway's"));
                continue;
            }
            let mut found = operation::complete(&template, operation, (security, self.scopes), &mut self.ids);
            found.extend(contract::parameter_faults(self.document, &template, operation));
            self.faults.extend(found.into_iter().map(|fault| format!("{context}: {fault}")));
        }
        self.check_path(&template, path::faults(&template));
        // What is wrong with the path is reported, and then nothing is served; its item may have other faults to report.
        if self.document["paths"].get(&template).is_none() {
            self.document["paths"][&template] = item;
        }
        self.handlers.push((template, handlers.clone().with_state(())));
    }

    /// The path of one `routes!(..)`.
    fn only_path(&mut self, paths: &Paths) -> Option<(String, Value)> {
        let mut items = paths.paths.iter();
        let (template, item) = items.next()?;
        for (other, _) in items {
            self.faults.push(format!(
                "{other} shares a routes!(..) with {template}, which would mix up their methods: give it its own"
            ));
        }
        match serde_json::to_value(item) {
            Ok(item) => Some((template.clone(), item)),
            Err(fault) => {
                self.faults.push(format!("{template} cannot be written: {fault}"));
                None
            }
        }
    }

    /// Adds `faults` of a path, and finds which other paths it meets.
    fn check_path(&mut self, template: &str, mut faults: Vec<String>) {
        let meets = |known: &&String| path::overlap(known, template);
        if let Some(known) = self.own.iter().find(|known| path::same(known, template)).or(self.own.iter().find(meets)) {
            faults.push(format!("{template}: the path meets {known}, which is the gateway's own"));
        }
        let mounted = self.mounts.iter().map(|(known, ..)| known);
        let mut hosts =
            self.handlers.iter().map(|(known, _)| known).chain(mounted).filter(|known| path::same(known, template));
        if hosts.clone().any(|known| known == template) {
            faults.push(format!("{template} is registered twice: name all its operations in one routes!(..)"));
        } else if let Some(known) = hosts.next() {
            faults.push(format!("{template} and {known} are the same path"));
        }
        self.faults.extend(faults);
    }
}

fn paths(document: &Value) -> Vec<String> {
    document["paths"].as_object().into_iter().flatten().map(|(path, _)| path.clone()).collect()
}
