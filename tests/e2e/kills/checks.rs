//! What holds after a kill, whenever it came: of the rows in the store, and of what the API says about them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use astra_core::ids::{SessionId, TurnId};
use astra_core::params;
use astra_core::store::{Db, Row};

use super::client::{Acknowledged, Endpoint};
use super::model;

/// How often the store is asked whether a turn is still open. On PostgreSQL a dead gateway's lease runs out first.
const LOOKS: u32 = 600;
const LOOK: Duration = Duration::from_millis(100);

/// A turn that has ended.
struct Ended {
    id: TurnId,
    session_id: SessionId,
    status: String,
    question: String,
    answer: String,
    input_tokens: i64,
    output_tokens: i64,
    cost_usd: f64,
    message_count: i64,
}

/// No turn stays open.
pub(crate) async fn none_is_open(db: &Db) {
    for _ in 0..LOOKS {
        let open =
            db.read(|tx| tx.one("SELECT COUNT(*) FROM open_turns", params![])?.next_int()).await.expect("a look");
        if open == 0 {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("a turn is open for ever");
}

/// Each question that was answered has one completed turn, by its text and by its key; all other turns were interrupted;
/// and all sums are those of the turns. The messages of `sessions` are read one by one.
pub(crate) async fn all_is_kept_once(
    db: &Db,
    endpoint: &Endpoint,
    answered: &[Acknowledged],
    sessions: &BTreeSet<String>,
) {
    let turns = ended(db).await;
    let mut completed = BTreeMap::new();
    for turn in &turns {
        match turn.status.as_str() {
            "completed" => {
                let before = completed.insert(turn.question.as_str(), turn);
                assert!(before.is_none(), "{} was answered twice", turn.question);
            }
            status => assert_eq!(status, "interrupted", "{}", turn.question),
        }
    }
    let keys = keys(db).await;
    for Acknowledged { question, turn_id, session_id } in answered {
        let turn = completed.remove(question.as_str()).unwrap_or_else(|| panic!("{question} is lost"));
        assert_eq!((&turn.id.to_string(), &turn.session_id.to_string()), (turn_id, session_id), "{question}");
        assert_eq!((turn.input_tokens, turn.output_tokens), model::tokens(question), "{question}");
        assert_eq!((&turn.answer, turn.cost_usd), (&model::answer(question), model::cost_usd(question)), "{question}");
        assert_eq!(keys.get(&question.replace(' ', "-")), Some(turn_id), "{question}");
    }
    assert!(completed.is_empty(), "answered, but not asked: {:?}", completed.keys());
    assert_eq!(keys.len(), answered.len(), "each key that was kept is one of an answered question");
    usage_is_that_of(&turns, endpoint).await;
    totals_are_those_of(&turns, endpoint, sessions).await;
}

/// The API shows these turns as they were answered.
pub(crate) async fn turns_are_shown(endpoint: &Endpoint, answered: &[Acknowledged]) {
    for Acknowledged { question, turn_id, .. } in answered {
        let turn = endpoint.get(&format!("/chat/turns/{turn_id}")).await;
        let expected = (&"completed".into(), &model::answer(question).into());
        assert_eq!((&turn["status"], &turn["content"]), expected, "{question}");
    }
}

async fn usage_is_that_of(turns: &[Ended], endpoint: &Endpoint) {
    let report = endpoint.get("/inference/usage").await;
    let [used] = report["data"].as_array().expect("sums").as_slice() else { panic!("not one sum: {report}") };
    let count = |status: &str| turns.iter().filter(|turn| turn.status == status).count();
    // The call of a turn that was interrupted counts as one that failed.
    assert_eq!(used["requests"], turns.len(), "{used}");
    assert_eq!(used["errors"], count("interrupted"), "{used}");
    assert_eq!(used["input_tokens"], turns.iter().map(|turn| turn.input_tokens).sum::<i64>(), "{used}");
    assert_eq!(used["output_tokens"], turns.iter().map(|turn| turn.output_tokens).sum::<i64>(), "{used}");
    assert_eq!(used["cost_usd"], turns.iter().map(|turn| turn.cost_usd).sum::<f64>(), "{used}");
}

async fn totals_are_those_of(turns: &[Ended], endpoint: &Endpoint, sessions: &BTreeSet<String>) {
    let mut sums: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for turn in turns {
        let sum = sums.entry(turn.session_id.to_string()).or_default();
        let added = [turn.message_count, turn.input_tokens, turn.output_tokens];
        *sum = std::array::from_fn(|place| sum[place] + added[place]);
    }
    let mut shown = BTreeMap::new();
    for session in endpoint.list("/sessions").await {
        let total = |name: &str| session[name].as_i64().expect("a number");
        let totals = ["message_count", "input_tokens", "output_tokens"].map(total);
        shown.insert(session["id"].as_str().expect("an id").to_owned(), totals);
    }
    assert_eq!(shown, sums, "the sessions' totals are the sums of their turns");
    for session in sessions {
        let messages = endpoint.list(&format!("/sessions/{session}/messages")).await;
        assert_eq!(shown[session][0], i64::try_from(messages.len()).expect("a count"), "messages of {session}");
    }
}

async fn ended(db: &Db) -> Vec<Ended> {
    let sql = "SELECT id, session_id, status, question, answer, input_tokens, output_tokens, cost_usd, message_count
        FROM turns ORDER BY id";
    let read = |row: &mut Row| {
        Ok(Ended {
            id: row.next_id()?,
            session_id: row.next_id()?,
            status: row.next_text()?,
            question: row.next_text()?,
            answer: row.next_optional_text()?.unwrap_or_default(),
            input_tokens: row.next_int()?,
            output_tokens: row.next_int()?,
            cost_usd: row.next_float()?,
            message_count: row.next_int()?,
        })
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the turns")
}

/// The turn of each idempotency key.
async fn keys(db: &Db) -> BTreeMap<String, String> {
    let sql = "SELECT key, answer FROM idempotency_keys";
    let rows = db.read(move |tx| {
        tx.query(sql, params![])?.iter_mut().map(|row| Ok((row.next_text()?, row.next_text()?))).collect()
    });
    rows.await.expect("the keys")
}
