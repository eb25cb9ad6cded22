//! Which of a model's items are believed: those whose quote the user has written, that hold no name and no number which the
//! message does not have, no secret, and nothing that speaks to the program.

use super::clauses::{clauses, sentences};
use super::dates::period;
use super::item::{Extracted, ExtractedKind, ExtractedRelation, smuggles};
use super::own_words::{MASK, own_words};
use super::repair::RawItem;
use super::rules::as_sentence;
use super::secrets::is_secret;
use crate::memory::analyse::fold;

const ATTRIBUTE_CHARS: usize = 40;
const VALUE_CHARS: usize = 200;
const QUOTE_CHARS: usize = 500;
/// How sure an item of a model is.
const CONFIDENCE: f64 = 0.7;

/// Why an item is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// It is no item: a field is missing, too long or of another kind.
    Malformed,
    /// The user has not written its quote as a statement.
    Quote,
    /// It says what the message does not say.
    Invented,
    /// It holds a secret.
    Secret,
    /// It speaks to the program, or for another person.
    Instruction,
}

impl Dropped {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Malformed, Self::Quote, Self::Invented, Self::Secret, Self::Instruction];

    /// Its name in statistics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Quote => "quote",
            Self::Invented => "invented",
            Self::Secret => "secret",
            Self::Instruction => "instruction",
        }
    }
}

/// A message that items are compared with.
pub(super) struct Stated {
    /// Its statements, with single blanks.
    text: String,
    /// Its words, folded.
    words: Vec<String>,
    now_ms: i64,
}

impl Stated {
    pub(super) fn new(message: &str, now_ms: i64) -> Self {
        let masked = own_words(message);
        let mut text = String::new();
        for (start, end, is_question) in sentences(&masked) {
            let sentence = &masked[start..end];
            let states = !is_question && !clauses(sentence).is_empty();
            text.push_str(if states { sentence } else { "\u{1}" });
            text.push(' ');
        }
        let text = blanks_folded(&text);
        let words = words(&text);
        Self { text, words, now_ms }
    }

    /// What is believed of `item`.
    pub(super) fn admit(&self, item: &RawItem) -> Result<Extracted, Dropped> {
        let kind = kind(&item.kind).ok_or(Dropped::Malformed)?;
        let quote = blanks_folded(&item.quote);
        let quote = quote.trim_matches(['"', '“', '”', '.', '!', ' ']);
        check_form(kind, item, quote)?;
        if quote.split(' ').count() < 2 || quote.contains(MASK) || !self.text.contains(quote) {
            return Err(Dropped::Quote);
        }
        let all = [&item.subject, &item.attribute, &item.value, &item.object];
        if all.iter().any(|text| is_secret(text)) || is_secret(quote) {
            return Err(Dropped::Secret);
        }
        if all.iter().any(|text| smuggles(text)) || smuggles(quote) {
            return Err(Dropped::Instruction);
        }
        if !self.holds(&item.value, quote) || !self.has_names(&item.subject) || !self.has_names(&item.object) {
            return Err(Dropped::Invented);
        }
        self.made(kind, item, quote).ok_or(Dropped::Malformed)
    }

    /// Whether every number and every capitalised word of `value` stands in the message, and half of its other words.
    fn holds(&self, value: &str, quote: &str) -> bool {
        let quoted = words(quote);
        let of_value = words(value);
        let known = |word: &String| self.words.contains(word) || is_near(word, &self.words);
        let common = of_value.iter().filter(|word| quoted.contains(word) || is_near(word, &quoted)).count();
        self.has_names(value) && common * 2 >= of_value.len() && of_value.iter().filter(|word| known(word)).count() > 0
    }

    /// Whether every number and every capitalised word of `text` stands in the message.
    fn has_names(&self, text: &str) -> bool {
        let strict = |word: &&str| word.chars().any(|character| character.is_uppercase() || character.is_ascii_digit());
        text.split_whitespace().filter(strict).flat_map(words).all(|word| self.words.contains(&word))
    }

    fn made(&self, kind: ExtractedKind, item: &RawItem, quote: &str) -> Option<Extracted> {
        let is_user = ["user", "the user", "i", "me", ""].contains(&item.subject.to_lowercase().as_str());
        let subject = if is_user { "user".to_owned() } else { item.subject.clone() };
        let is_note = matches!(kind, ExtractedKind::Decision | ExtractedKind::Outcome);
        let relation = (kind == ExtractedKind::Relation).then(|| ExtractedRelation {
            from_kind: if is_user { "person" } else { "thing" }.to_owned(),
            from: subject.clone(),
            kind: fold(&item.attribute).replace(' ', "_"),
            to_kind: "thing".to_owned(),
            to: item.object.clone(),
        });
        let who = if is_user { "The user" } else { item.subject.as_str() };
        let (attribute, value) = match kind {
            ExtractedKind::Relation => (format!("{} {}", fold(&item.attribute), item.object), item.object.clone()),
            ExtractedKind::Procedure => (format!("procedure: {}", fold(&item.attribute)), item.attribute.clone()),
            ExtractedKind::Forget => (String::new(), item.value.clone()),
            _ if is_note => (String::new(), item.value.clone()),
            _ => (fold(&item.attribute), item.value.clone()),
        };
        let content = match kind {
            ExtractedKind::Forget => String::new(),
            ExtractedKind::Relation => format!("{who} {} {}.", item.attribute, item.object),
            ExtractedKind::Procedure => format!("To {}: {}.", item.attribute, item.value.trim_end_matches('.')),
            _ if is_note => as_sentence(&item.value)?,
            _ => format!("{who}: {} is {}.", item.attribute, item.value.trim_end_matches('.')),
        };
        let words = clauses(quote).into_iter().next().map(|clause| clause.words).unwrap_or_default();
        let period = period(&words, self.now_ms).unwrap_or_default();
        let steps = if kind == ExtractedKind::Procedure { vec![item.value.clone()] } else { Vec::new() };
        Some(Extracted {
            kind,
            subject,
            attribute,
            value,
            content,
            quote: quote.to_owned(),
            rule: None,
            confidence: CONFIDENCE,
            valid_from_ms: period.from_ms,
            valid_to_ms: period.to_ms,
            relation,
            steps,
        })
    }
}

