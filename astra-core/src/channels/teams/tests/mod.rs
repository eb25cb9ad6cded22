//! Teams against its documentation: tokens of the Bot Framework, and what a simulation sends.

mod inbound;
mod outbound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::{Teams, token};
use crate::channels::{
    Connection, Event, HttpCall, Inbound, Message, Platform, Request, SecretValues, Secrets, Settings, Simulated,
    Unverified,
};
use crate::ids::ChannelId;

const APP_ID: &str = "c9e8c047-2a74-40a2-b28a-b162d5f5327c";
const SERVICE: &str = "https://smba.trafficmanager.net/amer/";
const SEED: [u8; 32] = [7; 32];

/// The modulus of an RSA key of 2048 bits, whose exponent is 65537.
const MODULUS: &str = "yayjMJz79duLdLQOW71GFShYZZpGwC_16vbTpxHKp6Yu0jrhu9KfG1Dk15YmQq8BjCW6DCkJH3vZLt5ZeW6p568Kgo\
    B8KerTWEmPgq6oiEo5rKQeJxRZN59bjf-tVR8O5MY8TJSytGeMsnXypamYISqAN-fUDmZut-Dio4zUfoWR0wAG8Ev7\
    po7u7ggluklit1eM8Xrcb7f_pAiGdsVvssvi7E5LjDVdO6kZfddh4fg5a4-ajdrvTYr_nn38L9r6nVgxi1tnHmoHxc\
    id3VCFDGTXsIN2nTgl_lp7Z6jny9G0xEo8lwt10PgNyZSY_No4NI3K2H7L9VZ_kUCa_43T_Q";
/// `{"typ":"JWT","alg":"RS256","x5t":"kid-1","kid":"kid-1"}`
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsIng1dCI6ImtpZC0xIiwia2lkIjoia2lkLTEifQ";
/// The claims of the documentation, of 2016-12-06, with those of [`APP_ID`] and of its service.
const CLAIMS: &str = "eyJzZXJ2aWNldXJsIjoiaHR0cHM6Ly9zbWJhLnRyYWZmaWNtYW5hZ2VyLm5ldC9hbWVyLyIsIm5iZiI6MTQ4MTA0OT\
    I0MywiZXhwIjoxNDgxMDUzMTQzLCJpc3MiOiJodHRwczovL2FwaS5ib3RmcmFtZXdvcmsuY29tIiwiYXVkIjoiYzll\
    OGMwNDctMmE3NC00MGEyLWIyOGEtYjE2MmQ1ZjUzMjdjIn0";
/// The signature of the two by that key, made with OpenSSL.
const SIGNED: &str = "F3SW0UHRhwxTMnnwjK5JURiCDhHO3bHyxIOvgikf4Ih0qf0Xt1S6_z5dS2vVyAj_Rw95HJvpcsFqAIT8wsbw5w1KlA\
    U2W6Z8Pj6a9AOwisAFGe3BN3akcV9G6SVvWIkIUNgedpDgr9eFK_MQQV8Mj1L70kdpyVNclP0lfeI1_PT8OscN1JV9\
    e2t4QUMPdJy-TMqi4Cb6mSVIvWsOGXDG9v0OZbUk8EWgJmIRso5nsjfZpI0IuaVZmXFW0s4xa1Ce_P8B_So3YKa9T9\
    5CQmoFy2Rzupkz7ROL7QOaE0-tqYf2-jttgRJL63PDyaM6X3byOh6JY8oNhCqWB3TDfmmMng";

/// Within the time of the token.
const AT_S: i64 = 1_481_050_000;

