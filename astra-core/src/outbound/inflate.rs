//! Bodies that come compressed although nothing but `identity` was asked for.

use std::io::{self, BufRead, ErrorKind, Read};

use bytes::{Buf as _, Bytes};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::Error;

/// So much is decompressed at once, ...
const PIECE_BYTES: usize = 16 << 10;
/// ... and so much of one answer, whatever of it is text: a few bytes can stand for millions.
const INFLATED_BYTES_MAX: usize = 64 << 20;

/// A decompressor that is given its input piece by piece.
pub(super) struct Inflate {
    coding: Coding,
    is_complete: bool,
    inflated_bytes: usize,
}

enum Coding {
    Gzip(MultiGzDecoder<Input>),
    /// Which of the two formats that servers call `deflate` it is stands in its first byte.
    Deflate,
    Zlib(ZlibDecoder<Input>),
    Raw(DeflateDecoder<Input>),
}

impl Inflate {
    /// For a `Content-Encoding`; `None` for `identity`.
    ///
    /// # Errors
    /// [`Error::Coding`] if it is one that cannot be read.
    pub(super) fn of(coding: &str) -> Result<Option<Self>, Error> {
        let coding = match coding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" | "none" => return Ok(None),
            "gzip" | "x-gzip" => Coding::Gzip(MultiGzDecoder::new(Input::default())),
            "deflate" => Coding::Deflate,
            other => {
                let name: String = other.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
                return Err(Error::Coding(name));
            }
        };
        Ok(Some(Self { coding, is_complete: false, inflated_bytes: 0 }))
    }

    /// Gives it what was read.
    pub(super) fn feed(&mut self, bytes: Bytes) {
        if let (Coding::Deflate, Some(first)) = (&self.coding, bytes.first()) {
            // RFC 1950: the method is 8. In a raw stream (RFC 1951) this bit would be padding, which is 0.
            self.coding = if first & 0x0F == 8 {
                Coding::Zlib(ZlibDecoder::new(Input::default()))
            } else {
                Coding::Raw(DeflateDecoder::new(Input::default()))
            };
        }
        if let Some(input) = self.input() {
            input.bytes = bytes;
        }
    }

    /// Tells it that there is no more.
    pub(super) fn end(&mut self) {
        self.is_complete = true;
        if let Some(input) = self.input() {
            input.is_complete = true;
        }
    }

    /// The next piece; `None` if it needs more input, an empty one at the end.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not what it says, [`Error::Truncated`] if it ends too early,
    /// [`Error::InflatedTooLarge`].
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let mut piece = vec![0; PIECE_BYTES];
        let read = match &mut self.coding {
            Coding::Gzip(decoder) => decoder.read(&mut piece),
            Coding::Zlib(decoder) => decoder.read(&mut piece),
            Coding::Raw(decoder) => decoder.read(&mut piece),
            Coding::Deflate => return Ok(self.is_complete.then(Bytes::new)),
        };
        match read {
            Ok(bytes) => {
                self.inflated_bytes += bytes;
                if self.inflated_bytes > INFLATED_BYTES_MAX {
                    return Err(Error::InflatedTooLarge);
                }
                piece.truncate(bytes);
                Ok(Some(piece.into()))
            }
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => Err(Error::Truncated),
            Err(_) => Err(Error::Corrupt),
        }
    }

    fn input(&mut self) -> Option<&mut Input> {
        match &mut self.coding {
            Coding::Gzip(decoder) => Some(decoder.get_mut()),
            Coding::Zlib(decoder) => Some(decoder.get_mut()),
            Coding::Raw(decoder) => Some(decoder.get_mut()),
            Coding::Deflate => None,
        }
    }
}

/// What was read and not yet decompressed.
#[derive(Default)]
struct Input {
    bytes: Bytes,
    is_complete: bool,
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes.is_empty() && !self.is_complete {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(&self.bytes)
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.advance(amount);
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(into.len());
        into[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn inflated(coding: &str, pieces: &[&[u8]]) -> Result<Vec<u8>, Error> {
        let mut inflate = Inflate::of(coding)?.unwrap();
        let mut whole = Vec::new();
        for piece in pieces {
            inflate.feed(Bytes::copy_from_slice(piece));
            while let Some(bytes) = inflate.next()?.filter(|bytes| !bytes.is_empty()) {
                whole.extend_from_slice(&bytes);
            }
        }
        inflate.end();
        while let Some(bytes) = inflate.next()?.filter(|bytes| !bytes.is_empty()) {
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }

    fn compressed(coding: &str, text: &[u8]) -> Vec<u8> {
        match coding {
            "gzip" => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            "zlib" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            _ => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
        }
    }

    #[test]
    fn every_split_gives_the_same_text() {
        let text = "Hello to you, and hello again, and again. ".repeat(3);
        for (coding, format) in [("gzip", "gzip"), ("X-GZIP", "gzip"), ("deflate", "zlib"), ("deflate", "raw")] {
            let bytes = compressed(format, text.as_bytes());
            for place in 0..=bytes.len() {
                let (first, second) = bytes.split_at(place);
                assert_eq!(inflated(coding, &[first, second]).unwrap(), text.as_bytes(), "{format} at {place}");
            }
        }
        assert!(Inflate::of("identity").unwrap().is_none());
    }

    #[test]
    fn what_is_cut_or_broken_or_too_much_is_refused() {
        let bytes = compressed("gzip", &vec![b'x'; 100_000]);
        assert_eq!(inflated("gzip", &[&bytes[..bytes.len() / 2]]).unwrap_err(), Error::Truncated);
        assert_eq!(inflated("gzip", &[b"{\"choices\": []}"]).unwrap_err(), Error::Corrupt);
        assert_eq!(inflated("br", &[]).unwrap_err(), Error::Coding("br".into()));
        let bomb = compressed("gzip", &vec![b'\n'; INFLATED_BYTES_MAX + 1]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(inflated("gzip", &[&bomb]).unwrap_err(), Error::InflatedTooLarge);
    }
}
