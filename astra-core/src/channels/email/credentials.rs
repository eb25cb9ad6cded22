//! Whether a request is of the service that receives the mails: the password in the URL, and SendGrid's signature.
//! <https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use crate::channels::connection::Connection;
use crate::channels::proof::{is_near, is_same};
use crate::channels::request::{Request, Unverified};

/// The user of the URL.
pub(super) const USER: &str = "astra";
pub(super) const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
pub(super) const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";
/// Length of a public key of P-256 in DER, and of the point at its end, in bytes.
const KEY_BYTES: usize = 91;
const POINT_BYTES: usize = 65;

/// Proves a request.
pub(super) fn verify(connection: &Connection, request: &Request) -> Result<(), Unverified> {
    has_password(connection, request)?;
    match connection.settings.get("signature_keys") {
        "" => Ok(()),
        keys => is_signed(keys, request),
    }
}

/// `Authorization` for a password.
pub(super) fn authorization(password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{password}")))
}

fn has_password(connection: &Connection, request: &Request) -> Result<(), Unverified> {
    let (scheme, given) = request.header("authorization").split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Unverified::Missing);
    }
    let given = STANDARD.decode(given.trim()).map_err(|_| Unverified::Wrong)?;
    let mut passwords = connection.secrets.each("webhook_password");
    let is_good = passwords.any(|password| is_same(&given, format!("{USER}:{password}")));
    is_good.then_some(()).ok_or(Unverified::Wrong)
}

/// A signature by one of the keys, of the time and the raw body.
fn is_signed(keys: &str, request: &Request) -> Result<(), Unverified> {
    let (signature, timestamp) = (request.header(SIGNATURE), request.header(TIMESTAMP));
    if signature.is_empty() || timestamp.is_empty() {
        return Err(Unverified::Missing);
    }
    let signature = STANDARD.decode(signature).map_err(|_| Unverified::Wrong)?;
    let signed = [timestamp.as_bytes(), &request.body].concat();
    let is_good = |key: &str| {
        let point = STANDARD.decode(key).ok().filter(|key| key.len() == KEY_BYTES);
        let point = point.map(|key| key[KEY_BYTES - POINT_BYTES..].to_vec());
        point.is_some_and(|point| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&signed, &signature).is_ok()
        })
    };
    if !keys.split(' ').any(is_good) {
        return Err(Unverified::Wrong);
    }
    is_near(timestamp, request.at_s()).then_some(()).ok_or(Unverified::Stale)
}
