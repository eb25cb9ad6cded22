//! One who reads everything that there is to list, and a long session in pages; forks it, and removes it.

use astra_core::ids::SessionId;
use serde_json::Value;

use super::Result;
use super::http::{Connection, request_by};

/// Lists of a workspace.
const LISTS: [&str; 12] = [
    "/sessions",
    "/agents",
    "/agents/echo/versions",
    "/agents/echo/usage",
    "/traces",
    "/traces/summary",
    "/auth/keys",
    "/auth/service-accounts",
    "/inference/usage?group_by=day,model,user",
    "/inference/providers",
    "/inference/models",
    "/v1/models",
];

/// A connection of an owner.
pub(crate) struct Visitor {
    connection: Connection,
    address: String,
    bearer: String,
}

/// What a visitor saw.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Visit {
    /// Items of all lists.
    pub(crate) listed: usize,
    /// Messages of the long session.
    pub(crate) read: usize,
    /// Messages of its fork.
    pub(crate) forked: usize,
}

impl Visitor {
    /// Connects.
    pub(crate) async fn arrive(address: &str, bearer: &str) -> Result<Self> {
        let connection = Connection::open(address).await?.keeping_bodies();
        Ok(Self { connection, address: address.to_owned(), bearer: bearer.to_owned() })
    }

    /// Reads every list and the messages of `session`; forks it, reads the fork's messages and removes the fork.
    pub(crate) async fn visit(&mut self, session: &SessionId) -> Result<Visit> {
        let mut visit = Visit::default();
        for path in LISTS {
            visit.listed += self.list(path).await?;
        }
        let accounts = self.call("GET", "/auth/service-accounts", None).await?;
        for account in accounts["data"].as_array().into_iter().flatten().filter_map(|account| account["id"].as_str()) {
            visit.listed += self.list(&format!("/auth/service-accounts/{account}/tokens")).await?;
        }
        visit.read = self.list(&format!("/sessions/{session}/messages")).await?;
        let fork = self.call("POST", &format!("/sessions/{session}/fork"), Some("{}")).await?;
        let fork: SessionId = fork["id"].as_str().ok_or("a fork without an id")?.parse().map_err(|_| "no id")?;
        visit.forked = self.list(&format!("/sessions/{fork}/messages")).await?;
        self.remove(&fork).await?;
        Ok(visit)
    }

    /// Deletes a session.
    pub(crate) async fn remove(&mut self, session: &SessionId) -> Result<()> {
        self.call("DELETE", &format!("/sessions/{session}"), None).await.map(drop)
    }

    /// Reads all pages of a list; answers how many items it has.
    async fn list(&mut self, path: &str) -> Result<usize> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let is_paged = !["/v1/models", "/agents/echo/usage"].contains(&path);
        let first = if is_paged { format!("{path}{separator}limit=200") } else { path.to_owned() };
        let (mut items, mut next) = (0, Some(first.clone()));
        while let Some(path) = next {
            let page = self.call("GET", &path, None).await?;
            items += page["data"].as_array().map_or(1, Vec::len);
            next = page["next_cursor"].as_str().map(|cursor| format!("{first}&cursor={cursor}"));
        }
        Ok(items)
    }

    async fn call(&mut self, method: &str, path: &str, body: Option<&str>) -> Result<Value> {
        let request = request_by(method, &self.address, path, &[("Authorization", &self.bearer)], body);
        let answer = self.connection.exchange(&request, None).await?;
        if answer.status >= 300 {
            let text = String::from_utf8_lossy(&answer.body);
            return Err(format!("{method} {path}: {} {text}", answer.status).into());
        }
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }
}
