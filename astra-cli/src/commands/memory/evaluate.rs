//! `astra memory evaluate`

use std::path::PathBuf;

use indicatif::ProgressBar;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{own_token, read};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::{ListArgs, json as as_json};
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};
use crate::output::Printer;

/// Most questions of one request.
const QUESTIONS_MAX: usize = 100;

/// Measure how well memory answers questions whose answers are known
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each line of the file is a question and the ids of the memories that answer it; the file may also be a JSON array of \
them, or the body of the operation memory.evaluate:
  {\"question\": \"When do we release?\", \"relevant\": [\"mem_06a1b2c3d4e5q\"]}

precision is the share of the first k hits that is relevant, recall the share of what is relevant that is among \
them, mrr one divided by the place of the first relevant hit, ndcg the gain by that of the best order. low and high \
bound the mean with 95 % confidence. A set of more than 100 questions is asked in parts of equal size, and its \
bounds are combined from those of the parts. Nothing is written.

Examples:
  astra memory evaluate questions.jsonl
  astra memory evaluate questions.jsonl --k 5 --profile mpr_06a1b2c3d4e5q
  astra memory evaluate questions.jsonl --json | jq '.recall.mean'"
)]
pub(super) struct Args {
    /// The questions, as lines of JSON or as JSON; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The memory profile whose tiers, weights and bounds are used [default: the built-in one]
    #[arg(long, value_name = "ID")]
    profile: Option<String>,
    /// How many hits count [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    k: Option<u32>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A set of questions: the body of the operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    questions: Vec<Known>,
    profile_id: Option<String>,
    k: Option<u32>,
}

/// A question and the memories that answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    question: String,
    relevant: Vec<String>,
}

/// What the gateway answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Evaluation {
    k: u32,
    precision: Mean,
    recall: Mean,
    mrr: Mean,
    ndcg: Mean,
    questions: Vec<Value>,
}

/// A mean, and what bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Mean {
    mean: f64,
    low: f64,
    high: f64,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let mut set = questions(&read(&args.file, "questions")?)?;
    if set.questions.is_empty() {
        return Err(Error::new("there are no questions in the file"));
    }
    set.profile_id = args.profile.clone().or(set.profile_id);
    set.k = args.k.or(set.k);
    let printer = &context.printer;
    let whole = args.gateway.follow(own_token(), context, async |client| ask(client, &set, printer).await)?;
    if args.list.is_json() {
        return printer.line(as_json(&whole)?);
    }
    let unanswered = whole.questions.iter().filter(|question| question["first_rank"].is_null()).count();
    let rows = [("precision", whole.precision), ("recall", whole.recall), ("mrr", whole.mrr), ("ndcg", whole.ndcg)];
    let figure = |value: f64| format!("{value:.3}");
    args.list.print(printer, &rows, ["measure", "mean", "low", "high"], |(name, mean)| {
        [(*name).to_owned(), figure(mean.mean), figure(mean.low), figure(mean.high)]
    })?;
    printer.note(format!(
        "{} questions, the first {} hits of each; {unanswered} questions without a relevant hit",
        whole.questions.len(),
        whole.k
    ));
    Ok(())
}

/// Asks the questions in parts, and shows how far that is.
async fn ask(client: &Client, set: &Set, printer: &Printer) -> Result<Evaluation> {
    let total = set.questions.len();
    let size = total.div_ceil(total.div_ceil(QUESTIONS_MAX).max(1)).max(1);
    let bar = printer.bars().add(Printer::bar());
    let (mut parts, mut done) = (Vec::new(), 0);
    for part in set.questions.chunks(size) {
        show(&bar, printer, done, total);
        let mut body = json!({"questions": part});
        if let Some(profile_id) = &set.profile_id {
            body["profile_id"] = json!(profile_id);
        }
        if let Some(k) = set.k {
            body["k"] = json!(k);
        }
        let answer: Result<Evaluation> =
            client.fetch(client.request(Method::POST, "/memory/evaluate").json(&body)).await;
        let first = format!("/questions/0 is question {} of the file", done + 1);
        parts.push(answer.map_err(|fault| if done > 0 { fault.hint(first) } else { fault })?);
        done += part.len();
    }
    bar.finish_and_clear();
    together(parts).ok_or_else(|| Error::new("there are no questions in the file"))
}

fn show(bar: &ProgressBar, printer: &Printer, done: usize, total: usize) {
    let words = format!("{done} of {total} questions");
    bar.set_position(u64::try_from(done * 100 / total.max(1)).unwrap_or(100));
    bar.set_message(words.clone());
    // Where no bar is seen, each part is a line.
    if !printer.shows_bars() && done > 0 {
        printer.note(words);
    }
}

