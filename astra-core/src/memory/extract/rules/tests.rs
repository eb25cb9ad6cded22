//! Sentences that say something, sentences that say nothing, and texts that want something.

use super::super::item::{Extracted, ExtractedKind};
use super::extract;
use crate::store::MemoryTier;

/// Thursday, 2026-11-26 09:00 UTC.
const NOW_MS: i64 = 1_795_683_600_000;

/// What a sentence is to be read as: its pattern, its attribute, its value.
type Said = (&'static str, &'static str, &'static str, &'static str);

const SAID: [Said; 70] = [
    ("My name is Anna Schmidt.", "name", "name", "Anna Schmidt"),
    ("Hi, please call me Bo!", "name", "name", "Bo"),
    ("By the way, everyone calls me Mickey", "name", "name", "Mickey"),
    ("I live in Berlin.", "home", "home", "Berlin"),
    ("i live in berlin now", "home", "home", "berlin"),
    ("I'm based in Lyon, France.", "home", "home", "Lyon, France"),
    ("We recently moved to Oslo.", "home", "home", "Oslo"),
    ("I've moved from Rome to Madrid", "home", "home", "Madrid"),
    ("I no longer live in Berlin.", "home", "home", "not Berlin"),
    ("I work at Siemens.", "employer", "employer", "Siemens"),
    ("I currently work for the city of Graz", "employer", "employer", "the city of Graz"),
    ("I don't work at Siemens anymore", "employer", "employer", "not Siemens"),
    ("I work as a paramedic.", "role", "role", "paramedic"),
    ("I am a software engineer at heart", "role", "role", "software engineer at heart"),
    ("I'm a nurse", "role", "role", "nurse"),
    ("I am 34 years old.", "age", "age", "34"),
    ("I was born in 1987.", "age", "born", "1987"),
    ("I'm allergic to peanuts.", "allergy", "allergy: peanuts", "yes"),
    ("I am no longer allergic to cats", "allergy", "allergy: cats", "no"),
    ("I have a shellfish allergy", "allergy", "allergy: shellfish", "yes"),
    ("I'm vegetarian.", "trait", "trait: vegetarian", "yes"),
    ("I'm not vegan anymore.", "trait", "trait: vegan", "no"),
    ("I am married", "trait", "marital status", "married"),
    ("I'm in Paris until Friday.", "place", "present place", "Paris"),
    ("I speak Portuguese.", "language", "speaks: Portuguese", "yes"),
    ("I have a dog named Rex.", "belonging", "has: dog", "a dog named Rex"),
    ("We have two cats", "belonging", "has: cats", "two cats"),
    ("I prefer tea over coffee.", "prefer", "preference: coffee or tea", "tea"),
    ("I prefer coffee to tea", "prefer", "preference: coffee or tea", "coffee"),
    ("I prefer dark mode.", "prefer", "preference: mode", "dark mode"),
    ("I prefer short answers because I read on my phone", "prefer", "preference: answers", "short answers"),
    ("I love hiking.", "taste", "taste: hiking", "likes"),
    ("I really hate cilantro", "taste", "taste: cilantro", "dislikes"),
    ("I can't stand loud music.", "taste", "taste: loud music", "dislikes"),
    ("I don't like mushrooms.", "taste", "taste: mushrooms", "dislikes"),
    ("I no longer like jazz", "taste", "taste: jazz", "dislikes"),
    ("I use Arch Linux at work.", "tool", "uses: Arch Linux", "yes"),
    ("I switched from Vim to Helix.", "tool", "uses: Helix", "yes"),
    ("I stopped using Slack", "tool", "uses: Slack", "no"),
    ("I never eat meat.", "habit", "habit: eat meat", "no"),
    ("I quit smoking", "habit", "habit: smoking", "no"),
    ("My favorite colour is green.", "my_is", "favourite colour", "green"),
    ("My birthday is March 5.", "my_is", "birthday", "March 5"),
    ("My manager is Carla and I report to her.", "my_is", "manager", "Carla"),
    ("my new manager is now Dmitri", "my_is", "manager", "Dmitri"),
    ("Our database is PostgreSQL.", "my_is", "database", "PostgreSQL"),
    ("My timezone is not CET", "my_is", "timezone", "not CET"),
    ("Emma is my daughter.", "is_my", "daughter", "Emma"),
    ("We decided to use Rust for the gateway.", "decision", "", ""),
    ("We've agreed on weekly releases", "decision", "", ""),
    ("I decided against the new office.", "decision", "", ""),
    ("We deployed the billing service yesterday.", "outcome", "", ""),
    ("The migration failed.", "outcome", "", ""),
    ("The plan is to launch in May.", "strategy", "", ""),
    ("I plan to run a marathon next year.", "strategy", "", ""),
    ("I am working on a novel about bees.", "activity", "", ""),
    ("I have an interview at Acme on Monday.", "activity", "", ""),
    ("From now on, answer in German.", "standing", "rule: answer in German", "always"),
    ("Always use metric units.", "standing", "rule: use metric units", "always"),
    ("Never schedule meetings before 10.", "standing", "rule: schedule meetings before 10", "never"),
    ("To deploy: 1. run the tests 2. tag the release 3. push the tag", "procedure", "procedure: deploy", "deploy"),
    ("How to brew it:\n1. Boil water\n2. Add tea\n", "procedure", "procedure: brew it", "brew it"),
    ("Remember that the gate code is blue lion.", "remember", "is", "blue lion"),
    ("Note that my train leaves at seven", "remember", "", "my train leaves at seven"),
    ("Please remember my wife is Greta", "my_is", "wife", "Greta"),
    ("Don't forget that I live in Graz", "home", "home", "Graz"),
    ("Anna works on Atlas.", "relation", "works on Atlas", "Atlas"),
    ("The billing service depends on Postgres", "relation", "depends on Postgres", "Postgres"),
    ("Forget my address.", "forget", "", "my address"),
    ("Please forget that I like jazz", "forget", "", "I like jazz"),
];

