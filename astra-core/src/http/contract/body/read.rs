//! The bytes of a body that is read as a whole: its coding, its size, the time that it takes.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};

use crate::error::{Code, Error};

/// A client that sends its body drop by drop is holding a connection, not asking a question.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How the bytes of a body are written (RFC 9110, 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::contract) enum Coding {
    Identity,
    Gzip,
}

/// The coding that the headers name.
pub(in crate::http::contract) fn coding(headers: &HeaderMap) -> Result<Coding, Error> {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter().map(|line| line.to_str().unwrap_or("?"));
    let mut codings = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|coding| !coding.is_empty());
    match (codings.next(), codings.next()) {
        (None, _) => Ok(Coding::Identity),
        (Some(coding), None) if coding.eq_ignore_ascii_case("identity") => Ok(Coding::Identity),
        (Some(coding), None) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Ok(Coding::Gzip)
        }
        _ => {
            let message = "The header Content-Encoding may be gzip, once, or be left out: no other coding is read.";
            Err(Error::new(Code::UnsupportedMediaType, message))
        }
    }
}

/// Reads at most `limit` bytes, counted as they are when they are unpacked.
pub(in crate::http::contract) async fn read(body: Body, limit: usize, coding: Coding) -> Result<Bytes, Error> {
    let body = Limited::new(body, limit);
    let read = async {
        match coding {
            Coding::Identity => body.collect().await.map(Collected::to_bytes).map_err(|fault| broken(fault, limit)),
            Coding::Gzip => unpack(body, limit).await,
        }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| Err(late()))
}

/// Unpacks `body` as it comes, and not a byte beyond `limit`.
async fn unpack(mut body: Limited<Body>, limit: usize) -> Result<Bytes, Error> {
    let unpacked = Unpacked { bytes: Vec::new(), limit, is_beyond: false };
    let mut decoder = MultiGzDecoder::new(unpacked);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|fault| broken(fault, limit))?;
        let Ok(packed) = frame.into_data() else { continue };
        if let Err(fault) = decoder.write_all(&packed) {
            return Err(if decoder.get_ref().is_beyond { too_large(limit) } else { not_gzip(fault) });
        }
    }
    if let Err(fault) = decoder.try_finish() {
        return Err(if decoder.get_ref().is_beyond { too_large(limit) } else { not_gzip(fault) });
    }
    Ok(std::mem::take(&mut decoder.get_mut().bytes).into())
}

/// Takes what is unpacked, up to a limit.
struct Unpacked {
    bytes: Vec<u8>,
    limit: usize,
    is_beyond: bool,
}

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.is_beyond = true;
            return Err(io::Error::other("beyond the limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn broken(fault: Box<dyn std::error::Error + Send + Sync>, limit: usize) -> Error {
    if fault.is::<LengthLimitError>() {
        return too_large(limit);
    }
    Error::new(Code::BadRequest, "The body ended early.").caused_by(fault)
}

pub(super) fn too_large(limit: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("The body is larger than {limit} bytes."))
}

fn not_gzip(fault: io::Error) -> Error {
    let message = "The body is not whole and valid gzip, as the header Content-Encoding says it is.";
    Error::new(Code::BadRequest, message).caused_by(fault)
}

pub(super) fn late() -> Error {
    Error::new(Code::BadRequest, "The body did not arrive in time.")
}
