//! `memory.traverse`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{hides_from_others, keep, turns_away};
use crate::support::{Caller, TestApp, both_backends};

const PATH: &str = "/memory/graph";

/// What one entity is to another.
pub(crate) fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({"from": {"name": from}, "kind": kind, "to": {"name": to}})
}

/// Writes a memory that states `relations`, for `scope`.
pub(crate) async fn relate(caller: &Caller, scope: &str, relations: &[Value]) -> Value {
    let content = format!("What is known: {}", json!(relations));
    keep(caller, &json!({"tier": "graph", "scope": scope, "content": content, "data": {"relations": relations}})).await
}

/// The names of the entities of a graph, nearest first.
fn names(graph: &Value) -> Vec<&str> {
    graph["entities"]
        .as_array()
        .expect("entities")
        .iter()
        .map(|entity| entity["name"].as_str().expect("a name"))
        .collect()
}

/// The edges of a graph, by the names of their ends, in alphabetical order.
fn edges(graph: &Value) -> Vec<String> {
    let entities = graph["entities"].as_array().expect("entities");
    let name = |id: &Value| {
        entities
            .iter()
            .find(|entity| entity["id"] == *id)
            .map_or("?", |found| found["name"].as_str().expect("as the document says"))
    };
    let edges = graph["edges"].as_array().expect("edges").iter();
    let mut edges: Vec<String> = edges
        .map(|edge| {
            format!(
                "{} {} {}",
                name(&edge["from"]),
                edge["kind"].as_str().expect("as the document says"),
                name(&edge["to"])
            )
        })
        .collect();
    edges.sort_unstable();
    edges
}

async fn walk(caller: &Caller, query: &str) -> Value {
    caller.get(&format!("{PATH}?{query}")).await.expect(200)
}

