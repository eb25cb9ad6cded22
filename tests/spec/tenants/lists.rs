//! What is read without naming anything: lists, their cursors, counts, and everything else that a GET answers.

use std::collections::BTreeMap;

use astra_core::store::Cursor;
use http::Method;
use serde_json::{Value, json};

use super::home::Home;
use super::same::plain;
use super::{GATEWAY_LISTS, names_something};
use crate::call::Call;
use crate::support::{Caller, START_MS, both_backends};

/// Reads whose answers tell of the gateway too: its requests, and its work beside them.
const OF_THE_GATEWAY: [&str; 2] = ["admin.stats", "cron.status"];

/// Lists of sums, whose rows name nothing: two workspaces may have the same.
const SUMS: [&str; 2] = ["inference.usage", "traces.summary"];

/// Whether the operation is a plain GET of a path without variables, which a credential is needed for.
pub(super) fn is_read(call: &Call) -> bool {
    call.method == Method::GET && call.needs().is_some() && call.names("path").is_empty() && call.id != "chat.connect"
}

impl Home {
    /// What every read without a name answers to the caller.
    pub(super) async fn reads(&self, caller: &Caller) -> BTreeMap<&'static str, String> {
        let mut read = BTreeMap::new();
        for call in Call::all().filter(is_read).filter(|call| !OF_THE_GATEWAY.contains(&call.id)) {
            let answer = call.ask(caller, call.example_path()).await;
            // Which request it was is in the answer to one that is refused.
            let text = match answer.status.is_success() {
                true if call.id == "tools.list_servers" => at_rest(&answer.text()),
                true => answer.text(),
                false => plain(&answer, &[]),
            };
            read.insert(call.id, text);
        }
        read
    }
}

/// MCP servers without their connections, which go on beside the requests.
fn at_rest(servers: &str) -> String {
    let mut page: Value = serde_json::from_str(servers).expect("JSON");
    for server in page["data"].as_array_mut().expect("a list") {
        let server = server.as_object_mut().expect("a server");
        for moving in ["status", "since", "error", "next_try_at"] {
            server.remove(moving).expect("a field of a connection");
        }
    }
    page.to_string()
}

both_backends! {
    async fn no_read_tells_of_the_other_workspace(home: Home) {
        let (mut seen, mut tried) = (0, 0);
        for call in Call::all().filter(is_read) {
            let own = call.ask(&home.app.owner(), call.example_path()).await.text();
            let foreign = call.ask(&home.app.other_workspace(), call.example_path()).await.text();
            for word in home.tells() {
                seen += usize::from(own.contains(&word));
                assert!(!foreign.contains(&word), "{} tells of {word}: {foreign}", call.id);
            }
            tried += 1;
        }
        assert!(seen > 20 && tried > 25, "{tried} reads told the owner of {seen} things");
    }

    async fn the_other_workspaces_lists_have_rows_of_their_own(home: Home) {
        for call in Call::all().filter(|call| is_read(call) && call.is_page() && !GATEWAY_LISTS.contains(&call.id)) {
            let rows = async |caller: Caller| {
                let page = caller.get(call.template).await.expect(200);
                page["data"].as_array().expect("data").clone()
            };
            let (own, foreign) = (rows(home.app.owner()).await, rows(home.app.other_workspace()).await);
            assert!(!own.is_empty(), "{}: there is nothing to hide", call.id);
            if SUMS.contains(&call.id) {
                continue;
            }
            assert!(foreign.iter().all(|row| !own.contains(row)), "{} shows what is another workspace's", call.id);
        }
    }

    async fn sums_are_of_the_own_workspace(home: Home) {
        let usage = home.app.other_workspace().get("/inference/usage").await.expect(200);
        let requests = usage["data"].as_array().expect("data").iter().filter_map(|row| row["requests"].as_i64());
        assert_eq!(requests.sum::<i64>(), 1, "one turn was asked for there: {usage}");
    }

    async fn events_are_those_of_the_own_workspace(home: Home) {
        let (owner, other) = (home.app.owner(), home.app.other_workspace());
        let mut stream = other.get(&format!("/workspaces/{}/events", home.elsewhere["workspace_id"])).await;
        for (caller, id) in [(&owner, "quiet"), (&other, "loud"), (&owner, "silent-too"), (&other, "last")] {
            caller.post("/agents").json(&json!({"id": id, "model": {"provider": "echo"}})).await.expect(201);
        }
        let events = [stream.next_event().await.expect("an event"), stream.next_event().await.expect("an event")];
        assert_eq!(events.each_ref().map(|event| &event.data["data"]["agent_id"]), [&json!("loud"), &json!("last")]);
        // The place in the log is counted in each workspace apart: a gap would tell how much happens in others.
        let places = events.map(|event| event.id.expect("an id").parse::<i64>().expect("a number"));
        assert_eq!(places[1] - places[0], 1);
    }

    async fn a_cursor_of_one_workspace_shows_nothing_of_it_in_the_other(home: Home) {
        let (mut tried, mut made) = (0, 0);
        let other = home.app.other_workspace();
        let of_workspaces = |call: &Call| !GATEWAY_LISTS.contains(&call.id);
        for call in Call::all().filter(|call| call.names("query").contains(&"cursor") && of_workspaces(call)) {
            if names_something(&call) && call.names("path").iter().any(|name| !home.elsewhere.contains_key(name)) {
                continue;
            }
            let (here, there) = (home.path(&call), call.path(|name| home.elsewhere.get(name).cloned()));
            let first = home.app.owner().get(&format!("{here}?limit=1")).await.expect(200);
            let cursor = match first["next_cursor"].as_str() {
                Some(cursor) => {
                    made += 1;
                    cursor.to_owned()
                }
                // A list of one row has no second page: the cursor that it would have.
                None => Cursor { at: START_MS + 1, id: "zzzz".to_owned() }.encode(),
            };
            let rows = |page: &Value| page["data"].as_array().expect("data").clone();
            let all = rows(&other.get(&format!("{there}?limit=200")).await.expect(200));
            let page = other.get(&format!("{there}?cursor={cursor}")).await;
            assert!(matches!(page.status.as_u16(), 200 | 400), "{}: {}", call.id, page.text());
            if page.status == 200 {
                assert!(rows(&page.json()).iter().all(|row| all.contains(row)), "{}: {}", call.id, page.text());
            }
            tried += 1;
        }
        assert!(tried > 25 && made > 5, "{tried} lists, {made} of them with a cursor of two pages");
    }
}