fn kind(name: &str) -> Option<ExtractedKind> {
    Some(match name {
        "fact" => ExtractedKind::Fact,
        "preference" => ExtractedKind::Preference,
        "decision" => ExtractedKind::Decision,
        "outcome" => ExtractedKind::Outcome,
        "relation" => ExtractedKind::Relation,
        "procedure" => ExtractedKind::Procedure,
        "forget" => ExtractedKind::Forget,
        _ => return None,
    })
}

fn check_form(kind: ExtractedKind, item: &RawItem, quote: &str) -> Result<(), Dropped> {
    let longest = [
        (&item.subject, ATTRIBUTE_CHARS),
        (&item.attribute, ATTRIBUTE_CHARS),
        (&item.object, ATTRIBUTE_CHARS * 2),
        (&item.value, VALUE_CHARS),
    ];
    let is_long =
        longest.iter().any(|(text, most)| text.chars().count() > *most) || quote.chars().count() > QUOTE_CHARS;
    let is_bare = match kind {
        ExtractedKind::Relation => item.attribute.is_empty() || item.object.is_empty(),
        ExtractedKind::Fact | ExtractedKind::Preference | ExtractedKind::Procedure => {
            item.attribute.is_empty() || item.value.is_empty()
        }
        _ => item.value.is_empty(),
    };
    let is_odd =
        [&item.subject, &item.attribute, &item.value, &item.object].iter().any(|text| text.contains(char::is_control));
    if is_long || is_bare || is_odd { Err(Dropped::Malformed) } else { Ok(()) }
}

/// Whether one of `known` begins as `word` does, as forms of one word do.
fn is_near(word: &str, known: &[String]) -> bool {
    let stem: String = word.chars().take(5).collect();
    word.chars().count() >= 5 && known.iter().any(|other| other.starts_with(&stem))
}

fn words(text: &str) -> Vec<String> {
    let is_edge = |character: char| !character.is_alphanumeric();
    text.split(is_edge).filter(|word| !word.is_empty()).map(fold).filter(|word| !word.is_empty()).collect()
}

fn blanks_folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "My brother Tim moved to Graz in 2019 and he bakes  bread on weekends. Is Vienna far? \
        The mail says: \"Kim earns 9000 and lives in Linz today\". We will ship Atlas on Monday.";

    fn item(kind: &str, subject: &str, attribute: &str, value: &str, quote: &str) -> RawItem {
        let own = |text: &str| text.to_owned();
        RawItem {
            kind: own(kind),
            subject: own(subject),
            attribute: own(attribute),
            value: own(value),
            quote: own(quote),
            object: String::new(),
        }
    }

    fn admitted(item: &RawItem) -> Result<Extracted, Dropped> {
        Stated::new(MESSAGE, 0).admit(item)
    }

    #[test]
    fn what_the_user_has_said_is_believed() {
        let good = item("fact", "Tim", "home", "Graz", "My brother Tim moved to Graz in 2019");
        let kept = admitted(&good).unwrap();
        assert_eq!((kept.slot().as_deref(), kept.value.as_str(), kept.rule), (Some("tim/home"), "Graz", None));
        assert!(
            admitted(&item("preference", "Tim", "baking", "bread on weekends", "he bakes bread on weekends")).is_ok()
        );
        let relation =
            RawItem { object: "Graz".to_owned(), ..item("relation", "Tim", "lives in", "Graz", "Tim moved to Graz") };
        assert_eq!(admitted(&relation).unwrap().relation.unwrap().kind, "lives_in");
    }

    #[test]
    fn what_is_invented_asked_or_quoted_is_not() {
        let quote = "My brother Tim moved to Graz in 2019";
        for (item, why) in [
            (item("fact", "Tim", "home", "Graz", "Tim lives in Graz"), Dropped::Quote),
            (item("fact", "user", "city", "Vienna", "Is Vienna far"), Dropped::Quote),
            (item("fact", "Kim", "home", "Linz", "lives in Linz today"), Dropped::Quote),
            (item("fact", "user", "x", "Graz", "Graz"), Dropped::Quote),
            (item("fact", "Tim", "home", "Paris", quote), Dropped::Invented),
            (item("fact", "Tim", "moved", "in 2020", quote), Dropped::Invented),
            (item("fact", "John Doe", "home", "Graz", quote), Dropped::Invented),
            (item("fact", "Tim", "mood", "unhappy and lonely", quote), Dropped::Invented),
            (item("rumour", "Tim", "home", "Graz", quote), Dropped::Malformed),
            (item("fact", "Tim", "", "Graz", quote), Dropped::Malformed),
            (item("relation", "Tim", "lives in", "Graz", quote), Dropped::Malformed),
            (item("fact", "Tim", &"x".repeat(41), "Graz", quote), Dropped::Malformed),
            (item("fact", "usr_0000000000001", "home", "Graz", quote), Dropped::Instruction),
            (item("fact", "user", "tier: profile of all users", "Graz", quote), Dropped::Instruction),
            (item("fact", "Tim", "password", "Graz", quote), Dropped::Secret),
        ] {
            assert_eq!(admitted(&item), Err(why), "{item:?}");
        }
    }
}
