//! The token that the Bot Framework signs each request with: a JSON Web Token with a key of its document
//! (<https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication>).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::channels::proof::hmac_sha256;
use crate::channels::request::{Request, Unverified};

/// Who signs requests to bots.
const ISSUER: &str = "https://api.botframework.com";

/// How far clocks may be apart, in seconds.
const SKEW_S: i64 = 300;

/// The id of the key of simulations.
const SIMULATED: &str = "simulated";

/// Whether a request is of the Bot Framework and for the bot `app_id`: its token is signed by a key of the document,
/// is for this bot, holds now, and says the same of the service as the activity does; the key may speak for the channel
/// that the activity names.
pub(super) fn verify(app_id: &str, request: &Request) -> Result<(), Unverified> {
    let token = request.bearer();
    if token.is_empty() {
        return Err(Unverified::Missing);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Unverified::Wrong)?;
    let (header, claims) = signed.split_once('.').ok_or(Unverified::Wrong)?;
    let (header, claims) = (part(header)?, part(claims)?);
    let name = header.get("kid").and_then(Value::as_str).ok_or(Unverified::Wrong)?;
    // Extensions that must be understood are not.
    if header.get("crit").is_some() {
        return Err(Unverified::Wrong);
    }
    let keys = request.keys.as_ref().and_then(|keys| keys.get("keys")).and_then(Value::as_array);
    let is_named = |key: &&Value| key.get("kid").and_then(Value::as_str) == Some(name);
    let key = keys.and_then(|keys| keys.iter().find(is_named)).ok_or(Unverified::UnknownKey)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unverified::Wrong)?;
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !is_signed(key, algorithm, signed.as_bytes(), &signature) {
        return Err(Unverified::Wrong);
    }
    let activity = request.json().map_err(|_| Unverified::Wrong)?;
    if !is_meant(&claims, key, app_id, &activity) {
        return Err(Unverified::Wrong);
    }
    let seconds = |claim: &str| claims.get(claim).and_then(Value::as_i64);
    let ends = seconds("exp").ok_or(Unverified::Wrong)?;
    let begins = seconds("nbf").unwrap_or(i64::MIN);
    let now = request.at_s();
    let holds = now.saturating_sub(SKEW_S) <= ends && begins <= now.saturating_add(SKEW_S);
    if holds { Ok(()) } else { Err(Unverified::Stale) }
}

/// A part of a token, an object.
fn part(encoded: &str) -> Result<Value, Unverified> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Unverified::Wrong)?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object).ok_or(Unverified::Wrong)
}

/// Whether `key` has signed. A key has one algorithm, which no token can choose: RSA keys have RS256, as those of
/// Microsoft; Ed25519 keys, which simulations have, EdDSA.
fn is_signed(key: &Value, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name).trim_end_matches('=')).unwrap_or_default();
    match (text("kty"), text("crv"), algorithm) {
        ("RSA", _, "RS256") => {
            let (n, e) = (bytes("n"), bytes("e"));
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
        }
        ("OKP", "Ed25519", "EdDSA") => UnparsedPublicKey::new(&ED25519, bytes("x")).verify(signed, signature).is_ok(),
        _ => false,
    }
}

/// Whether a token that is well signed is for this bot and this activity.
fn is_meant(claims: &Value, key: &Value, app_id: &str, activity: &Value) -> bool {
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    // Microsoft writes the claim in its documentation in another way than in its tokens.
    let service = claim("serviceurl").or_else(|| claim("serviceUrl")).map(|url| url.trim_end_matches('/'));
    let named = activity.get("serviceUrl").and_then(Value::as_str).map(|url| url.trim_end_matches('/'));
    let channel = activity.get("channelId").and_then(Value::as_str);
    let endorsements = key.get("endorsements").and_then(Value::as_array);
    claim("iss") == Some(ISSUER)
        && claim("aud") == Some(app_id)
        && service.is_some_and(|url| !url.is_empty())
        && service == named
        && channel.is_some()
        && endorsements.is_some_and(|channels| channels.iter().any(|one| one.as_str() == channel))
}

fn simulated_seed(seed: &[u8; 32]) -> [u8; 32] {
    let mut key = [0; 32];
    for (byte, made) in key.iter_mut().zip(hmac_sha256(seed, &[b"teams"])) {
        *byte = made;
    }
    key
}

/// The document with the key of a simulation.
pub(super) fn simulated_keys(seed: &[u8; 32]) -> Value {
    let pair = Ed25519KeyPair::from_seed_unchecked(&simulated_seed(seed));
    let x = pair.map(|pair| URL_SAFE_NO_PAD.encode(pair.public_key().as_ref())).unwrap_or_default();
    json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": SIMULATED, "x": x,
        "endorsements": ["msteams"],
    }]})
}

/// A token as the Bot Framework makes them, signed with the key of a simulation.
pub(super) fn simulated(seed: &[u8; 32], app_id: &str, service_url: &str, now_s: i64) -> String {
    let header = json!({"typ": "JWT", "alg": "EdDSA", "kid": SIMULATED, "x5t": SIMULATED});
    let claims = json!({
        "serviceurl": service_url, "nbf": now_s, "exp": now_s.saturating_add(3_600), "iss": ISSUER, "aud": app_id,
    });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    format!("{signed}.{}", sign(seed, &signed))
}

/// The signature of the key of a simulation.
pub(super) fn sign(seed: &[u8; 32], signed: &str) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(&simulated_seed(seed));
    pair.map(|pair| URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()).as_ref())).unwrap_or_default()
}
