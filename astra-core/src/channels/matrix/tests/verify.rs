//! Who may push transactions, and what a channel must be given.

use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

use super::{AS_TOKEN, BOT, HS_TOKEN, answer, connection, message_with, transaction};
use crate::channels::matrix::Matrix;
use crate::channels::{
    Connection, Format, Platform, Reply, Request, SecretValues, Secrets, Settings, Simulated, Unverified,
};

fn verify(header: Option<&str>, query: &str) -> Result<(), Unverified> {
    let mut request = Request { query: query.to_owned(), ..transaction(b"{}") };
    request.headers = HeaderMap::new();
    if let Some(header) = header {
        request.headers.insert("authorization", HeaderValue::from_str(header).unwrap());
    }
    Matrix.verify(&connection(), &request)
}

#[test]
fn the_token_of_the_homeserver_proves_a_transaction() {
    let (good, forged) = (format!("Bearer {HS_TOKEN}"), format!("Bearer {AS_TOKEN}"));
    assert_eq!(verify(Some(&good), ""), Ok(()));
    assert_eq!(verify(Some(&good.replace("Bearer", "bearer")), ""), Ok(()));
    assert_eq!(verify(None, &format!("access_token={HS_TOKEN}")), Ok(()));
    assert_eq!(verify(Some(&good), &format!("access_token={HS_TOKEN}")), Ok(()));
    assert_eq!(verify(None, ""), Err(Unverified::Missing));
    assert_eq!(verify(Some("Bearer "), "access_token="), Err(Unverified::Missing));
    for wrong in [forged.as_str(), "Bearer x", &good[..good.len() - 1], &format!("{good}0")] {
        assert_eq!(verify(Some(wrong), ""), Err(Unverified::Wrong), "{wrong}");
    }
    // Both count where both are there.
    assert_eq!(verify(Some(&good), "access_token=x"), Err(Unverified::Wrong));
    assert_eq!(verify(Some("Bearer x"), &format!("access_token={HS_TOKEN}")), Err(Unverified::Wrong));
    assert_eq!(verify(Some(&format!("Basic {HS_TOKEN}")), ""), Err(Unverified::Missing));
}

#[test]
fn two_headers_and_no_secret_prove_nothing() {
    let mut request = transaction(b"{}");
    request.headers.append("authorization", HeaderValue::from_static("Bearer x"));
    assert_eq!(Matrix.verify(&connection(), &request), Err(Unverified::Missing));
    let without = Connection { secrets: Secrets::default(), ..connection() };
    assert_eq!(Matrix.verify(&without, &transaction(b"{}")), Err(Unverified::Wrong));
}

#[test]
fn the_token_before_the_last_rotation_verifies_too() {
    let mut rotated = connection();
    let new = SecretValues(super::texts(&[
        ("as_token", "new-as-token-of-the-bot"),
        ("hs_token", "new-hs-token-of-the-server"),
    ]));
    rotated.secrets.previous = std::mem::replace(&mut rotated.secrets.current, new);
    assert_eq!(Matrix.verify(&rotated, &transaction(b"{}")), Ok(()));
    let mut request = transaction(b"{}");
    request.headers.insert("authorization", HeaderValue::from_static("Bearer new-hs-token-of-the-server"));
    assert_eq!(Matrix.verify(&rotated, &request), Ok(()));
}

#[test]
fn a_ping_is_answered_and_a_transaction_is_read() {
    let ping =
        Request { transaction_id: None, ..transaction(br#"{"transaction_id": "mautrix-go_1683636478256400935_123"}"#) };
    assert_eq!(Matrix.handshake(&connection(), &ping), Some(Reply::json(&json!({}))));
    assert_eq!(Matrix.handshake(&connection(), &transaction(b"{}")), None);
    assert_eq!(Matrix.handshake_get(&connection(), &ping), Err(Unverified::NotOffered));
}

#[test]
fn the_check_asks_whose_the_token_is() {
    let call = Matrix.check(&connection(), 0).unwrap();
    assert_eq!(
        (call.method, call.url.as_str()),
        (Method::GET, "https://matrix.example.org/_matrix/client/v3/account/whoami")
    );
    assert_eq!(call.headers["authorization"], format!("Bearer {AS_TOKEN}"));
    let read = |status, body: &str| Matrix.read_check(&connection(), &answer(status, &[], body));
    let identity = read(200, &json!({"user_id": BOT}).to_string()).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), (BOT, "_irc_bot"));
    for (status, body, part) in [
        (200, r#"{"user_id": "@joe:example.org", "device_id": "ABC1234"}"#, "another user"),
        (200, "<html>", "no homeserver"),
        (401, r#"{"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token."}"#, "does not know"),
        (403, r#"{"errcode": "M_FORBIDDEN", "error": "x"}"#, "403 (M_FORBIDDEN)"),
        (502, "<html>", "502"),
    ] {
        let fault = read(status, body).unwrap_err();
        assert!(fault.contains(part) && !fault.contains(AS_TOKEN), "{fault}");
    }
}

#[test]
fn the_steps_name_the_address_and_the_bot() {
    let steps = Matrix.set_up(&connection());
    assert!(
        steps[0].contains(&connection().base_url()) && steps[0].contains("sender_localpart: _irc_bot"),
        "{steps:?}"
    );
    assert!(steps.iter().all(|step| !step.contains(AS_TOKEN) && !step.contains(HS_TOKEN)), "{steps:?}");
}

#[test]
fn what_a_simulation_sends_is_verified_and_read() {
    let (seed, fake) = ([7; 32], "http://127.0.0.1:4000");
    let simulation = Matrix.simulation(&seed, fake);
    let (mut settings, mut secrets) = (Settings::default(), SecretValues::default());
    for field in Matrix.fields() {
        let given = simulation.values.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        let value = given.or_else(|| field.default.map(str::to_owned)).expect("a required field is given");
        assert!(!matches!(field.format, Format::Choice(choices) if !choices.contains(&value.as_str())));
        let values = if field.is_secret { &mut secrets.0 } else { &mut settings.0 };
        values.insert(field.name.to_owned(), value);
    }
    let secrets = Secrets { current: secrets, previous: SecretValues::default() };
    let connection = Connection { settings, secrets, ..connection() };
    let said = Simulated {
        text: "Hello 👋",
        event_id: "e1",
        user: "@u:example.org",
        conversation: "!r:example.org",
        at_ms: 5,
    };
    let call = Matrix.simulate(&connection, &seed, &said);
    assert_eq!((call.method, call.url.as_str()), (Method::PUT, "/_matrix/app/v1/transactions/e1"));
    let request = Request { headers: call.headers, transaction_id: Some("e1".to_owned()), ..transaction(&call.body) };
    assert_eq!(Matrix.verify(&connection, &request), Ok(()));
    let event: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
    let message = message_with(&connection, event["events"][0].clone());
    assert_eq!((message.text.as_str(), message.user.id.as_str()), ("Hello 👋", "@u:example.org"));
    assert_eq!((message.place.conversation.as_str(), message.is_direct), ("!r:example.org", true));
    // A seed of another simulation proves nothing.
    let forged = Matrix.simulate(&connection, &[8; 32], &said);
    let request = Request { headers: forged.headers, ..request };
    assert_eq!(Matrix.verify(&connection, &request), Err(Unverified::Wrong));
    let identity = Matrix.read_check(&connection, &answer(200, &[], &Matrix.simulated_answer("", b"").to_string()));
    assert_eq!(identity.unwrap().id, connection.settings.get("user_id"));
}
