//! Memories: one live row of a slot, the same again is evidence, versions, what is taken back, and the rows of the index.

use std::sync::Arc;

use astra_core::ids::{MemoryId, SessionId, TurnId};
use astra_core::params;
use astra_core::store::{
    Error, IndexEntry, Kept, MemoryChange, MemoryFilter, MemoryReader, MemoryReason, MemoryRefusal, MemorySource,
    MemoryTier, NewMemory, PageRequest, Precondition, Refusal, Rows, StoredMemory, UndoOutcome, UndoTarget, Undone,
    VisibleTo, WorkspaceId, migrate,
};
use futures_util::future::join_all;
use serde_json::{Map, json};

use crate::empty::EmptyStore;
use crate::support::{OnBackend, TestBackend, both_backends};

const DAY: i64 = 86_400_000;
const ADA: &str = "usr_ada";

/// Two gateways with one workspace.
pub(super) struct Place {
    pub(super) store: EmptyStore,
    pub(super) here: Rows,
    pub(super) there: Rows,
}

impl OnBackend for Place {
    async fn on(backend: TestBackend) -> Self {
        let store = EmptyStore::open(backend, |config| config.connections = 8);
        migrate::apply(&store.db, 0).await.expect("the schema");
        let workspace = WorkspaceId::new(1, "wsp_a");
        let (here, there) = (store.db.rows(&workspace), store.again().rows(&workspace));
        Self { store, here, there }
    }
}

/// A memory of Ada's of the tier `profile`.
pub(super) fn new(key: i64, slot: Option<&str>, content: &str) -> NewMemory {
    NewMemory {
        id: MemoryId::from_key(key),
        tier: MemoryTier::Profile,
        user_id: Some(ADA.into()),
        subject_candidate: 7,
        agent_id: None,
        session_id: None,
        turn_id: None,
        category: None,
        slot: slot.map(str::to_owned),
        content: content.to_owned(),
        data: Map::new(),
        quote: None,
        source: MemorySource::Rule,
        rule: Some("lives_in".into()),
        trust: 1.0,
        confidence: 0.5,
        valid_from_ms: key,
        valid_to_ms: None,
        expires_at_ms: None,
        created_by: "gateway".into(),
        index: entry(content),
    }
}

/// As [`new`], of a turn.
fn said(key: i64, turn: i64, slot: Option<&str>, content: &str) -> NewMemory {
    let (turn_id, session_id) = (Some(TurnId::from_key(turn)), Some(SessionId::from_key(900)));
    NewMemory { turn_id, session_id, ..new(key, slot, content) }
}

fn entry(content: &str) -> IndexEntry {
    IndexEntry { embedder: 1, vector: content.bytes().rev().collect(), terms: content.as_bytes().to_vec() }
}

fn reader(user: &str, now_ms: i64) -> MemoryReader {
    MemoryReader { user_id: Arc::from(user), now_ms }
}

async fn keep(rows: &Rows, new: NewMemory, now_ms: i64) -> Kept {
    rows.memories().keep(new, None, now_ms).await.expect("it is kept").0
}

async fn find(rows: &Rows, key: i64) -> Option<StoredMemory> {
    rows.memories().find(MemoryId::from_key(key), reader(ADA, 1)).await.expect("a look")
}

async fn there(rows: &Rows, key: i64) -> StoredMemory {
    find(rows, key).await.expect("the memory")
}

fn everything(user: &str) -> MemoryFilter {
    MemoryFilter {
        reader: reader(user, 50),
        owner: None,
        tier: None,
        category: None,
        agent_id: None,
        session_id: None,
        as_of_ms: None,
        with_superseded: false,
    }
}

/// The contents of a list, newest first.
async fn listed(rows: &Rows, filter: MemoryFilter) -> Vec<String> {
    let page = rows.memories().page(filter, PageRequest { limit: 200, after: None }).await.expect("a page");
    page.data.into_iter().map(|memory| memory.content).collect()
}

async fn reasons(rows: &Rows, key: i64) -> Vec<MemoryReason> {
    let request = PageRequest { limit: 200, after: None };
    let page = rows.memories().history(MemoryId::from_key(key), reader(ADA, 1), request).await.expect("a page");
    page.expect("it is there").data.into_iter().rev().map(|version| version.reason).collect()
}

