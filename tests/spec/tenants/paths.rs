//! What a path names: to the other workspace, what exists here is what exists nowhere.

use super::home::{Belongings, Home};
use super::names_something;
use super::same::{of_nothing, plain};
use crate::call::Call;
use crate::support::{Answer, both_backends};

/// A tag that no state of anything has.
const STALE: &str = "\"9999-0\"";

both_backends! {
    async fn to_the_other_workspace_nothing_exists(home: Home) {
        let before = (home.reads(&home.app.owner()).await, home.reads(&home.app.other_workspace()).await);
        let mut faults = Vec::new();
        for call in Call::all().filter(names_something) {
            let nothing = nothing(&home.here);
            let place = if call.id == "sessions.events" { "trn_0000000000009.1" } else { "1" };
            for headers in [&[][..], &[("if-match", STALE)], &[("last-event-id", place)], &[("idempotency-key", "k")]] {
                if !headers.iter().all(|(name, _)| call.names("header").iter().any(|known| known.eq_ignore_ascii_case(name))) {
                    continue;
                }
                let one = ask(&home, &call, |name| home.here.get(name), headers).await;
                let other = ask(&home, &call, |name| nothing.get(name), headers).await;
                let (one, other) = (told(&home, &nothing, &one), told(&home, &nothing, &other));
                if one != other || !one.starts_with("404") {
                    faults.push(format!("{} {headers:?}:\n{one}\n{other}", call.id));
                }
            }
        }
        assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
        let after = (home.reads(&home.app.owner()).await, home.reads(&home.app.other_workspace()).await);
        assert_eq!(before, after, "something has changed");
    }

    async fn below_what_is_its_own_neither(home: Home) {
        let mut tried = 0;
        for call in Call::all().filter(names_something) {
            let names: Vec<&str> = call.names("path").into_iter().filter(|name| *name != "version").collect();
            if names.len() < 2 {
                continue;
            }
            let nothing = nothing(&home.here);
            for varied in names {
                // A person is no service account: both are users.
                let values = if varied == "user_id" { vec!["user_id", "person_id"] } else { vec![varied] };
                for value in values {
                    let own = |name: &str| home.elsewhere.get(name);
                    let one = ask(&home, &call, |name| if name == varied { home.here.get(value) } else { own(name) }, &[]).await;
                    let other = ask(&home, &call, |name| if name == varied { nothing.get(value) } else { own(name) }, &[]).await;
                    assert_eq!(told(&home, &nothing, &one), told(&home, &nothing, &other), "{}: {value}", call.id);
                    tried += 1;
                }
            }
        }
        assert!(tried > 15, "only {tried} operations name two things");
    }
}

/// The other workspace's owner calls the operation.
async fn ask<'a>(
    home: &Home,
    call: &Call,
    value: impl Fn(&str) -> Option<&'a String>,
    headers: &[(&str, &str)],
) -> Answer {
    let ask = call.ask(&home.app.other_workspace(), call.path(|name| value(name).cloned()));
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).await
}

/// Names of the same forms that nothing has.
fn nothing(here: &Belongings) -> Belongings {
    let named = here.iter().map(|(name, value)| (*name, of_nothing(value)));
    let mut nothing: Belongings = named.collect();
    nothing.insert("version", "1".to_owned());
    nothing
}

/// What is read in an answer, whichever of the two names stands in it.
fn told(home: &Home, nothing: &Belongings, answer: &Answer) -> String {
    let both = [&home.here, nothing].into_iter().flatten().filter(|(name, _)| **name != "version");
    let mut values: Vec<&str> = both.map(|(_, value)| value.as_str()).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    plain(answer, &values)
}
