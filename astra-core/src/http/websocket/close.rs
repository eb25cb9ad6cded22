//! Why the gateway closes a connection: a code that programs read, and a reason for people.

use crate::error::{Code, Error};

/// Longest reason: a control frame has at most 125 bytes, two of which are the code.
const REASON_BYTES_MAX: usize = 123;

/// A code (RFC 6455, 7.4; those from 4000 on are the gateway's own) and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason: String = reason.into();
        reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
        Self { code, reason }
    }

    /// The gateway stops.
    pub(super) fn stopping() -> Self {
        Self::new(1001, "The gateway is stopping.")
    }

    /// The client breaks the protocol.
    pub(super) fn protocol(reason: &str) -> Self {
        Self::new(1002, reason)
    }

    /// A binary frame came.
    pub(super) fn binary() -> Self {
        Self::new(1003, "Send frames of text: binary ones are not read.")
    }

    /// A text or a reason is not UTF-8.
    pub(super) fn not_utf8() -> Self {
        Self::new(1007, "The text is not valid UTF-8.")
    }

    /// A frame did not come to its end.
    pub(super) fn late() -> Self {
        Self::new(1008, "The frame did not arrive in time.")
    }

    /// A message is larger than `bytes_max`.
    pub(super) fn too_large(bytes_max: usize) -> Self {
        Self::new(1009, format!("A frame has at most {bytes_max} bytes."))
    }

    /// The client does not read what is sent.
    pub(super) fn slow() -> Self {
        Self::new(1013, "The client does not read. Connect again, and resume its turns.")
    }

    /// The credential is good no longer, or for something else than before.
    pub(super) fn revoked() -> Self {
        Self::new(4008, "The credential has ended or changed.")
    }

    /// The request to connect is refused; whether it had a credential.
    pub(super) fn refused(error: &Error, had_credential: bool) -> Self {
        let code = match error.code {
            Code::Unauthorized if !had_credential => 4001,
            Code::Unauthorized | Code::Forbidden => 4003,
            code if matches!(code.status(), 429 | 503) => 1013,
            code if code.status() >= 500 => 1011,
            _ => 1008,
        };
        let fields = error.fields.first().map(|field| format!(" {}: {}", field.pointer, field.detail));
        Self::new(code, format!("{}{}", error.message, fields.unwrap_or_default()))
    }

    /// The payload of the frame.
    pub(super) fn payload(&self) -> Vec<u8> {
        [&self.code.to_be_bytes(), self.reason.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code_and_a_reason_that_fits() {
        let cases = [
            (Code::Unauthorized, true, 4003),
            (Code::Unauthorized, false, 4001),
            (Code::Forbidden, true, 4003),
            (Code::RateLimited, true, 1013),
            (Code::TooManyStreams, true, 1013),
            (Code::Unavailable, true, 1013),
            (Code::Internal, true, 1011),
            (Code::InvalidRequest, true, 1008),
        ];
        for (code, had_credential, expected) in cases {
            let close = Close::refused(&Error::new(code, "é".repeat(200)), had_credential);
            assert_eq!((close.code, close.reason.len()), (expected, 122), "{code:?}");
            assert_eq!(close.payload().len(), 124);
        }
        let fault = Close::refused(&Error::field("query/x", "is not known"), true);
        assert_eq!(fault.reason, "The request is not valid. query/x: is not known");
    }
}