/// The rows of the index: key, whether they are dead, until when they hold, and their terms.
async fn index(rows: &Rows) -> Vec<(i64, bool, Option<i64>, String)> {
    let mut found: Vec<_> = rows.memory_index().page_after(0, 0, 1_000).await.expect("the index");
    assert!(found.is_sorted_by_key(|row| (row.change, row.item_id)));
    found.sort_by_key(|row| row.item_id);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    found.into_iter().map(|row| (row.item_id, row.is_dead, row.valid_to_ms, text(row.terms))).collect()
}

async fn undo(rows: &Rows, target: UndoTarget) -> Option<Undone> {
    let indexer = Arc::new(entry as fn(&str) -> IndexEntry);
    rows.memories().undo(target, reader(ADA, 99), false, indexer, None).await.expect("it is taken back")
}

/// What became of which memory.
fn outcomes(undone: Option<Undone>) -> Vec<(i64, UndoOutcome)> {
    undone.expect("an account").memories.into_iter().map(|(id, outcome)| (id.key(), outcome)).collect()
}

both_backends! {
    async fn another_value_of_a_slot_takes_the_place_of_the_present_one(place: Place) {
        let rows = &place.here;
        assert_eq!(keep(rows, new(10, Some("home"), "Berlin"), 10).await, Kept::New(MemoryId::from_key(10)));
        let old = vec![MemoryId::from_key(10)];
        let expected = Kept::Superseded { new: MemoryId::from_key(20), old };
        assert_eq!(keep(rows, new(20, Some("home"), "Munich"), 20).await, expected);
        let berlin = there(rows, 10).await;
        assert_eq!((berlin.valid_to_ms, berlin.superseded_by, berlin.version), (Some(20), Some(MemoryId::from_key(20)), 2));
        assert_eq!(reasons(rows, 10).await, [MemoryReason::Created, MemoryReason::Superseded]);
        assert_eq!(listed(rows, everything(ADA)).await, ["Munich"]);
        assert_eq!(listed(rows, MemoryFilter { as_of_ms: Some(15), ..everything(ADA) }).await, ["Berlin"]);
        assert_eq!(listed(rows, MemoryFilter { with_superseded: true, ..everything(ADA) }).await, ["Munich", "Berlin"]);
        keep(rows, new(30, Some("home"), "Berlin"), 30).await;
        assert_eq!(listed(rows, everything(ADA)).await, ["Berlin"], "back again");
        assert_eq!(index(rows).await.iter().map(|row| row.2).collect::<Vec<_>>(), [Some(20), Some(30), None]);
    }

    async fn the_same_again_is_evidence_and_no_second_row(place: Place) {
        let rows = &place.here;
        keep(rows, new(10, Some("home"), "Berlin"), 10).await;
        assert_eq!(keep(rows, new(11, Some("home"), " berlin. "), 20).await, Kept::Same(MemoryId::from_key(10)));
        let with_value = |key, content: &str| NewMemory {
            data: json!({"value": "8080"}).as_object().cloned().unwrap_or_default(), ..new(key, Some("port"), content)
        };
        keep(rows, with_value(12, "The port is 8080"), 20).await;
        assert_eq!(keep(rows, with_value(13, "It listens on 8080"), 21).await, Kept::Same(MemoryId::from_key(12)));
        keep(rows, new(14, None, "Tea is good"), 22).await;
        assert_eq!(keep(rows, new(15, None, "tea is good"), 23).await, Kept::Same(MemoryId::from_key(14)));
        assert_eq!(keep(rows, new(16, None, "tea is not good"), 24).await, Kept::New(MemoryId::from_key(16)));
        let berlin = there(rows, 10).await;
        assert_eq!((berlin.evidence, berlin.confidence, berlin.version), (2, 0.625, 2));
        assert_eq!(reasons(rows, 10).await, [MemoryReason::Created, MemoryReason::Confirmed]);
        assert_eq!(index(rows).await.len(), 4);
        let daily = |key| NewMemory { tier: MemoryTier::Daily, ..new(key, None, "Released") };
        keep(rows, daily(17), 0).await;
        assert_eq!(keep(rows, daily(18), DAY - 1).await, Kept::Same(MemoryId::from_key(17)));
        assert_eq!(keep(rows, daily(19), DAY).await, Kept::New(MemoryId::from_key(19)), "another day is another note");
    }

    async fn what_is_not_believed_or_ends_takes_the_place_of_nothing(place: Place) {
        let rows = &place.here;
        keep(rows, new(10, Some("home"), "Berlin"), 10).await;
        let untrusted = NewMemory { trust: 0.2, source: MemorySource::Tool, ..new(20, Some("home"), "Moscow") };
        assert_eq!(keep(rows, untrusted, 20).await, Kept::New(MemoryId::from_key(20)));
        let holiday = NewMemory { valid_to_ms: Some(40), ..new(30, Some("home"), "Rome") };
        assert_eq!(keep(rows, holiday, 30).await, Kept::New(MemoryId::from_key(30)));
        let (berlin, moscow) = (there(rows, 10).await, there(rows, 20).await);
        assert_eq!((berlin.valid_to_ms, moscow.slot), (None, None));
        assert_eq!(listed(rows, MemoryFilter { as_of_ms: Some(35), ..everything(ADA) }).await, ["Rome", "Moscow", "Berlin"]);
        assert_eq!(listed(rows, everything(ADA)).await, ["Moscow", "Berlin"]);
    }

    async fn of_two_writers_of_one_slot_one_holds(place: Place) {
        let write = |key: i64| {
            let rows = if key % 2 == 0 { place.here.clone() } else { place.there.clone() };
            async move { keep(&rows, new(key, Some("home"), &format!("town {key}")), key).await }
        };
        join_all((10..34).map(write)).await;
        assert_eq!(listed(&place.here, everything(ADA)).await.len(), 1);
        let all = listed(&place.there, MemoryFilter { with_superseded: true, ..everything(ADA) }).await;
        assert_eq!(all.len(), 24);
        let head = place.there.memory_index().head().await.expect("a look").expect("a head");
        assert_eq!((head.change, head.rebuilt), (24, 0), "each transaction has a number of its own");
        assert_eq!(index(&place.here).await.iter().filter(|row| row.2.is_none()).count(), 1);
    }

    async fn a_reader_sees_its_own_and_the_workspaces(place: Place) {
        let rows = &place.here;
        keep(rows, new(10, None, "Ada's"), 10).await;
        keep(rows, NewMemory { user_id: None, ..new(11, None, "everybody's") }, 11).await;
        let bob = NewMemory { user_id: Some("usr_bob".into()), subject_candidate: 8, ..new(12, None, "Bob's") };
        keep(rows, bob, 12).await;
        keep(rows, NewMemory { expires_at_ms: Some(50), ..new(13, None, "too old") }, 13).await;
        assert_eq!(listed(rows, everything(ADA)).await, ["everybody's", "Ada's"]);
        assert_eq!(listed(rows, everything("usr_bob")).await, ["Bob's", "everybody's"]);
        assert_eq!(listed(rows, everything("usr_none")).await, ["everybody's"]);
        assert!(find(rows, 12).await.is_none());
        assert_eq!(rows.memories().find_many(&[10, 12, 77]).await.expect("a look").len(), 2);
        let foreign = place.store.db.rows(&WorkspaceId::new(2, "wsp_b"));
        assert!(listed(&foreign, everything(ADA)).await.is_empty());
        assert_eq!(foreign.memory_index().head().await.expect("a look"), None);
    }

    async fn a_page_goes_on_where_the_one_before_ended(place: Place) {
        let rows = &place.here;
        for key in 10..15 {
            let (tier, user_id) = if key % 2 == 0 { (MemoryTier::Graph, None) } else { (MemoryTier::Daily, Some(ADA.into())) };
            keep(rows, NewMemory { tier, user_id, ..new(key, None, &format!("m{key}")) }, key).await;
        }
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = rows.memories().page(everything(ADA), PageRequest { limit: 2, after }).await.expect("a page");
            found.extend(page.data.into_iter().map(|memory| memory.id.key()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, [14, 13, 12, 11, 10]);
    }

    async fn a_change_is_a_version_and_is_written_again_as_it_was(place: Place) {
        let rows = &place.here;
        keep(rows, NewMemory { data: json!({"a": [1, "ö"]}).as_object().cloned().unwrap_or_default(), ..new(10, Some("home"), "Berlin 👋") }, 10).await;
        let (before, found) = (there(rows, 10).await, index(rows).await);
        let change = MemoryChange {
            id: before.id, content: "Bonn".into(), category: None, data: Map::new(), valid_to_ms: None, expires_at_ms: None, index: entry("Bonn"),
        };
        let stale = Precondition::OneOf(vec![astra_core::store::Revision { version: 9, updated_at_ms: 9 }]);
        let refused = rows.memories().update(change.clone(), reader(ADA, 20), stale).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Stale))));
        let changed = rows.memories().update(change.clone(), reader(ADA, 20), Precondition::Any).await.expect("changed").expect("there");
        assert_eq!((changed.content.as_str(), changed.version, changed.updated_at_ms), ("Bonn", 2, 20));
        assert!(rows.memories().update(change, reader("usr_bob", 20), Precondition::Any).await.expect("a look").is_none());
        assert!(!rows.memories().delete(before.id, reader("usr_bob", 30), Precondition::Any).await.expect("a look"));
        assert!(rows.memories().delete(before.id, reader(ADA, 30), Precondition::Any).await.expect("deleted"));
        assert!(find(rows, 10).await.is_none());
        assert_eq!(index(rows).await, [(10, true, None, String::new())], "nothing of it stays in the index");
        let revert = |version| rows.memories().revert(before.id, version, entry("Berlin 👋"), reader(ADA, 40), None);
        let refusal = |fault| matches!(fault, Err(Error::Refused(Refusal::Memory(MemoryRefusal::DeletedVersion))));
        assert!(refusal(revert(3).await));
        assert!(matches!(revert(7).await, Err(Error::Refused(Refusal::Memory(MemoryRefusal::NoSuchVersion)))));
        revert(1).await.expect("reverted").expect("there");
        let after = there(rows, 10).await;
        assert_eq!(StoredMemory { version: 1, updated_at_ms: 10, ..after }, before);
        assert_eq!(index(rows).await, found);
        use MemoryReason::{Created, Deleted, Reverted, Updated};
        assert_eq!(reasons(rows, 10).await, [Created, Updated, Deleted, Reverted]);
    }

    async fn a_version_that_held_takes_its_place_again(place: Place) {
        let rows = &place.here;
        keep(rows, new(10, Some("home"), "Berlin"), 10).await;
        keep(rows, new(20, Some("home"), "Munich"), 20).await;
        rows.memories().revert(MemoryId::from_key(10), 1, entry("Berlin"), reader(ADA, 30), None).await.expect("reverted");
        assert_eq!(listed(rows, everything(ADA)).await, ["Berlin"]);
        assert_eq!(there(rows, 20).await.superseded_by, Some(MemoryId::from_key(10)));
    }

    async fn a_turn_that_is_taken_back_gives_back_what_it_had_superseded(place: Place) {
        let rows = &place.here;
        keep(rows, said(10, 1, Some("home"), "Berlin"), 10).await;
        keep(rows, said(11, 1, None, "Likes tea"), 10).await;
        keep(rows, said(20, 2, Some("home"), "Munich"), 20).await;
        keep(rows, said(21, 2, None, "likes tea"), 20).await;
        let before = there(rows, 10).await;
        let done = outcomes(undo(rows, UndoTarget::Turn(TurnId::from_key(2))).await);
        assert_eq!(done, [(20, UndoOutcome::Deleted), (10, UndoOutcome::Restored), (11, UndoOutcome::Reverted)]);
        let berlin = there(rows, 10).await;
        assert_eq!((berlin.valid_to_ms, berlin.superseded_by, berlin.version), (None, None, before.version + 1));
        assert_eq!((there(rows, 11).await.evidence, there(rows, 11).await.confidence), (1, 0.5));
        assert!(find(rows, 20).await.is_none());
        let found: Vec<_> = index(rows).await.into_iter().map(|row| (row.0, row.1, row.2)).collect();
        assert_eq!(found, [(10, false, None), (11, false, None), (20, true, None)]);
        assert!(undo(rows, UndoTarget::Turn(TurnId::from_key(5))).await.is_none(), "there is no such turn");
    }

    async fn turns_are_taken_back_in_any_order(place: Place) {
        let rows = &place.here;
        for (key, turn, content) in [(10, 1, "Berlin"), (20, 2, "Munich"), (30, 3, "Bonn")] {
            keep(rows, said(key, turn, Some("home"), content), key).await;
        }
        assert_eq!(outcomes(undo(rows, UndoTarget::Turn(TurnId::from_key(2))).await), [(20, UndoOutcome::Deleted)]);
        assert_eq!(listed(rows, everything(ADA)).await, ["Bonn"]);
        assert_eq!(there(rows, 10).await.superseded_by, Some(MemoryId::from_key(30)));
        let done = outcomes(undo(rows, UndoTarget::Turn(TurnId::from_key(3))).await);
        assert_eq!(done, [(30, UndoOutcome::Deleted), (10, UndoOutcome::Restored)]);
        assert_eq!(listed(rows, everything(ADA)).await, ["Berlin"]);
        let session = UndoTarget::Session(SessionId::from_key(900));
        assert_eq!(outcomes(undo(rows, session).await), [(10, UndoOutcome::Deleted)]);
        assert!(listed(rows, everything(ADA)).await.is_empty());
    }

    async fn what_others_have_confirmed_stays(place: Place) {
        let rows = &place.here;
        keep(rows, said(10, 1, Some("home"), "Berlin"), 10).await;
        keep(rows, said(11, 2, Some("home"), "berlin"), 20).await;
        assert_eq!(outcomes(undo(rows, UndoTarget::Turn(TurnId::from_key(1))).await), [(10, UndoOutcome::Kept)]);
        let berlin = there(rows, 10).await;
        assert_eq!((berlin.evidence, berlin.valid_to_ms), (1, None));
    }

    async fn nothing_is_made_again_of_a_turn_that_was_taken_back(place: Place) {
        let rows = &place.here;
        keep(rows, said(10, 1, None, "Berlin"), 10).await;
        rows.write(|tx| {
            let sql = "INSERT INTO open_turns (id, workspace_id, session_id, number, agent_id, agent_version, subject, status, owner,
                    is_new_session, cancel_requested, role, question, bytes, created_at_ms)
                VALUES ($2, $1, 900, $3, 'a', 1, $4, 'running', 1, 0, 0, 'user', 'q', 1, 1)";
            for (id, number, subject) in [(1_i64, 1_i64, 7_i64), (2, 2, 8)] {
                tx.execute(sql, params![id, number, subject])?;
                let pending = "INSERT INTO memory_pending (turn_id, workspace_id, attempts, run_at_ms, lease_until_ms, epoch, session_id, tiers)
                    VALUES ($2, $1, 0, 0, 0, 0, 900, 31)";
                tx.execute(pending, params![id])?;
            }
            Ok(())
        }).await.expect("turns");
        assert!(undo(rows, UndoTarget::Turn(TurnId::from_key(2))).await.is_none(), "it is another user's");
        assert_eq!(undo(rows, UndoTarget::Turn(TurnId::from_key(1))).await.expect("an account").turns, 1);
        let left = |sql: &'static str| rows.read(move |tx| tx.query(sql, params![])?.iter_mut().map(|row| row.next_int()).collect::<Result<Vec<_>, _>>());
        assert_eq!(left("SELECT turn_id FROM memory_undone WHERE workspace_id = $1").await.expect("turns"), [1]);
        assert_eq!(left("SELECT turn_id FROM memory_pending WHERE workspace_id = $1").await.expect("turns"), [2]);
        assert_eq!(undo(rows, UndoTarget::Turn(TurnId::from_key(1))).await.expect("an account"), Undone::default());
    }

    async fn the_questions_of_a_deleted_session_are_not_found(place: Place) {
        let rows = &place.here;
        keep(rows, said(10, 1, None, "Berlin"), 10).await;
        rows.write(|tx| {

            let sql = "INSERT INTO sessions (workspace_id, id, agent_id, surface, surface_id, subject, status, is_current, summary_until,
                    parent_messages, created_at_ms) VALUES ($1, 900, 'a', 'api', 'x', 7, 'active', 0, 0, 0, 1)";
            tx.execute(sql, params![])?;
            let sql = "INSERT INTO turns (id, workspace_id, session_id, number, agent_id, agent_version, subject, status, is_new_session,
                    role, question, input_tokens, output_tokens, cost_usd, last_seq, duration_us, provider_us, storage_us, tool_us,
                    waiting_us, step_count, message_count, bytes, created_at_ms, finished_at_ms)
                VALUES (1, $1, 900, 1, 'a', 1, 7, 'completed', 0, 'user', 'q', 0, 0, 0.0, 1, 1, 0, 0, 0, 0, 0, 2, 1, 1, 1)";
            tx.execute(sql, params![])?;
            let sql = "INSERT INTO memory_index (workspace_id, change, item_id, subject, tier, embedder, vector, terms, created_at_ms,
                valid_from_ms, is_dead) VALUES ($1, 1, 1, 7, 'session', 1, $2, $2, 1, 1, 0)";
            tx.execute(sql, params![b"q".as_slice()])
        }).await.expect("a session");
        assert!(rows.sessions().delete(SessionId::from_key(900), VisibleTo::All).await.expect("deleted"));
        let found: Vec<_> = index(rows).await.into_iter().map(|row| (row.0, row.1)).collect();
        assert_eq!(found, [(1, true), (10, false)]);
        assert_eq!(rows.memory_index().head().await.expect("a look").map(|head| head.change), Some(2));
    }
}
