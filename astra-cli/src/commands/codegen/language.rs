//! The languages on the command line. For one that is not built in, the error names OpenAPI Generator.

use std::ffi::OsStr;

use clap::builder::{EnumValueParser, PossibleValue, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use crate::codegen::Language;

/// The languages that are built in.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "lower")]
pub(super) enum LanguageName {
    /// fetch; Node.js, Deno, Bun and browsers
    TypeScript,
    /// httpx; with and without async
    Python,
    /// reqwest
    Rust,
    /// net/http
    Go,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::TypeScript => Self::TypeScript,
            LanguageName::Python => Self::Python,
            LanguageName::Rust => Self::Rust,
            LanguageName::Go => Self::Go,
        }
    }
}

/// Reads a language, and for another one names the way to it.
#[derive(Clone)]
pub(super) struct LanguageParser;

impl TypedValueParser for LanguageParser {
    type Value = LanguageName;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<LanguageName, clap::Error> {
        EnumValueParser::<LanguageName>::new().parse_ref(command, argument, value).map_err(|mut error| {
            let name = value.to_string_lossy();
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if is_name && error.get(ContextKind::SuggestedValue).is_none() {
                let way = format!("for other languages, `astra codegen --generator {name}` runs OpenAPI Generator");
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(way)]));
            }
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        use clap::ValueEnum as _;
        Some(Box::new(LanguageName::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value)))
    }
}
