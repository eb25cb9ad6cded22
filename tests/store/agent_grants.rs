//! Grants: what one side offers, the other one takes; it holds until its time, and for a turn that has begun beyond it.

use astra_core::ids::GrantId;
use astra_core::store::{
    AgentChange, Db, Error, GrantRefusal, NewGrant, PageRequest, Precondition, Refusal, Rows, WorkspaceId,
};

use crate::support::{TestStore, both_backends};

const GRANT: &str = "grt_0000000000005";
const ALL: PageRequest = PageRequest { limit: 200, after: None };

/// The lender and the borrower, whose workspaces are there.
async fn sides(db: &Db) -> (Rows, Rows) {
    let lender = db.ensure_workspace("wsp_lender", 1).await.expect("a workspace");
    let borrower = db.ensure_workspace("wsp_borrower", 1).await.expect("a workspace");
    (db.rows(&lender), db.rows(&borrower))
}

fn says(id: &str, prompt: &str) -> AgentChange {
    let definition = format!("{{\"system_prompt\":\"{prompt}\"}}");
    AgentChange { agent_id: id.into(), definition, author: "usr_1".into(), now_ms: 10 }
}

fn grant(agent_id: &str) -> NewGrant {
    NewGrant {
        id: GrantId::from_key(5),
        agent_id: agent_id.into(),
        borrower_id: "wsp_borrower".into(),
        expires_at_ms: 100,
        created_by: "usr_1".into(),
        now_ms: 20,
    }
}

both_backends! {
    async fn holds_from_its_acceptance_to_its_end(store: TestStore) {
        let (lender, borrower) = sides(&store.db).await;
        lender.agents().create(says("a", "one"), None).await.expect("an agent");
        lender.agent_grants().create(grant("a"), None).await.expect("a grant");
        let stamp = async |pinned, now_ms| borrower.agent_versions().borrowed_stamp(GRANT, pinned, now_ms).await.expect("a look");
        assert!(stamp(None, Some(30)).await.is_none() && stamp(Some(1), None).await.is_none(), "it is offered alone");
        let (accepted, _) = borrower.agent_grants().accept(GrantId::from_key(5), 30).await.expect("a write").expect("the grant");
        assert_eq!((accepted.accepted_at_ms, accepted.is_lent), (Some(30), false));
        let (again, _) = borrower.agent_grants().accept(GrantId::from_key(5), 40).await.expect("a write").expect("the grant");
        assert_eq!(again, accepted);
        lender.agents().update(says("a", "two"), Precondition::Any).await.expect("a change");
        assert_eq!(stamp(None, Some(99)).await.map(|stamp| stamp.version), Some(2));
        assert_eq!(stamp(Some(1), Some(99)).await.map(|stamp| stamp.version), Some(1));
        assert!(stamp(None, Some(100)).await.is_none() && stamp(Some(1), Some(100)).await.is_none());
        let (own_id, definition) = borrower.agent_versions().find_borrowed(GRANT, 1).await.expect("a look").expect("a version");
        assert_eq!((own_id.as_str(), definition.contains("one")), ("a", true));
        assert!(lender.agent_grants().end(GrantId::from_key(5), 50).await.expect("a write"));
        assert!(stamp(None, Some(60)).await.is_none() && stamp(Some(2), Some(60)).await.is_none());
        assert_eq!(stamp(Some(2), None).await.map(|stamp| stamp.version), Some(2), "a turn that has begun finds it");
        let ended = borrower.agent_grants().accept(GrantId::from_key(5), 60).await;
        assert!(matches!(ended, Err(Error::Refused(Refusal::Grant(GrantRefusal::Ended)))), "{ended:?}");
    }

    async fn is_of_two_workspaces_and_of_an_agent_that_is_there(store: TestStore) {
        let (lender, borrower) = sides(&store.db).await;
        let none = lender.agent_grants().create(grant("a"), None).await;
        assert!(matches!(none, Err(Error::Refused(Refusal::Grant(GrantRefusal::NoSuchAgent)))), "{none:?}");
        lender.agents().create(says("a", "one"), None).await.expect("an agent");
        lender.agent_grants().create(grant("a"), None).await.expect("a grant");
        let third = store.db.rows(&WorkspaceId::new(9, "wsp_third"));
        assert!(third.agent_grants().page(ALL).await.expect("a page").data.is_empty());
        assert!(third.agent_grants().accept(GrantId::from_key(5), 30).await.expect("a look").is_none());
        assert!(!third.agent_grants().end(GrantId::from_key(5), 30).await.expect("a look"));
        assert!(lender.agent_grants().accept(GrantId::from_key(5), 30).await.expect("a look").is_none());
        borrower.agent_grants().accept(GrantId::from_key(5), 30).await.expect("a write").expect("the grant");
        assert_eq!(borrower.agents().page_with_borrowed(ALL, 40).await.expect("a page").data[0].id, GRANT);
        assert_eq!(borrower.agents().find_with_borrowed(GRANT, 40).await.expect("a look").map(|agent| agent.created_by), Some("wsp_lender".into()));
        assert!(third.agents().find_with_borrowed(GRANT, 40).await.expect("a look").is_none());
        // With the agent its grants go: another one of its id is not lent.
        lender.agents().delete("a", Precondition::Any).await.expect("a write");
        lender.agents().create(says("a", "anew"), None).await.expect("an agent");
        assert!(borrower.agents().find_with_borrowed(GRANT, 40).await.expect("a look").is_none());
        assert!(lender.agent_grants().page(ALL).await.expect("a page").data.is_empty());
    }
}
