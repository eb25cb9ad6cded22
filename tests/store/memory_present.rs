//! What a model that reads a message is given of the memories that are there already.

use astra_core::store::NewMemory;
use serde_json::{Value, json};

use crate::memories::{Place, new};
use crate::support::both_backends;

fn with(data: &Value, memory: NewMemory) -> NewMemory {
    NewMemory { data: data.as_object().cloned().expect("an object"), ..memory }
}

both_backends! {
    async fn only_those_with_an_attribute_are_given(place: Place) {
        let home = with(&json!({"attribute": "home", "value": "Berlin"}), new(1, Some("user/home"), "Ada is in Berlin."));
        let ship = with(&json!({"steps": ["attribute"]}), new(2, None, "The \"attribute\" of a ship is its name."));
        for memory in [home, ship] {
            place.here.memories().keep(memory, None, 10).await.expect("it is kept");
        }
        let named = place.there.pending_memory().present_attributes(7, 10).await.expect("a look");
        let named: Vec<_> = named.into_iter().map(|memory| (memory.attribute, memory.value)).collect();
        assert_eq!(named, [(Some("home".to_owned()), Some("Berlin".to_owned()))]);
        assert_eq!(place.there.pending_memory().present(7, 10).await.expect("a look").len(), 2);
        assert_eq!(place.there.pending_memory().present_attributes(8, 10).await.expect("a look"), []);
    }
}
