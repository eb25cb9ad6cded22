//! Uses the generated client against a live gateway: what it does beside calling operations, each of which the story calls.
//! Reads `ASTRA_URL`, `ASTRA_TOKEN` (the owner's) and `ASTRA_UNRULY_URL`.

mod conversations;
mod failures;
mod harness;
mod operations;
mod sign_in;
mod streams;

use std::time::{Duration, Instant};

use harness::{Outcome, Stage};

#[tokio::main]
async fn main() {
    let watchdog = Duration::from_mins(2);
    if tokio::time::timeout(watchdog, drive()).await.is_err() {
        eprintln!("error: it took more than {watchdog:?}");
        std::process::exit(1);
    }
}

/// One thing that the client must be able to do.
macro_rules! scenarios {
    ($stage:ident: $($module:ident::$name:ident),* $(,)?) => {{
        let mut passed = 0;
        $(
            let since = Instant::now();
            tell(concat!(stringify!($module), "::", stringify!($name)), since, $module::$name(&$stage).await);
            passed += 1;
        )*
        passed
    }};
}

async fn drive() {
    let stage = Stage::from_environment();
    let passed: u32 = scenarios!(stage:
        operations::answers_come_with_their_headers,
        operations::the_document,
        operations::tags_guard_changes,
        operations::a_union_is_matched,
        operations::what_was_received_is_sent,
        operations::a_list_as_a_parameter,
        operations::pages,
        operations::changes_tell_null_from_nothing,
        conversations::messages,
        conversations::keys_of_turns,
        conversations::completions,
        streams::events_in_order,
        streams::resumed_after_each_cut,
        streams::asked_for_again_before_its_first_event,
        streams::not_resumed_if_not_wanted,
        streams::gone_on_with_by_hand,
        streams::a_session_is_followed,
        streams::closed_early,
        streams::dropped_between_two_events,
        streams::as_a_stream_of_futures,
        failures::problems_are_typed,
        failures::busy_and_limited,
        failures::given_up_at_once,
        failures::a_broken_answer_is_asked_for_again,
        failures::a_page_of_html,
        failures::nothing_ever_comes,
        failures::nobody_is_there,
        failures::the_future,
        failures::calls_that_cannot_be_sent,
        failures::what_the_document_does_not_have,
        sign_in::accounts,
        sign_in::a_wrong_password,
        sign_in::renewed_after_a_refusal,
        sign_in::renewed_before_its_end,
        sign_in::a_renewal_outlives_its_caller,
        sign_in::each_refresh_token_is_used_once,
        sign_in::a_function_gives_tokens,
        sign_in::secrets_are_not_shown,
    );
    println!("{passed} scenarios passed");
}

fn tell(name: &str, since: Instant, outcome: Outcome) {
    if let Err(error) = outcome {
        println!("FAIL  {name}: {error}\n{error:?}");
        std::process::exit(1);
    }
    println!("ok    {} ms  {name}", since.elapsed().as_millis());
}
