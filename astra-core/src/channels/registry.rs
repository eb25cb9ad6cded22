//! The platforms that a gateway knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::discord::Discord;
use super::email::Email;
use super::field::Field;
use super::generic::Generic;
use super::line::Line;
use super::matrix::Matrix;
use super::platform::Platform;
use super::slack::Slack;
use super::teams::Teams;
use super::telegram::Telegram;
use super::whatsapp::WhatsApp;

/// The platforms of the gateway's own, in the order in which people read them: a line each.
#[must_use]
pub fn built_in() -> Vec<Arc<dyn Platform>> {
    vec![
        Arc::new(Slack),
        Arc::new(Discord),
        Arc::new(Teams),
        Arc::new(Telegram),
        Arc::new(WhatsApp),
        Arc::new(Line),
        Arc::new(Matrix),
        Arc::new(Email),
        Arc::new(Generic),
    ]
}

/// The platforms that a gateway knows, by their kinds.
#[derive(Clone)]
pub struct Platforms(BTreeMap<&'static str, Arc<dyn Platform>>);

impl Platforms {
    /// The gateway's own with those of the host program, and what is wrong with the latter.
    #[must_use]
    pub fn with(hosts: &[Arc<dyn Platform>]) -> (Self, Vec<String>) {
        let mut known: BTreeMap<&'static str, Arc<dyn Platform>> =
            built_in().into_iter().map(|platform| (platform.kind(), platform)).collect();
        let mut faults = Vec::new();
        for platform in hosts {
            faults.extend(faults_of(platform.as_ref()));
            if known.insert(platform.kind(), Arc::clone(platform)).is_some() {
                faults.push(format!("the platform {} is there already", platform.kind()));
            }
        }
        (Self(known), faults)
    }

    /// The platform of this kind.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Platform>> {
        self.0.get(kind)
    }

    /// All of them, by their kinds.
    pub fn all(&self) -> impl Iterator<Item = &dyn Platform> {
        self.0.values().map(|platform| platform.as_ref())
    }
}

/// What is wrong with a platform itself.
fn faults_of(platform: &dyn Platform) -> Vec<String> {
    let kind = platform.kind();
    let mut faults = Vec::new();
    if !is_name(kind) {
        faults.push(format!(
            "{kind:?} is no name of a platform: 1 to 32 lower-case letters, digits and _, a letter first"
        ));
    }
    for (place, Field { name, .. }) in platform.fields().iter().enumerate() {
        if !is_name(name) || platform.fields()[..place].iter().any(|before| before.name == *name) {
            faults.push(format!("the field {name:?} of the platform {kind} has no name of its own"));
        }
    }
    faults
}

fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=32).contains(&name.len())
        && name.bytes().all(is_letter)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
}
