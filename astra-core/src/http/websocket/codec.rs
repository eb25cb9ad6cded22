//! Frames of RFC 6455 as a server reads and writes them. Between frames the reader holds no memory, so that a connection
//! that waits costs none.

use super::close::Close;

/// Largest payload of a control frame (RFC 6455, 5.5).
const CONTROL_BYTES_MAX: u64 = 125;
/// The longest head of a frame: two bytes, eight of the length, four of the mask.
const HEAD_BYTES_MAX: usize = 14;

/// What a frame is (RFC 6455, 11.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Close,
    Ping,
    Pong,
}

/// What has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A whole message of text, whatever the frames that it came in.
    Text(String),
    /// A ping with its payload.
    Ping(Vec<u8>),
    /// A pong.
    Pong,
    /// The peer closes, with this code if it says one.
    Close(Option<u16>),
}

/// Reads frames from bytes, in whatever pieces they come.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// As much of the next head as is there.
    head: [u8; HEAD_BYTES_MAX],
    head_length: usize,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// What is there of a message of text.
    message: Vec<u8>,
    /// Whether a message has begun, and its last frame has not come.
    is_within_message: bool,
    /// What is there of a control frame's payload.
    control: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    opcode: Opcode,
    is_last: bool,
    mask: [u8; 4],
    /// How many bytes of its payload are there, and how many it has.
    read: u64,
    length: u64,
}

impl Reader {
    /// Takes `bytes`, and adds what is complete with them to `found`. A message of text has at most `bytes_max`.
    ///
    /// # Errors
    /// How the connection is to be closed; nothing more can be read then.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        bytes_max: usize,
        mut found: impl FnMut(Incoming),
    ) -> Result<(), Close> {
        loop {
            let Some(mut frame) = self.frame.take() else {
                if !self.read_head(&mut bytes, bytes_max)? {
                    return Ok(());
                }
                continue;
            };
            let left = usize::try_from(frame.length - frame.read).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(left.min(bytes.len()));
            let payload = if frame.opcode.is_control() { &mut self.control } else { &mut self.message };
            let start = frame.read;
            let unmasked = (start..).zip(now).map(|(at, byte)| byte ^ frame.mask[(at % 4) as usize]);
            payload.extend(unmasked);
            frame.read += now.len() as u64;
            bytes = later;
            if frame.read < frame.length {
                self.frame = Some(frame);
                return Ok(());
            }
            if let Some(incoming) = self.end_frame(frame)? {
                found(incoming);
            }
        }
    }

    /// Whether a frame or a message has begun and is not complete.
    pub(super) const fn is_within(&self) -> bool {
        self.is_within_message || self.frame.is_some() || self.head_length > 0
    }

    /// Reads the head of a frame from the beginning of `bytes`; whether it is complete.
    fn read_head(&mut self, bytes: &mut &[u8], bytes_max: usize) -> Result<bool, Close> {
        loop {
            let wanted = head_length(&self.head, self.head_length);
            if self.head_length == wanted {
                break;
            }
            let (now, later) = bytes.split_at((wanted - self.head_length).min(bytes.len()));
            self.head[self.head_length..self.head_length + now.len()].copy_from_slice(now);
            self.head_length += now.len();
            *bytes = later;
            if self.head_length < wanted {
                return Ok(false);
            }
            if self.head_length == 2 {
                self.check(self.head[0], self.head[1])?;
            }
        }
        let length = length(&self.head)?;
        let mask_at = self.head_length - 4;
        let mask = [0, 1, 2, 3].map(|place| self.head[mask_at + place]);
        let opcode = Opcode::of(self.head[0] & 0x0f)?;
        let is_last = self.head[0] & 0x80 != 0;
        self.head_length = 0;
        if !opcode.is_control() {
            if self.message.len() as u64 + length > bytes_max as u64 {
                return Err(Close::too_large(bytes_max));
            }
            self.is_within_message = true;
        }
        self.frame = Some(Frame { opcode, is_last, mask, read: 0, length });
        Ok(true)
    }

    /// Refuses a frame by its first two bytes.
    fn check(&self, first: u8, second: u8) -> Result<(), Close> {
        if first & 0x70 != 0 {
            return Err(Close::protocol("A reserved bit is set, and no extension was agreed upon."));
        }
        if first & 0x0f == 2 {
            return Err(Close::binary());
        }
        let opcode = Opcode::of(first & 0x0f)?;
        if second & 0x80 == 0 {
            return Err(Close::protocol("Frames of a client must be masked."));
        }
        if opcode.is_control() && first & 0x80 == 0 {
            return Err(Close::protocol("A control frame is fragmented."));
        }
        if opcode.is_control() && u64::from(second & 0x7f) > CONTROL_BYTES_MAX {
            return Err(Close::protocol("A control frame has more than 125 bytes."));
        }
        match opcode {
            Opcode::Continuation if !self.is_within_message => Err(Close::protocol("There is nothing to continue.")),
            Opcode::Text if self.is_within_message => Err(Close::protocol("The message before is not complete.")),
            _ => Ok(()),
        }
    }

    fn end_frame(&mut self, frame: Frame) -> Result<Option<Incoming>, Close> {
        Ok(match frame.opcode {
            Opcode::Text | Opcode::Continuation if !frame.is_last => None,
            Opcode::Text | Opcode::Continuation => {
                self.is_within_message = false;
                let text = String::from_utf8(std::mem::take(&mut self.message));
                Some(Incoming::Text(text.map_err(|_| Close::not_utf8())?))
            }
            Opcode::Ping => Some(Incoming::Ping(std::mem::take(&mut self.control))),
            Opcode::Pong => {
                self.control = Vec::new();
                Some(Incoming::Pong)
            }
            Opcode::Close => Some(Incoming::Close(close_code(&std::mem::take(&mut self.control))?)),
        })
    }
}