const NOTHING: [&str; 66] = [
    "Hello!",
    "Thanks a lot, that helps.",
    "What is the capital of France?",
    "Where do I live?",
    "Do I like coffee?",
    "I live in Berlin, right?",
    "Is my name Anna?",
    "What would you do if I moved to Oslo?",
    "If I lived in Rome, I would eat more pasta.",
    "Suppose my name is Bob.",
    "Imagine I am a pirate captain.",
    "Maybe I work at the wrong place.",
    "I would like a summary.",
    "I'd like to know more.",
    "I like it.",
    "I love how this works!",
    "I love this.",
    "I hate it when that happens.",
    "I like the idea.",
    "I hate to say it.",
    "My question is simple.",
    "My code is broken.",
    "My laptop is slow today.",
    "My guess is that the cache is cold.",
    "My point is that we need tests.",
    "My internet is down",
    "My sister is tired.",
    "I am tired.",
    "I am a bit confused.",
    "I am a big fan.",
    "I'm in a hurry.",
    "I'm in trouble",
    "I work at night.",
    "I work for free.",
    "I live in fear.",
    "I have a question.",
    "I have no idea.",
    "I have to go now.",
    "Call me when you are done.",
    "Call me maybe",
    "Never mind.",
    "Never heard of it.",
    "Always good to see you.",
    "I always forget the syntax.",
    "It never works on Monday.",
    "It depends on the weather.",
    "Everything depends on Berlin.",
    "This works on my machine.",
    "Forget it.",
    "Forget about it",
    "I forgot my keys.",
    "Don't forget to smile",
    "Remember when we met?",
    "Remember me?",
    "He said \"I live in Rome and I love it\".",
    "> My name is Bob",
    "```\nlet my_name_is = \"Bob\"; // I live in Rome\n```",
    "Translate: I live in Rome.",
    "Please translate this sentence. My name is Bob.",
    "The log says: I work at Acme.",
    "{\"user\": \"my name is Bob\"}",
    "2026-01-05 10:00:01 INFO my name is Bob",
    "From: bob@example.com\nSubject: hi\n\nMy name is Bob and I live in Rome.",
    "Write a story in which my name is Bob.",
    "My password is hunter2-Berlin.",
    "Remember that my API key is sk-abcdefghijklmnop1234.",
];

fn of(text: &str) -> Vec<Extracted> {
    extract(text, NOW_MS)
}

