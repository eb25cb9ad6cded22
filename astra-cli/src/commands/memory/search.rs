//! `astra memory search`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::Result;
use crate::harmless::on_one_line;

/// Search memory, and say of each hit why it was found
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each hit has its score, what says it, and the sources that found it: its place among what has words of the query \
(with the share of the query's words that it has), among what means something alike (with the cosine), and \
among what the graph leads to. Best hits come first.

Examples:
  astra memory search 'When are releases made?'
  astra memory search kestrel --tier graph --tier daily --limit 5
  astra memory search 'release day' --output json | jq '.hits[0].sources'"
)]
pub(super) struct Args {
    /// What to search for
    #[arg(value_name = "QUERY")]
    query: String,
    /// Only this tier; may be given several times
    #[arg(long = "tier", value_name = "TIER", value_parser = ["session", "daily", "profile", "graph", "procedural"])]
    tiers: Vec<String>,
    /// Most hits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: Option<u32>,
    /// The least score of a hit, 0 to 1
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f64>,
    /// Search what held at this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let body = body(args);
    let found: Value = args.gateway.ask("searching", own_token(), context, async |client| {
        client.fetch(client.request(Method::POST, "/memory/search").json(&body)).await
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        return printer.line(as_json(&found)?);
    }
    let hits = found["hits"].as_array().map(Vec::as_slice).unwrap_or_default();
    if hits.is_empty() {
        printer.note("nothing is remembered of it");
    }
    let coverage = found["vectors"]["coverage"].as_f64().unwrap_or(1.0);
    if coverage < 1.0 {
        let percent = coverage * 100.0;
        printer.note(format!("{percent:.0} % of this memory has vectors so far; the rest is found by words"));
    }
    for hit in hits {
        // Of the tier `session` it is a question, known by its turn.
        let id = hit["memory_id"].as_str().or_else(|| hit["turn_id"].as_str()).unwrap_or_default();
        let head = format!("{:.3}  {}  {id}", hit["score"].as_f64().unwrap_or(0.0), text(&hit["tier"]));
        printer.line(printer.heading(&on_one_line(&head)))?;
        printer.line(on_one_line(&format!("       {}", text(&hit["content"]))))?;
        printer.line(on_one_line(&format!("       {}; said {}", why(&hit["sources"]), text(&hit["created_at"]))))?;
    }
    Ok(())
}

/// What is asked for: only what was given.
fn body(args: &Args) -> Value {
    let mut body = json!({"query": args.query});
    if !args.tiers.is_empty() {
        body["tiers"] = json!(args.tiers);
    }
    if let Some(limit) = args.limit {
        body["limit"] = json!(limit);
    }
    if let Some(min_score) = args.min_score {
        body["min_score"] = json!(min_score);
    }
    if let Some(as_of) = &args.as_of {
        body["as_of"] = json!(as_of);
    }
    body
}

/// Why a hit was found: the sources that found it.
fn why(sources: &Value) -> String {
    let mut parts = Vec::new();
    let rank = |source: &Value| source["rank"].as_u64();
    if let Some(place) = rank(&sources["text"]) {
        let share = sources["text"]["coverage"].as_f64().unwrap_or(0.0) * 100.0;
        let score = sources["text"]["score"].as_f64().unwrap_or(0.0);
        parts.push(format!("words: place {place}, {share:.0} % of the query, score {score:.2}"));
    }
    if let Some(place) = rank(&sources["vector"]) {
        let cosine = sources["vector"]["cosine"].as_f64().unwrap_or(0.0);
        parts.push(format!("meaning: place {place}, cosine {cosine:.2}"));
    }
    if let Some(place) = rank(&sources["graph"]) {
        parts.push(format!("graph: place {place}"));
    }
    parts.join("; ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_that_found_a_hit_is_named() {
        let sources = json!({
            "text": {"rank": 1, "score": 2.345, "coverage": 0.5},
            "vector": {"rank": 3, "cosine": 0.612},
            "graph": {"rank": 2},
        });
        assert_eq!(
            why(&sources),
            "words: place 1, 50 % of the query, score 2.35; meaning: place 3, cosine 0.61; graph: place 2"
        );
        assert_eq!(
            why(&json!({"text": null, "vector": {"rank": 1, "cosine": 1.0}, "graph": null})),
            "meaning: place 1, cosine 1.00"
        );
    }
}