/// The questions of a file.
fn questions(text: &str) -> Result<Set> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let no_set = |fault: serde_json::Error| Error::new("the file is no set of questions").because(&fault);
    if text.starts_with('[') {
        let questions = serde_json::from_str(text).map_err(no_set)?;
        return Ok(Set { questions, profile_id: None, k: None });
    }
    let is_whole = serde_json::from_str::<Value>(text).is_ok_and(|whole| whole.get("questions").is_some());
    if is_whole {
        return serde_json::from_str(text).map_err(no_set);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let question = |(place, line): (usize, &str)| {
        let failed =
            |fault: serde_json::Error| Error::new(format!("line {} is no question", place + 1)).because(&fault);
        serde_json::from_str(line).map_err(failed)
    };
    Ok(Set { questions: lines.map(question).collect::<Result<_>>()?, profile_id: None, k: None })
}

/// The evaluation of all questions, of those of its parts; `None` without any.
fn together(parts: Vec<Evaluation>) -> Option<Evaluation> {
    let of = |measure: fn(&Evaluation) -> Mean| {
        Mean::together(&parts.iter().map(|part| (part.questions.len(), measure(part))).collect::<Vec<_>>())
    };
    let (k, precision, recall) = (parts.first()?.k, of(|part| part.precision), of(|part| part.recall));
    let (mrr, ndcg) = (of(|part| part.mrr), of(|part| part.ndcg));
    let questions = parts.into_iter().flat_map(|part| part.questions).collect();
    Some(Evaluation { k, precision, recall, mrr, ndcg, questions })
}

impl Mean {
    /// The mean of several, each of so many values. The parts are independent: the squares of how far their bounds are from their
    /// means add up, by the squares of their shares.
    #[expect(clippy::cast_precision_loss, reason = "questions are counted up to some thousands")]
    fn together(parts: &[(usize, Self)]) -> Self {
        if let [(_, only)] = parts {
            return *only;
        }
        let total: usize = parts.iter().map(|(count, _)| count).sum();
        let share = |count: usize| count as f64 / total.max(1) as f64;
        let mean = parts.iter().map(|(count, part)| share(*count) * part.mean).sum::<f64>();
        let width = |of: fn(&Self) -> f64| {
            parts.iter().map(|(count, part)| (share(*count) * of(part)).powi(2)).sum::<f64>().sqrt()
        };
        let (below, above) = (width(|part| part.mean - part.low), width(|part| part.high - part.mean));
        Self { mean, low: (mean - below).clamp(0.0, 1.0), high: (mean + above).clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"question": "a", "relevant": ["mem_1"]}"#;

    fn count(text: &str) -> Option<usize> {
        questions(text).ok().map(|set| set.questions.len())
    }

    #[test]
    fn a_set_is_lines_or_an_array_or_the_body_of_the_operation() {
        assert_eq!(count(LINE), Some(1));
        assert_eq!(count(&format!("\u{feff}{LINE}\r\n\n{LINE}\n")), Some(2));
        assert_eq!(count(&format!("[{LINE},\n{LINE}]")), Some(2));
        let body = questions(&format!("{{\"questions\": [{LINE}], \"k\": 5, \"profile_id\": \"mpr_1\"}}")).unwrap();
        assert_eq!((body.questions.len(), body.k, body.profile_id.as_deref()), (1, Some(5), Some("mpr_1")));
        assert_eq!((count(""), count("[]"), count("\n\n")), (Some(0), Some(0), Some(0)));
    }

    #[test]
    fn what_is_no_question_is_named() {
        let fault = |text: &str| questions(text).unwrap_err().to_string();
        assert!(fault(&format!("{LINE}\n\nnonsense\n")).contains("line 3 is no question"));
        assert!(fault(r#"{"question": "a"}"#).contains("line 1 is no question"));
        assert!(fault(r#"{"question": "a", "relevant": [], "relevent": []}"#).contains("line 1 is no question"));
        assert!(fault("[1]").contains("no set of questions"));
        assert!(fault(r#"{"questions": 7}"#).contains("no set of questions"));
        assert!(fault(&format!("{{\"questions\": [{LINE}], \"K\": 5}}")).contains("no set of questions"));
    }

    #[test]
    fn means_of_parts_make_one_and_more_questions_narrow_it() {
        let part = Mean { mean: 0.5, low: 0.4, high: 0.6 };
        assert_eq!(Mean::together(&[(7, part)]), part);
        let two = Mean::together(&[(100, part), (100, part)]);
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(two.mean, 0.5) && near(two.high - two.low, 0.2 / 2_f64.sqrt()), "{two:?}");
        let three = Mean::together(&[(10, Mean { mean: 1.0, low: 1.0, high: 1.0 }), (30, part)]);
        assert!(near(three.mean, 0.625) && near(three.low, 0.55) && near(three.high, 0.7), "{three:?}");
    }
}