#[test]
fn explicit_sentences_are_read() {
    let mut missed = Vec::new();
    let mut expected = 0;
    for (text, rule, attribute, value) in SAID.iter().filter(|(_, rule, ..)| !rule.is_empty()) {
        expected += 1;
        let found = of(text);
        let fits = |item: &Extracted| {
            item.rule == Some(*rule) && item.attribute == *attribute && (value.is_empty() || item.value == *value)
        };
        if !found.iter().any(fits) {
            missed.push(format!("{text} is read as {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{} of {expected} are missed: {missed:#?}", missed.len());
}

#[test]
fn sentences_that_say_nothing_leave_nothing() {
    let false_ones: Vec<_> =
        NOTHING.iter().flat_map(|text| of(text).into_iter().map(move |item| (*text, item))).collect();
    assert!(false_ones.is_empty(), "{} of {}: {false_ones:#?}", false_ones.len(), NOTHING.len());
}

#[test]
fn a_quote_is_what_was_written() {
    for (text, ..) in SAID {
        for item in of(text) {
            assert!(text.contains(&item.quote), "{text}: {item:?}");
        }
    }
}

#[test]
fn tiers_categories_and_slots_follow_from_the_kind() {
    let one = |text: &str| of(text).remove(0);
    assert_eq!(one("I live in Berlin").tier(), MemoryTier::Profile);
    assert_eq!(one("I live in Berlin").slot().as_deref(), Some("user/home"));
    let decision = one("We decided to use Rust.");
    assert_eq!((decision.tier(), decision.category(), decision.slot()), (MemoryTier::Daily, Some("decision"), None));
    assert_eq!(one("Always use tabs in Makefiles").tier(), MemoryTier::Procedural);
    let relation = one("Anna works on Atlas");
    let edge = relation.relation.clone().unwrap();
    assert_eq!(
        (relation.tier(), edge.from.as_str(), edge.kind.as_str(), edge.to.as_str()),
        (MemoryTier::Graph, "Anna", "works_on", "Atlas")
    );
    assert_eq!(
        one("Remember that the deploy day is Tuesday").slot(),
        one("Remember that the deploy day is Friday").slot()
    );
    let steps = one("To deploy: 1. run the tests 2. tag the release");
    assert_eq!(
        (steps.kind, steps.steps),
        (ExtractedKind::Procedure, vec!["run the tests".to_owned(), "tag the release".to_owned()])
    );
}

#[test]
fn several_things_of_one_message_are_found() {
    let found = of(
        "Hi! I'm Anna's colleague. I live in Berlin and I work at Siemens. My dog is called \"Rex\", I love hiking.\nWhat is the weather like?",
    );
    let values: Vec<_> = found.iter().map(|item| item.value.as_str()).collect();
    assert_eq!(values, ["Berlin", "Siemens", "Rex", "likes"]);
    assert_eq!((found[2].attribute.as_str(), found[2].content.as_str()), ("dog name", "The user's dog is called Rex."));
    let many = (0..50).map(|number| format!("I like fruit{number}.")).collect::<Vec<_>>().join(" ");
    assert_eq!(of(&many).len(), super::ITEMS_MAX);
}

#[test]
fn what_something_is_called_is_a_fact_of_its_own() {
    let attributes = |text: &str| of(text).into_iter().map(|item| (item.attribute, item.value)).collect::<Vec<_>>();
    let named = [("dog name".to_owned(), "Rex".to_owned())];
    for text in
        ["My dog is called Rex.", "My dog is named Rex.", "My dog's name is Rex.", "My dog\u{2019}s name is Rex."]
    {
        assert_eq!(attributes(text), named, "{text}");
    }
    assert_eq!(attributes("My dog is a beagle."), [("dog".to_owned(), "a beagle".to_owned())]);
}

#[test]
fn periods_are_resolved() {
    let place = of("I'm in Paris until Friday.").remove(0);
    assert_eq!(place.valid_to_ms, Some(1_795_824_000_000));
    let home = of("I live in Rome since March").remove(0);
    assert_eq!((home.value.as_str(), home.valid_from_ms), ("Rome", Some(1_772_323_200_000)));
}
