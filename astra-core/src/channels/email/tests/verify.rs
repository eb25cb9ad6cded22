//! Who may post mails, and what a channel must be given.

use http::{HeaderValue, Method};

use super::{AT_MS, PASSWORD, as_json, connection, connection_with, message, posted, request};
use crate::channels::email::Email;
use crate::channels::email::credentials::{SIGNATURE, TIMESTAMP, authorization};
use crate::channels::{Connection, Format, Platform, Request, SecretValues, Secrets, Settings, Simulated, Unverified};

// The vector of SendGrid's own library (`test/unit/test_eventwebhook.py` of sendgrid-python): Inbound Parse signs as
// the event webhook does.
const KEY: &str = concat!(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    "83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
);
const OTHER_KEY: &str = concat!(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    "qTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA=="
);
const GOOD: &str = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
const BAD: &str = "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH3j/0=";
const AT: &str = "1600112502";
const PAYLOAD: &str = concat!(
    r#"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#,
    r#""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#,
    r#""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#,
    r#""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"#,
    "\r\n"
);

fn signed(keys: &str, signature: &str, at: &str, payload: &str, now_ms: i64) -> Result<(), Unverified> {
    let connection = connection_with(&[("provider", "sendgrid"), ("signature_keys", keys)]);
    let mut headers = vec![(SIGNATURE, signature), (TIMESTAMP, at)];
    headers.retain(|(_, value)| !value.is_empty());
    let request = Request { at_ms: now_ms, ..request("application/json", &headers, payload.as_bytes()) };
    Email.verify(&connection, &request)
}

#[test]
fn the_password_of_the_url_proves_a_mail() {
    let verify = |authorization: Option<&str>| {
        let mut request = as_json(&posted());
        request.headers.remove("authorization");
        if let Some(value) = authorization {
            request.headers.insert("authorization", HeaderValue::from_str(value).unwrap());
        }
        Email.verify(&connection(), &request)
    };
    assert_eq!(verify(Some(&authorization(PASSWORD))), Ok(()));
    for missing in [None, Some(""), Some("Basic"), Some("Bearer x")] {
        assert_eq!(verify(missing), Err(Unverified::Missing), "{missing:?}");
    }
    // `astra:` and `other:5f0c1d7a9e3b42c8b6d4` in base64 among them.
    let wrong_user = "Basic b3RoZXI6NWYwYzFkN2E5ZTNiNDJjOGI2ZDQ=";
    for wrong in
        [wrong_user, "Basic YXN0cmE6", "Basic ", "Basic !", &authorization("x"), &authorization(&PASSWORD[1..])]
    {
        assert_eq!(verify(Some(wrong)), Err(Unverified::Wrong), "{wrong}");
    }
    let without = Connection { secrets: Secrets::default(), ..connection() };
    assert_eq!(Email.verify(&without, &as_json(&posted())), Err(Unverified::Wrong));
}

#[test]
fn the_password_before_the_last_rotation_verifies_too() {
    let mut rotated = connection();
    let new = SecretValues(super::texts(&[("webhook_password", "a0b1c2d3e4f5a6b7c8d9")]));
    rotated.secrets.previous = std::mem::replace(&mut rotated.secrets.current, new);
    assert_eq!(Email.verify(&rotated, &as_json(&posted())), Ok(()));
}

#[test]
fn the_signature_of_sendgrid_holds_for_five_minutes() {
    let at = |now_ms| signed(KEY, GOOD, AT, PAYLOAD, now_ms);
    assert_eq!(at(AT_MS), Ok(()));
    assert_eq!((at(AT_MS + 299_000), at(AT_MS - 299_000)), (Ok(()), Ok(())));
    // Ten minutes off, which is also a replay that comes late; one within the window is dropped by its event id.
    assert_eq!((at(AT_MS + 600_000), at(AT_MS - 600_000)), (Err(Unverified::Stale), Err(Unverified::Stale)));
}

