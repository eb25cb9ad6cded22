//! A turn's event log is written piece by piece, and what was written twice from the same place is there once.

use astra_core::ids::TurnId;
use astra_core::store::{LogEntry, WorkspaceId};

use crate::support::{TestStore, both_backends};

both_backends! {
    async fn of_two_writes_from_the_same_place_the_longer_one_stays(store: TestStore) {
        let rows = store.db.rows(&WorkspaceId::new(1, "wsp_a"));
        let texts = |texts: &[&str]| texts.iter().map(|text| LogEntry::Text((*text).to_owned())).collect::<Vec<_>>();
        // Whoever did not hear that the first one took place comes with more; what comes late has less.
        for (first_seq, write) in [(2, vec!["a"]), (2, vec!["a", "b"]), (2, vec!["a"]), (4, vec!["c"])] {
            rows.turn_events().append(TurnId::from_key(1), first_seq, &texts(&write)).await.expect("it is written");
        }
        let expected: Vec<(i64, LogEntry)> = (2..).zip(texts(&["a", "b", "c"])).collect();
        assert_eq!(rows.turn_events().read(TurnId::from_key(1), 0).await.expect("the events"), expected);
    }
}
