//! Whether a mail is of the person that its `From` names: that header alone says what its writer wants. SPF proves the
//! server for the domain of the envelope, DKIM a domain that has signed; either must be the domain of `From`, or one
//! above it.

use super::address::domain;
use super::headers::Headers;

/// By what Postmark's headers say: SpamAssassin's `DKIM_VALID_AU` (signed by the author's domain), or `Received-SPF`. A
/// mail may bring headers of these names with it; so all of a name must say it.
pub(super) fn is_proved_by_headers(from: &str, headers: &Headers) -> bool {
    let all = |name: &str, says: &dyn Fn(&str) -> bool| {
        let mut values = headers.all(name).peekable();
        values.peek().is_some() && values.all(says)
    };
    let is_signed = |tests: &str| tests.split(',').any(|test| test.trim() == "DKIM_VALID_AU");
    let is_of_server = |result: &str| {
        let sender = result.split([';', ' ']).find_map(|part| part.trim().strip_prefix("envelope-from="));
        let passes = result.get(..4).is_some_and(|verdict| verdict.eq_ignore_ascii_case("pass"));
        passes && sender.is_some_and(|sender| is_aligned(domain(sender.trim_matches(['"', '<', '>'])), from))
    };
    all("x-spam-tests", &is_signed) || all("received-spf", &is_of_server)
}

/// By SendGrid's fields: `dkim`, such as `{@example.com : pass}`, and `SPF` with the sender of the envelope.
pub(super) fn is_proved_by_fields(from: &str, dkim: &str, spf: &str, envelope_from: &str) -> bool {
    let is_signed =
        dkim.split(['{', '}', ',']).filter_map(|verdict| verdict.split_once(':')).any(|(signer, verdict)| {
            verdict.trim().eq_ignore_ascii_case("pass") && is_aligned(signer.trim().trim_start_matches('@'), from)
        });
    is_signed || (spf.trim().eq_ignore_ascii_case("pass") && is_aligned(domain(envelope_from), from))
}

/// Whether what is proved for a domain is proved for the address.
fn is_aligned(proved: &str, address: &str) -> bool {
    let (proved, of) = (proved.to_lowercase(), domain(address).to_lowercase());
    let is_above = || proved.contains('.') && of.strip_suffix(proved.as_str()).is_some_and(|sub| sub.ends_with('.'));
    !proved.is_empty() && (proved == of || is_above())
}

/// Whether a program has written it: an answer to it could be answered by another one, for ever.
pub(super) fn is_automatic(from: &str, headers: &Headers) -> bool {
    let local = from.rsplit_once('@').map_or(from, |(local, _)| local);
    let is_program =
        ["mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply", "bounce", "bounces"];
    let says = |name: &str, words: &[&str]| {
        headers.all(name).any(|value| words.iter().any(|word| value.trim().eq_ignore_ascii_case(word)))
    };
    let is_auto = headers.all("auto-submitted").any(|value| {
        // `no` may have parameters.
        !value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("no")
    });
    let has = |name: &str| headers.all(name).next().is_some();
    is_program.contains(&local)
        || is_auto
        || says("precedence", &["bulk", "list", "junk", "auto_reply"])
        || says("return-path", &["<>"])
        || ["list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-failed-recipients"].into_iter().any(has)
}
