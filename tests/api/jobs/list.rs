//! `jobs.list`

use serde_json::{Value, json};

use crate::conversation::turns_away;
use crate::support::{Caller, both_backends};
use crate::work::{TYPE, Work, enqueue, over};

async fn ids(caller: &Caller, query: &str) -> Vec<Value> {
    let page = caller.get(&format!("/jobs{query}")).await.expect(200);
    page["data"].as_array().expect("a list").iter().map(|job| job["id"].clone()).collect()
}

async fn counts(caller: &Caller, query: &str) -> Vec<(String, i64)> {
    let page = caller.get(&format!("/jobs?count_by=status{query}")).await.expect(200);
    let counts = page["counts"].as_array().expect("counts").iter();
    let counted = counts.map(|count| {
        assert_eq!(count["is_exact"], true);
        (count["status"].as_str().expect("a status").to_owned(), count["count"].as_i64().expect("a count"))
    });
    counted.filter(|(_, count)| *count > 0).collect()
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

both_backends! {
    async fn shows_members_their_own_and_admins_all(work: Work) {
        let (member, other, admin) = (work.app.member(), work.app.other_member(), work.app.admin());
        let done = work.errand(json!({"say": "x"})).await;
        over(&member, &done).await;
        let later = work.scheduled().await;
        let theirs = enqueue(&other, json!({"say": "y"})).await;
        over(&other, &theirs).await;
        let chore = astra_core::store::NewJob::new("test.chore", "{}".into(), 1);
        let workspace = work.app.authority().first_workspace().clone();
        work.app.gateway().jobs().enqueue(&workspace, chore).await.expect("it is kept");
        assert_eq!(ids(&member, "").await, [later["id"].clone(), done["id"].clone()]);
        assert_eq!(ids(&other, "").await, [theirs["id"].clone()]);
        assert_eq!(ids(&admin, "").await, [theirs["id"].clone(), later["id"].clone(), done["id"].clone()]);
        assert!(ids(&work.app.other_workspace(), "").await.is_empty());
        assert_eq!(ids(&admin, "?status=pending").await, [later["id"].clone()]);
        assert_eq!(ids(&member, &format!("?type={TYPE}&status=succeeded")).await, [done["id"].clone()]);
        assert!(ids(&admin, "?type=test.restart").await.is_empty());
        let user = theirs["user_id"].as_str().expect("a user");
        assert_eq!(ids(&admin, &format!("?user_id={user}&type={TYPE}")).await, [theirs["id"].clone()]);
        assert!(ids(&member, &format!("?user_id={user}")).await.is_empty());
        assert_eq!(counts(&admin, "").await, pairs(&[("pending", 1), ("succeeded", 2)]));
        assert_eq!(counts(&member, "&status=pending&limit=1").await, pairs(&[("pending", 1), ("succeeded", 1)]));
        assert_eq!(counts(&admin, &format!("&user_id={user}")).await, pairs(&[("succeeded", 1)]));
        assert_eq!(counts(&member, &format!("&user_id={user}")).await, pairs(&[]));
        assert_eq!(counts(&admin, "&type=test.restart").await, pairs(&[]));
        assert_eq!(member.get("/jobs").await.expect(200)["counts"], Value::Null);
    }

    async fn goes_page_by_page_while_jobs_are_added(work: Work) {
        let member = work.app.member();
        let mut kept = Vec::new();
        for place in 0..5 {
            let job = work.errand(json!({"say": "x"})).await;
            if place % 2 == 0 {
                over(&member, &job).await;
            }
            kept.insert(0, job["id"].clone());
        }
        let mut page = member.get("/jobs?limit=2").await.expect(200);
        work.scheduled().await;
        let mut seen = Vec::new();
        loop {
            seen.extend(page["data"].as_array().expect("a list").iter().map(|job| job["id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            page = member.get(&format!("/jobs?limit=2&cursor={next}")).await.expect(200);
        }
        assert_eq!(seen, kept);
    }

    async fn refuses_what_is_no_filter(work: Work) {
        turns_away(&work.app, |caller| caller.get("/jobs")).await;
        for query in ["limit=0", "status=gone", "count_by=type", "type=A", "cursor=%21", "colour=red"] {
            let refused = work.app.member().get(&format!("/jobs?{query}")).await;
            assert!([400, 422].contains(&refused.status.as_u16()), "{query}: {}", refused.text());
        }
    }
}
