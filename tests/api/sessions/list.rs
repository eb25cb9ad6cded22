//! `sessions.list`

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, id_of, question, text, turns_away};
use crate::support::{Caller, both_backends};

async fn ids(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get(&format!("/sessions{query}")).await.expect(200);
    page["data"].as_array().expect("a list").iter().map(|session| id_of(session).to_owned()).collect()
}

async fn open(caller: &Caller, body: Value) -> String {
    let session = caller.post("/sessions").json(&body).await.expect(201);
    id_of(&session).to_owned()
}

both_backends! {
    async fn shows_members_their_own_and_admins_all(talk: Talk) {
        let (member, other, admin) = (talk.app.member(), talk.app.other_member(), talk.app.admin());
        let mine = open(&member, json!({"agent_id": AGENT})).await;
        let web = open(&member, json!({"agent_id": "assistant", "surface": "web"})).await;
        let theirs = open(&other, json!({"agent_id": AGENT})).await;
        let all = vec![theirs.clone(), web.clone(), mine.clone()];
        assert_eq!(ids(&member, "").await, all[1..]);
        assert_eq!(ids(&other, "").await, all[..1]);
        assert_eq!(ids(&admin, "").await, all);
        assert!(ids(&talk.app.other_workspace(), "").await.is_empty());
        assert_eq!(ids(&member, "?surface=web").await, all[1..2]);
        assert_eq!(ids(&admin, &format!("?agent_id={AGENT}")).await, [theirs.clone(), mine.clone()]);
        let user = talk.app.other_member().get(&format!("/sessions/{theirs}")).await.expect(200);
        let user = text(&user, "user_id");
        assert_eq!(ids(&admin, &format!("?user_id={user}")).await, all[..1]);
        assert!(ids(&member, &format!("?user_id={user}")).await.is_empty());
        let successor = member.post(&format!("/sessions/{web}/reset")).await.expect(201);
        assert_eq!(ids(&member, "?status=archived").await, [web]);
        assert_eq!(ids(&member, "?status=active").await, [id_of(&successor).to_owned(), mine]);
    }

    async fn goes_page_by_page_while_sessions_are_added(talk: Talk) {
        let member = talk.app.member();
        let mut opened = Vec::new();
        for _ in 0..5 {
            opened.insert(0, open(&member, json!({"agent_id": AGENT})).await);
        }
        let first = member.get("/sessions?limit=2").await.expect(200);
        open(&member, json!({"agent_id": AGENT})).await;
        let mut seen: Vec<String> = first["data"].as_array().expect("a list").iter().map(|s| id_of(s).to_owned()).collect();
        let mut cursor = first["next_cursor"].clone();
        while let Some(next) = cursor.as_str() {
            let page = member.get(&format!("/sessions?limit=2&cursor={next}")).await.expect(200);
            seen.extend(page["data"].as_array().expect("a list").iter().map(|s| id_of(s).to_owned()));
            cursor = page["next_cursor"].clone();
        }
        assert_eq!(seen, opened);
    }
}

#[tokio::test]
async fn refuses_what_is_no_filter() {
    let app = crate::support::TestApp::new().await;
    turns_away(&app, |caller| caller.get("/sessions")).await;
    for query in ["limit=0", "limit=201", "limit=x", "status=gone", "cursor=%21", "colour=red", "agent_id=A"] {
        let refused = app.member().get(&format!("/sessions?{query}")).await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{query}: {}", refused.text());
    }
    assert_eq!(question("x")["agent_id"], AGENT);
}
