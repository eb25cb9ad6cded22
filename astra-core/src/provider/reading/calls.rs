//! Calls of tools as they grow, whatever their protocol and however their server cuts them into pieces: with the number of
//! each call or without it, with its id once, in each piece or never, whole or bit by bit.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::arguments::arguments;
use super::json::{Joiner, read, whole_characters};
use crate::content::ToolCall;
use crate::provider::Chunk;
use crate::provider::error::{Error, ErrorKind};

/// Most calls of one answer.
pub(in crate::provider) const CALLS_MAX: usize = 128;
/// Most bytes of the arguments of all calls of one answer, and of what their provider adds to them.
const ARGUMENTS_BYTES_MAX: usize = 1 << 20;
/// An id that is longer is none.
const ID_BYTES_MAX: usize = 16 << 10;
/// The rest of a longer name is left out: no tool is called so.
const NAME_CHARACTERS_MAX: usize = 256;

/// What a piece of an answer says of a call.
#[derive(Debug, Default)]
pub(in crate::provider) struct Piece<'a> {
    /// The number that the server gave the call.
    pub index: Option<u32>,
    /// Its id.
    pub id: Option<Cow<'a, str>>,
    /// The tool's name.
    pub name: Option<Cow<'a, str>>,
    /// More of the arguments: a text, or JSON.
    pub arguments: Option<&'a RawValue>,
    /// What the provider adds to the call.
    pub extra: Option<&'a RawValue>,
    /// Whether a call begins with it.
    pub begins: Begins,
}

/// Whether a call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::provider) enum Begins {
    /// If no call is known that it may belong to.
    #[default]
    Perhaps,
    /// For certain. Its arguments hold if no more of them follow.
    Yes,
    /// No: of a call that is not known it says nothing.
    No,
}

/// The calls of an answer.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
    bytes: usize,
    /// So many were announced.
    announced: u32,
}

#[derive(Debug, Default)]
struct Call {
    /// The server's number of it.
    place: Option<u32>,
    /// The server's id of it.
    given_id: String,
    /// Our number and id of it, once it is announced.
    announced: Option<(u32, String)>,
    name: String,
    arguments: String,
    /// Arguments that hold if no others come.
    first_arguments: String,
    extra: String,
    nesting: Nesting,
    joiner: Joiner,
}

/// Where the reader of a JSON text is.
#[derive(Debug, Default)]
struct Nesting {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    /// An object or array has ended.
    is_complete: bool,
}

impl Nesting {
    fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if std::mem::take(&mut self.is_escaped) => {}
                b'\\' if self.is_in_string => self.is_escaped = true,
                b'"' => self.is_in_string = !self.is_in_string,
                b'{' | b'[' if !self.is_in_string => self.depth += 1,
                b'}' | b']' if !self.is_in_string => {
                    self.depth = self.depth.saturating_sub(1);
                    self.is_complete |= self.depth == 0;
                }
                _ => {}
            }
        }
    }
}