fn values(values: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn connection() -> Connection {
    let settings = values(&[
        ("api_url", "https://smba.trafficmanager.net/teams"),
        ("login_url", "https://login.microsoftonline.com"),
        ("keys_url", "https://login.botframework.com/v1/.well-known/keys"),
        ("app_id", APP_ID),
        ("tenant_id", "botframework.com"),
    ]);
    let current = SecretValues(values(&[("client_secret", "a&b")]));
    Connection {
        id: ChannelId::from_key(1),
        settings: Settings(settings),
        secrets: Secrets { current, previous: SecretValues::default() },
        identity: None,
        token: Some("eyJhbGciOiJIUzI1Ni".to_owned()),
        public_url: Some("https://astra.example".to_owned()),
    }
}

fn rsa_keys() -> Value {
    json!({"keys": [
        {"kty": "RSA", "use": "sig", "kid": "other", "x5t": "other", "n": "AQAB", "e": "AQAB", "endorsements": []},
        {"kty": "RSA", "use": "sig", "kid": "kid-1", "x5t": "kid-1", "n": MODULUS, "e": "AQAB",
            "endorsements": ["msteams", "skype"]},
    ]})
}

fn activity() -> Value {
    json!({"type": "message", "id": "1", "serviceUrl": SERVICE, "channelId": "msteams"})
}

fn request(token: &str, body: impl Into<Bytes>, keys: Option<Value>, at_s: i64) -> Request {
    let mut headers = HeaderMap::new();
    if !token.is_empty() {
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    let (query, body) = (String::new(), body.into());
    Request { headers, query, body, transaction_id: None, keys, at_ms: at_s * 1_000 }
}

fn json_request(body: &Value) -> Request {
    request("", body.to_string(), None, AT_S)
}

fn read(connection: &Connection, body: &Value) -> Inbound {
    let reading = Teams.read(connection, &json_request(body)).unwrap();
    assert_eq!((reading.reply.media_type, reading.reply.body.as_str(), reading.events.len()), ("", "", 1));
    reading.events.into_iter().next().unwrap()
}

fn message(body: &Value) -> Message {
    match read(&connection(), body).event {
        Event::Message(message) => *message,
        Event::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn ignored(body: &Value) -> String {
    match read(&connection(), body).event {
        Event::Ignored(reason) => reason,
        Event::Message(message) => panic!("read: {message:?}"),
    }
}

fn verify(token: &str, body: &Value, keys: Option<Value>, at_s: i64) -> Result<(), Unverified> {
    Teams.verify(&connection(), &request(token, body.to_string(), keys, at_s))
}

fn signed() -> String {
    format!("{HEADER}.{CLAIMS}.{SIGNED}")
}

/// A token of a simulation with other claims or another header, signed by its key.
fn with(header: &Value, claims: &Value) -> String {
    let token = token::simulated(&SEED, APP_ID, SERVICE, AT_S);
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let changed = [header, claims].map(|changes| {
        let mut part: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
        for (name, value) in changes.as_object().unwrap() {
            part[name] = value.clone();
        }
        URL_SAFE_NO_PAD.encode(part.to_string())
    });
    let signed = changed.join(".");
    format!("{signed}.{}", token::sign(&SEED, &signed))
}

#[test]
fn a_token_of_the_bot_framework_is_good_while_it_holds() {
    for at_s in [1_481_049_243 - 300, AT_S, 1_481_053_143 + 300] {
        assert_eq!(verify(&signed(), &activity(), Some(rsa_keys()), at_s), Ok(()), "{at_s}");
    }
    for at_s in [1_481_049_243 - 600, 1_481_049_243 - 301, 1_481_053_143 + 301, 1_481_053_143 + 600] {
        assert_eq!(verify(&signed(), &activity(), Some(rsa_keys()), at_s), Err(Unverified::Stale), "{at_s}");
    }
}

#[test]
fn a_forged_token_is_not_believed() {
    let keys = || Some(rsa_keys());
    assert_eq!(verify("", &activity(), keys(), AT_S), Err(Unverified::Missing));
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"kid-1"}"#);
    // The public key as the secret of an HMAC.
    let shared = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"kid-1"}"#);
    let nameless = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
    let other = URL_SAFE_NO_PAD.encode(r#"{"aud":"c9e8c047-2a74-40a2-b28a-b162d5f5327c","exp":9999999999}"#);
    for token in [
        "x".to_owned(),
        "x.y.z".to_owned(),
        format!("{HEADER}.{CLAIMS}"),
        format!("{HEADER}.{CLAIMS}."),
        format!("{HEADER}.{CLAIMS}.AAAA"),
        format!("{HEADER}.{other}.{SIGNED}"),
        format!("{none}.{CLAIMS}."),
        format!("{shared}.{CLAIMS}.{SIGNED}"),
        format!("{nameless}.{CLAIMS}.{SIGNED}"),
    ] {
        assert_eq!(verify(&token, &activity(), keys(), AT_S), Err(Unverified::Wrong), "{token}");
    }
    assert_eq!(verify(&signed(), &activity(), None, AT_S), Err(Unverified::UnknownKey));
    assert_eq!(verify(&signed(), &activity(), Some(json!({"keys": []})), AT_S), Err(Unverified::UnknownKey));
    assert_eq!(verify(&signed(), &activity(), Some(json!([])), AT_S), Err(Unverified::UnknownKey));
    let unknown = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"new"}"#);
    let token = format!("{unknown}.{CLAIMS}.{SIGNED}");
    assert_eq!(verify(&token, &activity(), keys(), AT_S), Err(Unverified::UnknownKey));
}

#[test]
fn a_token_of_another_activity_is_not_believed() {
    // Replayed with a body of another service, which would be given the answers.
    for body in [
        json!({"type": "message", "serviceUrl": "https://evil.example/", "channelId": "msteams"}),
        json!({"type": "message", "channelId": "msteams"}),
        json!({"type": "message", "serviceUrl": SERVICE, "channelId": "webchat"}),
        json!({"type": "message", "serviceUrl": SERVICE}),
        json!([]),
    ] {
        assert_eq!(verify(&signed(), &body, Some(rsa_keys()), AT_S), Err(Unverified::Wrong), "{body}");
    }
    for body in ["", "{", "not JSON", &activity().to_string()[1..]] {
        let request = request(&signed(), body.to_owned(), Some(rsa_keys()), AT_S);
        assert_eq!(Teams.verify(&connection(), &request), Err(Unverified::Wrong), "{body}");
    }
    let mut unendorsed = rsa_keys();
    unendorsed["keys"][1]["endorsements"] = json!(["skype"]);
    assert_eq!(verify(&signed(), &activity(), Some(unendorsed), AT_S), Err(Unverified::Wrong));
    // The same request again within its time is good, and has the same id.
    assert_eq!(verify(&signed(), &activity(), Some(rsa_keys()), AT_S + 60), Ok(()));
}

#[test]
fn every_claim_counts() {
    let keys = || Some(token::simulated_keys(&SEED));
    assert_eq!(verify(&with(&json!({}), &json!({})), &activity(), keys(), AT_S), Ok(()));
    assert_eq!(verify(&with(&json!({}), &json!({"nbf": null})), &activity(), keys(), AT_S), Ok(()));
    for claims in [
        json!({"iss": "https://sts.windows.net/x/"}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": [APP_ID]}),
        json!({"exp": null}),
        json!({"exp": "9999999999"}),
        json!({"serviceurl": "https://evil.example"}),
        json!({"serviceurl": null}),
        json!({"serviceurl": ""}),
    ] {
        let verified = verify(&with(&json!({}), &claims), &activity(), keys(), AT_S);
        assert_eq!(verified, Err(Unverified::Wrong), "{claims}");
    }
    for header in [json!({"alg": "RS256"}), json!({"alg": "ES256"}), json!({"crit": ["b64"]}), json!({"kid": null})] {
        let verified = verify(&with(&header, &json!({})), &activity(), keys(), AT_S);
        assert_eq!(verified, Err(Unverified::Wrong), "{header}");
    }
    // The documentation writes the claim so.
    let documented = with(&json!({}), &json!({"serviceurl": null, "serviceUrl": SERVICE}));
    assert_eq!(verify(&documented, &activity(), keys(), AT_S), Ok(()));
}

#[test]
fn what_is_simulated_is_verified_and_read() {
    let (simulation, mut connection) = (Teams.simulation(&SEED, "http://127.0.0.1:9"), connection());
    for (name, value) in simulation.values {
        let field = Teams.fields().iter().find(|field| field.name == name).unwrap();
        let kept = if field.is_secret { &mut connection.secrets.current.0 } else { &mut connection.settings.0 };
        kept.insert(name.to_owned(), value);
    }
    assert_eq!(Teams.key_document(&connection).as_deref(), Some("http://127.0.0.1:9/keys"));
    let simulate = |seed, event_id: &str| {
        let at_ms = AT_S * 1_000 + 5;
        let said = Simulated { text: "Is 1 < 2 & 3?", event_id, user: "u1", conversation: "a:1", at_ms };
        Teams.simulate(&connection, seed, &said)
    };
    let sent = |call: &HttpCall| {
        let keys = simulation.key_document.clone();
        Request { headers: call.headers.clone(), ..request("", call.body.clone(), keys, AT_S) }
    };
    let call = simulate(&SEED, "e1");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "/webhook"));
    assert_eq!(Teams.verify(&connection, &sent(&call)), Ok(()));
    let event = |call: &HttpCall| Teams.read(&connection, &sent(call)).unwrap().events.pop().unwrap();
    let read = event(&call);
    let Event::Message(message) = &read.event else { panic!("{read:?}") };
    assert_eq!(message.text, "Is 1 < 2 & 3?");
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!((message.user.id.as_str(), message.place.conversation.as_str()), ("u1", "a:1"));
    assert_eq!(message.place.reply_to, "http://127.0.0.1:9");
    assert_eq!(message.sent_at_ms, Some(AT_S * 1_000 + 5));
    assert_eq!(event(&simulate(&SEED, "e1")).event_id, read.event_id);
    assert_ne!(event(&simulate(&SEED, "e2")).event_id, read.event_id);
    assert_eq!(Teams.verify(&connection, &sent(&simulate(&[8; 32], "e1"))), Err(Unverified::Wrong));
}