#[test]
fn a_forged_signature_is_not_believed() {
    let sign = |keys, signature, at, payload| signed(keys, signature, at, payload, AT_MS);
    assert_eq!(sign(OTHER_KEY, GOOD, AT, PAYLOAD), Err(Unverified::Wrong));
    assert_eq!(sign(KEY, BAD, AT, PAYLOAD), Err(Unverified::Wrong));
    assert_eq!(sign(KEY, GOOD, AT, "payload"), Err(Unverified::Wrong));
    assert_eq!(sign(KEY, GOOD, AT, PAYLOAD.trim_end()), Err(Unverified::Wrong));
    for at in ["timestamp", "1600112503", "-1600112502"] {
        assert_eq!(sign(KEY, GOOD, at, PAYLOAD), Err(Unverified::Wrong), "{at}");
    }
    for signature in ["!", "AAAA", &GOOD[4..]] {
        assert_eq!(sign(KEY, signature, AT, PAYLOAD), Err(Unverified::Wrong), "{signature}");
    }
    assert_eq!(sign(KEY, "", AT, PAYLOAD), Err(Unverified::Missing));
    assert_eq!(sign(KEY, GOOD, "", PAYLOAD), Err(Unverified::Missing));
    // While the key changes both hold.
    assert_eq!(sign(&format!("{OTHER_KEY} {KEY}"), GOOD, AT, PAYLOAD), Ok(()));
    // A good signature does not stand for the password.
    let connection = connection_with(&[("provider", "sendgrid"), ("signature_keys", KEY)]);
    let mut request = request("application/json", &[(SIGNATURE, GOOD), (TIMESTAMP, AT)], PAYLOAD.as_bytes());
    request.headers.remove("authorization");
    assert_eq!(Email.verify(&connection, &request), Err(Unverified::Missing));
}

#[test]
fn settings_that_cannot_work_are_named() {
    let faults = |changes: &[(&str, &str)]| {
        let faults = Email.check_settings(&connection_with(changes).settings);
        faults.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(faults(&[]), [""; 0]);
    assert_eq!(faults(&[("smtp_url", "smtps://a.example"), ("smtp_user", "u")]), [""; 0]);
    assert_eq!(faults(&[("smtp_user", "u")]), ["smtp_user"]);
    assert_eq!(faults(&[("smtp_url", "smtp://a.example:70000")]), ["smtp_url"]);
    assert_eq!(faults(&[("smtp_url", "smtp://a.example:0")]), ["smtp_url"]);
    assert_eq!(faults(&[("address", "a..b@example.com")]), ["address"]);
    assert_eq!(faults(&[("signature_keys", KEY)]), ["signature_keys"]);
    assert_eq!(faults(&[("signature_keys", KEY), ("provider", "sendgrid")]), [""; 0]);
}

#[test]
fn the_steps_name_the_url_with_its_user() {
    for provider in ["postmark", "sendgrid"] {
        let steps = Email.set_up(&connection_with(&[("provider", provider)])).join("\n");
        assert!(steps.contains("https://astra:<webhook_password>@astra.example.com/channels/"), "{steps}");
        assert!(!steps.contains(PASSWORD));
    }
}

#[test]
fn what_a_simulation_sends_is_verified_and_read() {
    let seed = [7; 32];
    let simulation = Email.simulation(&seed, "http://127.0.0.1:4000");
    let (mut settings, mut secrets) = (Settings::default(), SecretValues::default());
    for field in Email.fields() {
        let given = simulation.values.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        let Some(value) = given.or_else(|| field.default.map(str::to_owned)) else {
            assert!(!field.is_required, "{}", field.name);
            continue;
        };
        assert!(!matches!(field.format, Format::Choice(choices) if !choices.contains(&value.as_str())));
        let values = if field.is_secret { &mut secrets.0 } else { &mut settings.0 };
        values.insert(field.name.to_owned(), value);
    }
    let secrets = Secrets { current: secrets, previous: SecretValues::default() };
    let connection = Connection { settings, secrets, ..connection() };
    assert_eq!(Email.check_settings(&connection.settings), []);
    let said = Simulated { text: "Hello 👋", event_id: "e1", user: "ada", conversation: "talk", at_ms: AT_MS };
    let call = Email.simulate(&connection, &seed, &said);
    assert_eq!((call.method, call.url.as_str()), (Method::POST, "/webhook"));
    let request = Request { headers: call.headers, ..request("application/json", &[], &call.body) };
    assert_eq!(Email.verify(&connection, &request), Ok(()));
    let message = message(&connection, &request);
    assert_eq!((message.text.as_str(), message.user.id.as_str()), ("Hello 👋", "ada@example.org"));
    assert_eq!((message.place.conversation.as_str(), message.is_direct), ("talk@example.org", true));
    assert_eq!(message.sent_at_ms, Some(AT_MS));
    let forged = Email.simulate(&connection, &[8; 32], &said);
    assert_eq!(Email.verify(&connection, &Request { headers: forged.headers, ..request }), Err(Unverified::Wrong));
}
