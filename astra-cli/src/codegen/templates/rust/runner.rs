//! What the calls of a story share: clients, variables, and the checks of what is answered.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use PACKAGE_IDENT::{Client, EventStream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a call gives: a fault, or nothing.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Goes through a story.
pub struct Runner {
    url: String,
    token: String,
    /// The operation that is called.
    current: &'static str,
    called: usize,
    variables: BTreeMap<&'static str, String>,
    /// The last answer, as JSON of its type.
    answer: Value,
}

impl Runner {
    /// One for the gateway that the environment names.
    pub fn from_environment() -> Self {
        let read = |name: &str| std::env::var(name).unwrap_or_default();
        Self {
            url: read("ASTRA_URL"),
            token: read("ASTRA_TOKEN"),
            current: "",
            called: 0,
            variables: BTreeMap::new(),
            answer: Value::Null,
        }
    }

    /// The next operation is called.
    pub fn begin(&mut self, operation: &'static str) {
        self.current = operation;
        self.called += 1;
        self.answer = Value::Null;
    }

    /// The story is over: prints how it ended.
    pub fn end(&self, outcome: Outcome) -> ExitCode {
        match outcome {
            Ok(()) => {
                println!("{} operations were called", self.called);
                ExitCode::SUCCESS
            }
            Err(error) => {
                println!("FAIL  {}: {error}", self.current);
                ExitCode::FAILURE
            }
        }
    }

    /// A client with the credential that the environment names.
    pub fn client(&self) -> Result<Client, Box<dyn Error>> {
        self.client_of(&self.token)
    }

    /// A client with this credential.
    pub fn client_of(&self, token: &str) -> Result<Client, Box<dyn Error>> {
        Ok(Client::builder()
            .base_url(&self.url)
            .token(token)
            .max_retries(0)
            .build()?)
    }

    /// A text whose variables have their values. It is kept for the rest of the program, as literals are.
    pub fn text(&self, template: &str) -> Result<&'static str, Box<dyn Error>> {
        let mut text = template.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(&format!("{{{{{name}}}}}"), value);
        }
        Ok(text.leak())
    }

    /// An answer came.
    pub fn answered(
        &mut self,
        documented: &[u16],
        status: u16,
        answer: &impl Serialize,
    ) -> Outcome {
        if !documented.contains(&status) {
            return Err(format!("it answered {status}, and {documented:?} are documented").into());
        }
        self.answer = serde_json::to_value(answer)?;
        Ok(())
    }

    /// A stream of events came, and ended.
    pub fn streamed(&mut self, events: Vec<Value>) -> Outcome {
        if events.is_empty() {
            return Err("the stream has no events".into());
        }
        self.answer = Value::Array(events);
        Ok(())
    }

    /// The answer has this value at `pointer`.
    pub fn expect(&self, pointer: &str, expected: &Value) -> Outcome {
        let found = self.found(pointer)?;
        let expected = match expected {
            Value::String(text) => Value::from(self.text(text)?),
            other => other.clone(),
        };
        if *found == expected {
            Ok(())
        } else {
            Err(format!("{pointer} is {found}, not {expected}").into())
        }
    }

    /// What is at `pointer` in the answer is the value of a variable from now on.
    pub fn remember(&mut self, name: &'static str, pointer: &str) -> Outcome {
        let value = match self.found(pointer)? {
            Value::String(text) => text.clone(),
            Value::Null => return Err(format!("{pointer} is null").into()),
            other => other.to_string(),
        };
        self.variables.insert(name, value);
        Ok(())
    }

    fn found(&self, pointer: &str) -> Result<&Value, Box<dyn Error>> {
        let found = self.answer.pointer(pointer);
        found.ok_or_else(|| format!("there is no {pointer} in {}", self.answer).into())
    }
}

/// The events of a stream. `until` has the field that says an event's type, the type of the last event, and whether the
/// stream has no end: then it ends with that event.
pub async fn read<T: Serialize + DeserializeOwned>(
    mut events: EventStream<T>,
    until: Option<(&str, &str, bool)>,
) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut read = Vec::new();
    let mut is_last = until.is_none();
    while let Some(event) = events.try_next().await? {
        let event = serde_json::to_value(&event.data)?;
        let is_endless = until.is_some_and(|(tag, last, is_endless)| {
            is_last = event[tag] == last;
            is_endless
        });
        read.push(event);
        if is_last && is_endless {
            break;
        }
    }
    if is_last {
        Ok(read)
    } else {
        Err(format!("its last event is {:?}, not {until:?}", read.last()).into())
    }
}
