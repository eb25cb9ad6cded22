//! Lists end a page by rows or by bytes, whichever comes first, and go on where they ended.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp, both_backends};

/// 1 MiB of rows, and what the names of their fields and the page itself have.
const PAGE_BYTES_MAX: usize = (1 << 20) + (64 << 10);

/// The lengths in rows of all pages of `uri`, and the ids of all their rows.
async fn pages(caller: &Caller, uri: &str) -> (Vec<usize>, Vec<String>) {
    let (mut lengths, mut ids, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let answer = caller.get(&format!("{uri}?limit=200{cursor}")).await;
        let bytes = answer.bytes.len();
        let page = answer.expect(200);
        let data = page["data"].as_array().expect("rows");
        assert!(bytes <= PAGE_BYTES_MAX || data.len() == 1, "{bytes} bytes in {} rows", data.len());
        assert!(!data.is_empty(), "an empty page in the middle");
        lengths.push(data.len());
        ids.extend(data.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return (lengths, ids),
        }
    }
}

both_backends! {
    async fn a_page_of_large_rows_ends_early_and_nothing_is_lost_or_doubled(app: TestApp) {
        let member = app.member();
        let mut made = Vec::new();
        for number in 0..90 {
            let metadata = json!({"number": number, "k": "x".repeat(16_000)});
            let new = json!({"agent_id": "assistant", "metadata": metadata});
            let session = member.post("/sessions").json(&new).await.expect(201);
            made.insert(0, session["id"].as_str().expect("an id").to_owned());
        }
        let (lengths, ids) = pages(&member, "/sessions").await;
        assert_eq!(ids, made);
        assert!(lengths.len() == 2 && lengths[0] > 50, "{lengths:?}");
        // The caller's own limit is still one.
        let page = member.get("/sessions?limit=3").await.expect(200);
        assert_eq!(page["data"].as_array().expect("rows").len(), 3);
    }

    async fn a_cursor_with_a_nul_is_malformed(app: TestApp) {
        // `1:` and a NUL, alone and within.
        for cursor in ["MToA", "MTphAGI"] {
            for uri in ["/agents", "/sessions", "/auth/service-accounts", "/inference/usage", "/auth/keys"] {
                let answer = app.owner().get(&format!("{uri}?cursor={cursor}")).await;
                answer.expect_problem(400, "bad_request");
            }
        }
        // What is decoded elsewhere is held to the same rule.
        let basic = ["YQBiOnRva2Vu", "YTp0bwBrZW4"];
        for credentials in basic {
            let ask = app.anonymous().post("/auth/token").form("grant_type=client_credentials");
            let answer = ask.header("authorization", &format!("Basic {credentials}")).await;
            assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.text());
        }
    }
}