/// How long the head is that begins with the first `known` bytes of `head`; two if they are not there.
const fn head_length(head: &[u8; HEAD_BYTES_MAX], known: usize) -> usize {
    if known < 2 {
        return 2;
    }
    match head[1] & 0x7f {
        126 => 8,
        127 => 14,
        _ => 6,
    }
}

/// The length of the payload, of a whole head.
fn length(head: &[u8; HEAD_BYTES_MAX]) -> Result<u64, Close> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    match head[1] & 0x7f {
        126 => Ok(number(&head[2..4])),
        127 if head[2] & 0x80 != 0 => Err(Close::protocol("The length of a frame has its highest bit set.")),
        127 => Ok(number(&head[2..10])),
        short => Ok(u64::from(short)),
    }
}

/// The code of a close frame with this payload.
fn close_code(payload: &[u8]) -> Result<Option<u16>, Close> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [first, second, reason @ ..] => (u16::from_be_bytes([*first, *second]), reason),
        [_] => return Err(Close::protocol("The code of a close frame has two bytes.")),
    };
    if std::str::from_utf8(reason).is_err() {
        return Err(Close::not_utf8());
    }
    match code {
        1000..=1003 | 1007..=1014 | 3000..=4999 => Ok(Some(code)),
        _ => Err(Close::protocol("No endpoint may send this code.")),
    }
}

impl Opcode {
    fn of(code: u8) -> Result<Self, Close> {
        match code {
            0 => Ok(Self::Continuation),
            1 => Ok(Self::Text),
            8 => Ok(Self::Close),
            9 => Ok(Self::Ping),
            10 => Ok(Self::Pong),
            _ => Err(Close::protocol("The opcode is not known.")),
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// Appends the head of a whole frame with a payload of `length` bytes. A server does not mask.
pub(super) fn write_head(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    out.push(0x80 | opcode.code());
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend(medium.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend((length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame of a client.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_head(&mut out, Opcode::Text, payload.len());
        out[0] = first;
        out[1] |= 0x80;
        let mask = [1, 2, 3, 4];
        out.extend(mask);
        out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        out
    }

    fn read(bytes: &[u8], piece: usize) -> Result<Vec<Incoming>, u16> {
        let (mut reader, mut found) = (Reader::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            reader.feed(piece, 70_000, |incoming| found.push(incoming)).map_err(|close| close.code)?;
        }
        assert_eq!((reader.message.capacity(), reader.control.capacity()), (0, 0), "memory is kept");
        assert!(!reader.is_within());
        Ok(found)
    }

    #[test]
    fn frames_of_every_length_come_in_whatever_pieces() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let bytes = frame(0x81, text.as_bytes());
            for piece in [1, 2, 7, bytes.len()] {
                assert_eq!(read(&bytes, piece), Ok(vec![Incoming::Text(text.clone())]), "{length} by {piece}");
            }
        }
    }

    #[test]
    fn fragments_are_put_together_and_control_frames_come_in_between() {
        let half = "é".as_bytes();
        let bytes = [
            frame(0x01, &half[..1]),
            frame(0x89, b"are you there?"),
            frame(0x00, &[]),
            frame(0x80, &half[1..]),
            frame(0x8a, b"yes"),
            frame(0x88, &[3, 232, b'b', b'y', b'e']),
        ];
        let expected = || {
            let ping = Incoming::Ping(b"are you there?".to_vec());
            Ok(vec![ping, Incoming::Text("é".into()), Incoming::Pong, Incoming::Close(Some(1000))])
        };
        assert_eq!(read(&bytes.concat(), 1), expected());
        assert_eq!(read(&bytes.concat(), 1_000), expected());
        assert_eq!(read(&frame(0x88, &[]), 1), Ok(vec![Incoming::Close(None)]));
    }

    #[test]
    fn what_breaks_the_protocol_closes_with_the_code_for_it() {
        let mut unmasked = frame(0x81, b"x");
        unmasked[1] &= 0x7f;
        let whole = frame(0x81, b"x");
        for (bytes, code) in [
            (unmasked, 1002),
            (frame(0xc1, b"x"), 1002),
            (frame(0x83, b"x"), 1002),
            (frame(0x8b, b"x"), 1002),
            (frame(0x80, b"x"), 1002),
            ([frame(0x01, b"x"), whole].concat(), 1002),
            (frame(0x09, b"x"), 1002),
            (frame(0x89, &[0; 126]), 1002),
            (frame(0x88, &[3]), 1002),
            (frame(0x88, &[3, 237]), 1002),
            (frame(0x88, &[0, 1]), 1002),
            (vec![0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], 1002),
            (frame(0x82, b"x"), 1003),
            (frame(0x81, &[0xff]), 1007),
            (frame(0x88, &[3, 232, 0xff]), 1007),
            (frame(0x81, &[b'x'; 70_001]), 1009),
            ([frame(0x01, &[b'x'; 70_000]), frame(0x80, b"x")].concat(), 1009),
            (vec![0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0], 1009),
        ] {
            assert_eq!(read(&bytes, 1), Err(code), "{:?}", &bytes[..bytes.len().min(16)]);
            assert_eq!(read(&bytes, 100_000), Err(code), "{:?}", &bytes[..bytes.len().min(16)]);
        }
    }
}