impl Calls {
    /// Whether nothing is called: some servers send calls that say nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.list.iter().all(Call::is_blank)
    }

    /// Takes a piece; `is_mended` as [`super::read`] says it of the event.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] beyond [`CALLS_MAX`] or [`ARGUMENTS_BYTES_MAX`].
    pub(super) fn take(&mut self, piece: Piece<'_>, is_mended: bool, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let (text, was_mended) = piece.arguments.map_or((String::new(), false), text_of);
        let id = piece.id.as_deref().map(whole_characters).filter(|id| is_id(id)).unwrap_or_default();
        let name = piece.name.as_deref().map(name_of).unwrap_or_default();
        let extra = piece.extra.map(RawValue::get).unwrap_or_default();
        let known = if piece.begins == Begins::Yes { None } else { self.find(piece.index, &id, &name, &text) };
        let place = match known {
            Some(place) => place,
            None if piece.begins == Begins::No => return Ok(()),
            None if self.list.len() == CALLS_MAX => {
                let message = format!("the provider's answer calls more than {CALLS_MAX} tools");
                return Err(Error::new(ErrorKind::TooLarge, message));
            }
            None => {
                self.list.push(Call { place: piece.index, ..Call::default() });
                self.list.len() - 1
            }
        };
        self.bytes += text.len() + extra.len();
        if self.bytes > ARGUMENTS_BYTES_MAX {
            return Err(Error::new(ErrorKind::TooLarge, "the arguments of the provider's calls have more than 1 MiB"));
        }
        let call = &mut self.list[place];
        if call.given_id.is_empty() {
            call.given_id = id.into_owned();
        }
        if call.name.is_empty() {
            call.name = name;
        }
        if call.extra.is_empty() {
            call.extra = whole_characters(extra).into_owned();
        }
        if piece.begins == Begins::Yes {
            call.first_arguments = call.joiner.next(text, is_mended || was_mended) + &call.joiner.end();
        } else if !(call.nesting.is_complete && call.arguments == text) {
            let text = call.joiner.next(text, is_mended || was_mended);
            call.add(text, chunks);
        }
        self.announce(place, chunks);
        Ok(())
    }

    /// The call that a piece belongs to, if it is one that is known.
    fn find(&self, index: Option<u32>, id: &str, name: &str, text: &str) -> Option<usize> {
        let last = |is: &dyn Fn(&Call) -> bool| self.list.iter().rposition(is);
        if index.is_some() {
            // Some servers have one number for all calls, and send each whole; others have another id in each piece.
            return last(&|call| call.place == index).filter(|place| !self.list[*place].is_over(id, name, text));
        }
        if !id.is_empty()
            && let Some(place) = last(&|call| call.given_id == id)
        {
            return Some(place);
        }
        let place = self.list.len().checked_sub(1)?;
        let before = &self.list[place];
        let is_other = !name.is_empty()
            && !before.name.is_empty()
            && (!id.is_empty() || before.nesting.is_complete || before.name != name);
        (!is_other).then_some(place)
    }

    /// Says that the call at `place` has begun, once its name is known.
    fn announce(&mut self, place: usize, chunks: &mut Vec<Chunk>) {
        let call = &self.list[place];
        if call.announced.is_some() || call.name.is_empty() {
            return;
        }
        let (index, id, name) = (self.announced, self.unique(&call.given_id), call.name.clone());
        self.announced += 1;
        chunks.push(Chunk::ToolCall { index, id: id.clone(), name });
        let call = &mut self.list[place];
        call.announced = Some((index, id));
        if !call.arguments.is_empty() {
            chunks.push(Chunk::ToolArguments { index, delta: call.arguments.clone() });
        }
    }

    /// `id`, or one that is made where there is none or another call has it.
    fn unique(&self, id: &str) -> String {
        let is_free = |id: &str| {
            !id.is_empty() && self.list.iter().filter_map(|call| call.announced.as_ref()).all(|(_, taken)| taken != id)
        };
        let made = (self.announced + 1..).map(|number| format!("call_{number}"));
        std::iter::once(id.to_owned()).chain(made).find(|id| is_free(id)).unwrap_or_default()
    }

    /// There is no more: hands over the calls that are complete now. Answers whether there are any.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if a call has arguments and no name.
    pub(super) fn close(&mut self, chunks: &mut Vec<Chunk>) -> Result<bool, Error> {
        for call in &mut self.list {
            let rest = call.joiner.end();
            call.add(rest, chunks);
            if call.arguments.is_empty() && call.first_arguments != "{}" {
                let first = std::mem::take(&mut call.first_arguments);
                call.add(first, chunks);
            }
            if call.announced.is_none() && !call.arguments.trim().is_empty() {
                return Err(Error::new(ErrorKind::Malformed, "the provider's answer calls a tool without a name"));
            }
        }
        let mut complete = Vec::new();
        for call in self.list.drain(..) {
            let Some((index, id)) = call.announced else { continue };
            let (arguments, extra) = (arguments(call.arguments), serde_json::from_str(&call.extra).ok());
            complete.push((index, Box::new(ToolCall { id, name: call.name, arguments, extra })));
        }
        complete.sort_by_key(|(index, _)| *index);
        let are_there = !complete.is_empty();
        chunks.extend(complete.into_iter().map(|(index, call)| Chunk::ToolCallComplete { index, call }));
        Ok(are_there)
    }
}

impl Call {
    fn is_blank(&self) -> bool {
        self.name.is_empty() && self.arguments.trim().is_empty() && self.first_arguments.is_empty()
    }

    fn add(&mut self, text: String, chunks: &mut Vec<Chunk>) {
        if text.is_empty() {
            return;
        }
        self.nesting.read(&text);
        self.arguments.push_str(&text);
        if let Some((index, _)) = self.announced {
            chunks.push(Chunk::ToolArguments { index, delta: text });
        }
    }

    /// Whether a piece with the same number is of another call.
    fn is_over(&self, id: &str, name: &str, text: &str) -> bool {
        if name.is_empty() || self.name.is_empty() {
            return false;
        }
        if id.is_empty() || self.given_id.is_empty() {
            return self.name != name || self.nesting.is_complete && !text.is_empty() && self.arguments != text;
        }
        self.given_id != id && (self.name != name || self.nesting.is_complete)
    }
}

/// The text of arguments, which some servers send as JSON; and whether it was mended.
fn text_of(raw: &RawValue) -> (String, bool) {
    let raw = raw.get();
    if !raw.starts_with('"') {
        return (raw.to_owned(), false);
    }
    let mut mended = Vec::new();
    read(raw.as_bytes(), &mut mended).unwrap_or_default()
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX && !id.contains(char::is_control)
}

fn name_of(name: &str) -> String {
    let name = whole_characters(name);
    name.trim().chars().filter(|letter| !letter.is_control()).take(NAME_CHARACTERS_MAX).collect()
}