both_backends! {
    async fn goes_along_edges_in_both_directions_as_far_as_it_is_asked_to(app: TestApp) {
        let member = app.member();
        let first = relate(&member, "user", &[relation("Ana", "works_on", "Kestrel"), relation("Kestrel", "uses", "Kafka")]).await;
        relate(&member, "user", &[relation("Kafka", "runs_on", "Node Seven")]).await;
        let graph = walk(&member, "start=ana&hops=1").await;
        assert_eq!((names(&graph), edges(&graph)), (vec!["Ana", "Kestrel"], vec!["Ana works_on Kestrel".to_owned()]));
        assert_eq!((&graph["is_complete"], &graph["edges"][0]["evidence"]), (&json!(true), &json!([first["id"]])));
        assert_eq!((&graph["edges"][0]["confidence"], &graph["edges"][0]["weight"]), (&json!(1.0), &json!(1.0)));
        assert_eq!(names(&walk(&member, "start=%C3%81NA").await), ["Ana", "Kestrel", "Kafka"]);
        let back = walk(&member, "start=node%20seven&hops=4").await;
        assert_eq!(names(&back), ["Node Seven", "Kafka", "Kestrel", "Ana"]);
        let hops: Vec<&Value> = back["entities"].as_array().expect("as the document says").iter().map(|entity| &entity["hops"]).collect();
        assert_eq!(hops, [&json!(0), &json!(1), &json!(2), &json!(3)]);
        let id = back["entities"][2]["id"].as_str().expect("an id");
        let some = walk(&member, &format!("start={id}&hops=4&edge_types=works_on,runs_on")).await;
        assert_eq!(names(&some), ["Kestrel", "Ana"]);
    }

    async fn the_same_edge_of_two_memories_keeps_the_evidence_of_both(app: TestApp) {
        let member = app.member();
        let mut sure = relation("Ana", "works_on", "Kestrel");
        sure["confidence"] = json!(0.5);
        let first = relate(&member, "user", &[sure]).await;
        let second = relate(&member, "user", &[relation("ÁNA ", "works_on", "kestrel")]).await;
        let graph = walk(&member, "start=Ana").await;
        assert_eq!((names(&graph), &graph["edges"][0]["confidence"]), (vec!["Ana", "Kestrel"], &json!(1.0)));
        assert_eq!(graph["edges"][0]["evidence"], json!([second["id"], first["id"]]));
    }

    async fn an_edge_lives_as_long_as_its_memory(app: TestApp) {
        let member = app.member();
        let kept = relate(&member, "user", &[relation("Ana", "works_on", "Kestrel")]).await;
        let gone = relate(&member, "user", &[relation("Ana", "knows", "Bea")]).await;
        let path = format!("/memory/{}", gone["id"].as_str().expect("an id"));
        member.delete(&path).await.expect(204);
        assert_eq!(edges(&walk(&member, "start=Ana").await), ["Ana works_on Kestrel"]);
        member.get(&format!("{PATH}?start=Bea")).await.expect_problem(404, "not_found");
        member.post(&format!("{path}/revert")).json(&json!({"version": 1})).await.expect(200);
        assert_eq!(edges(&walk(&member, "start=Bea").await), ["Ana knows Bea", "Ana works_on Kestrel"]);
        let path = format!("/memory/{}", kept["id"].as_str().expect("an id"));
        let other = json!({"data": {"relations": [relation("Ana", "left", "Kestrel")]}});
        member.patch(&path).json(&other).await.expect(200);
        assert_eq!(edges(&walk(&member, "start=Ana&hops=1").await), ["Ana knows Bea", "Ana left Kestrel"]);
    }

    async fn what_another_name_says_is_one_until_that_is_taken_back(app: TestApp) {
        let member = app.member();
        relate(&member, "user", &[relation("Ana", "runs", "Kubernetes")]).await;
        app.clock.advance_ms(1);
        relate(&member, "user", &[relation("Bea", "likes", "K8s")]).await;
        assert_eq!(names(&walk(&member, "start=k8s&hops=1").await), ["K8s", "Bea"]);
        let same = relate(&member, "user", &[relation("K8s", "also_known_as", "Kubernetes")]).await;
        for name in ["k8s", "Kubernetes"] {
            let graph = walk(&member, &format!("start={name}&hops=1")).await;
            assert_eq!((names(&graph)[0], names(&graph).len()), ("Kubernetes", 3), "{graph}");
            assert_eq!(graph["entities"][0]["aliases"], json!(["K8s"]));
        }
        member.delete(&format!("/memory/{}", same["id"].as_str().expect("an id"))).await.expect(204);
        assert_eq!(names(&walk(&member, "start=k8s&hops=1").await), ["K8s", "Bea"]);
    }

    async fn an_owner_walks_its_own_graph_and_the_workspaces_as_one(app: TestApp) {
        let (member, other) = (app.member(), app.other_member());
        relate(&app.admin(), "workspace", &[relation("Kestrel", "uses", "Kafka")]).await;
        app.clock.advance_ms(1);
        relate(&member, "user", &[relation("Ana", "works_on", "kestrel")]).await;
        assert_eq!(names(&walk(&member, "start=Ana&hops=2").await), ["Ana", "Kestrel", "Kafka"]);
        let graph = walk(&other, "start=Kestrel&hops=4").await;
        assert_eq!(names(&graph), ["Kestrel", "Kafka"]);
        assert_eq!(graph["entities"][0]["is_workspace"], true);
        for caller in [&other, &app.admin()] {
            caller.get(&format!("{PATH}?start=Ana")).await.expect_problem(404, "not_found");
        }
        let own = walk(&member, "start=Ana&hops=1").await;
        let id = own["entities"][0]["id"].as_str().expect("an id");
        other.get(&format!("{PATH}?start={id}")).await.expect_problem(404, "not_found");
        app.other_workspace().get(&format!("{PATH}?start=Kestrel")).await.expect_problem(404, "not_found");
        hides_from_others(&app, |caller| caller.get(&format!("{PATH}?start={id}"))).await;
    }

    async fn chains_of_two_and_three_edges_are_walked_to_their_end(app: TestApp) {
        let member = app.member();
        for chain in 0..20 {
            let node = |place: i32| format!("node {chain} {place}");
            let relations: Vec<Value> = (0..2 + chain % 2).map(|place| relation(&node(place), "leads_to", &node(place + 1))).collect();
            relate(&member, "user", &relations).await;
        }
        for chain in 0..20 {
            let length = 2 + chain % 2;
            let graph = walk(&member, &format!("start=node%20{chain}%200&hops={length}")).await;
            assert_eq!(names(&graph).last().copied(), Some(format!("node {chain} {length}").as_str()), "{graph}");
        }
    }
}

#[tokio::test]
async fn refuses_what_is_no_walk_or_no_graph() {
    let app = TestApp::new().await;
    let member = app.member();
    for query in [
        "",
        "?hops=2",
        "?start=a&hops=0",
        "?start=a&hops=5",
        "?start=a&limit=0",
        "?start=a&edge_types=A%20b",
        "?start=",
    ] {
        member.get(&format!("{PATH}{query}")).await.expect_problem(422, "invalid_request");
    }
    for start in ["nothing", "ent_0000000000009", "%E2%80%AE"] {
        member.get(&format!("{PATH}?start={start}")).await.expect_problem(404, "not_found");
    }
    let own = json!({"tier": "graph", "content": "Ana knows herself.", "data": {"relations": [relation("Ana", "knows", "ANA")]}});
    let problem = member.post("/memory").json(&own).await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/data/relations/0/to");
    turns_away(&app, |caller| caller.get(&format!("{PATH}?start=a"))).await;
    app.scoped(Role::Member, "memory:write").get(&format!("{PATH}?start=a")).await.expect_problem(403, "forbidden");
}
