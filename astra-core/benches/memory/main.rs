//! `cargo bench -p astra-core --bench memory`: how long a search of the memory index takes, how much of the exact answer its vectors
//! find, and how much memory it needs; for some sizes, and for many small workspaces. The texts of the hits are not read: that is
//! the store's part. See `docs/benchmarks.md`.

mod cpu;
mod texts;

use std::io::Write as _;
use std::time::Duration;

use astra_core::memory::analyse::{document_terms, query_terms};
use astra_core::memory::embed::{Embedding, StaticEmbedder};
use astra_core::memory::index::{IndexItem, IndexQuery, MemoryIndex};
use astra_core::memory::rank::{RankRequest, Ranked, Sources, rank};
use astra_core::store::{MemoryTier, TierSet};
use cpu::{measured, percentile_us};
use texts::Texts;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "cargo bench -p astra-core --bench memory -- [--rows N,N,..] [--workspaces N]";
const QUESTIONS: usize = 200;
const ROUNDS: usize = 3;
/// Questions whose exact answer is looked for while the index is filled.
const CHECKED: usize = 100;

fn main() -> Result<()> {
    let mut sizes = vec![10_000, 100_000, 300_000, 1_000_000];
    let mut workspaces = 10_000;
    // `cargo bench` says --bench; a runner of tests does not, and wants no measurement.
    let mut is_bench = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => is_bench = true,
            "--rows" => {
                let list = arguments.next().ok_or(USAGE)?;
                sizes = list.split(',').map(str::parse).collect::<std::result::Result<_, _>>()?;
            }
            "--workspaces" => workspaces = arguments.next().ok_or(USAGE)?.parse()?,
            _ => return Err(format!("there is no option {argument}. {USAGE}").into()),
        }
    }
    if !is_bench {
        return Ok(());
    }
    let embedder = StaticEmbedder::new();
    let (time, _) = measured(|| embedder.embed("warm"));
    say(&format!("the embedder's first text: {:.1} ms", time.as_secs_f64() * 1e3))?;
    for rows in sizes {
        one_size(rows, &embedder)?;
    }
    many_workspaces(workspaces, &embedder)
}

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn item(id: i64, text: &str, embedder: &StaticEmbedder) -> IndexItem {
    IndexItem {
        is_embedded: true,
        id,
        owner: i64::from(id % 3 == 0) * (id % 100),
        tier: MemoryTier::Daily,
        embedding: embedder.embed(text),
        terms: document_terms(text),
        created_at_ms: id,
        valid_from_ms: id,
        valid_to_ms: None,
        expires_at_ms: None,
    }
}

/// What a search does before and after it: embeds, cuts into terms, searches, ranks.
fn search(index: &MemoryIndex, embedder: &StaticEmbedder, question: &str, asked: Sources) -> Vec<Ranked> {
    let candidates = index.search(&IndexQuery {
        owner: 33,
        tiers: TierSet::ALL,
        terms: if asked.text { query_terms(question) } else { Vec::new() },
        embedding: if asked.vector { embedder.embed(question) } else { None },
        floor: StaticEmbedder::SPACE.floor,
        limit: 40,
        as_of_ms: i64::MAX,
        created_after_ms: None,
    });
    let weight_of = |_: i64, _: MemoryTier, _: i64| 1.0;
    rank(RankRequest { candidates, graph: &[], asked, weight_of: &weight_of, min_score: 0.0, cap: 20 })
}

fn one_size(rows: usize, embedder: &StaticEmbedder) -> Result<()> {
    let mut texts = Texts::new(0x5eed);
    let mut index = MemoryIndex::new(StaticEmbedder::SPACE.dimension);
    let topics: Vec<u64> = (0..QUESTIONS).map(|_| texts.text().1).collect();
    let questions: Vec<String> = topics.iter().map(|topic| texts.question(*topic)).collect();
    let mut exact =
        Exact::new(questions.iter().take(CHECKED).filter_map(|question| embedder.embed(question)).collect());
    let (mut made, mut put) = (Duration::ZERO, Duration::ZERO);
    for id in 1..=i64::try_from(rows)? {
        let (text, _) = texts.text();
        let mut item = item(id, &text, embedder);
        item.owner = 0;
        exact.see(&item);
        // Reading the clock takes as long as putting a row: a hundredth of the rows is measured apart.
        if id % 100 == 0 {
            made += measured(|| self::item(id, &text, embedder)).0;
        }
        index.put(item);
    }
    let mut anew = MemoryIndex::new(StaticEmbedder::SPACE.dimension);
    let items: Vec<IndexItem> =
        (1..=20_000.min(i64::try_from(rows)?)).map(|id| item(id, &texts.text().0, embedder)).collect();
    let kept = items.len();
    put += measured(|| items.into_iter().for_each(|item| anew.put(item))).0;
    say(&format!(
        "\n{rows} rows: {} bytes a row; a text is analysed and embedded in {:.1} us, put in {:.1} us",
        index.bytes() / rows.max(1),
        made.as_secs_f64() * 1e6 / (rows / 100).max(1) as f64,
        put.as_secs_f64() * 1e6 / kept.max(1) as f64
    ))?;
    for (name, asked) in [
        ("both", Sources { text: true, vector: true, graph: false }),
        ("words", Sources { text: true, ..Sources::default() }),
        ("vectors", Sources { vector: true, ..Sources::default() }),
    ] {
        let rounds = (0..ROUNDS).flat_map(|_| &questions);
        let mut times: Vec<Duration> =
            rounds.map(|question| measured(|| search(&index, embedder, question, asked)).0).collect();
        let (half, most) = (percentile_us(&mut times, 50), percentile_us(&mut times, 99));
        say(&format!("  {name:<8} p50 {half:>9.0} us, p99 {most:>9.0} us of processor time"))?;
    }
    let (with, without) = exact.recalls(&index);
    say(&format!("  the exact ten found: {with:.4} with rescoring, {without:.4} without; by {:?}", index.dot_path()))
}

/// The ten nearest rows of some questions, by vectors that were never rounded.
struct Exact {
    questions: Vec<Embedding>,
    vectors: Vec<Vec<f32>>,
    nearest: Vec<Vec<(f32, i64)>>,
}

impl Exact {
    fn new(questions: Vec<Embedding>) -> Self {
        let vectors: Vec<Vec<f32>> = questions.iter().map(Embedding::to_vector).collect();
        Self { nearest: vec![Vec::new(); questions.len()], questions, vectors }
    }

    fn see(&mut self, item: &IndexItem) {
        let Some(vector) = item.embedding.as_ref().map(Embedding::to_vector) else { return };
        for (question, nearest) in self.vectors.iter().zip(&mut self.nearest) {
            let mut sums = [0.0_f32; 16];
            for (one, other) in question.as_chunks::<16>().0.iter().zip(vector.as_chunks::<16>().0) {
                for lane in 0..16 {
                    sums[lane] += one[lane] * other[lane];
                }
            }
            let cosine: f32 = sums.iter().sum();
            if nearest.len() < 10 || nearest[9].0 < cosine {
                let place = nearest.partition_point(|(other, _)| *other >= cosine);
                nearest.insert(place, (cosine, item.id));
                nearest.truncate(10);
            }
        }
    }

    /// The share of the ten that the index gives as its first ten, with the question as it is and with it rounded.
    fn recalls(&self, index: &MemoryIndex) -> (f64, f64) {
        let share = |of: &dyn Fn(&Embedding) -> Option<Embedding>| {
            let (mut found, mut all) = (0, 0);
            for (question, nearest) in self.questions.iter().zip(&self.nearest) {
                let candidates = index.search(&IndexQuery {
                    owner: 0,
                    tiers: TierSet::ALL,
                    terms: Vec::new(),
                    embedding: of(question),
                    floor: -1.0,
                    limit: 10,
                    as_of_ms: i64::MAX,
                    created_after_ms: None,
                });
                found += candidates.iter().filter(|one| nearest.iter().any(|(_, id)| *id == one.id)).count();
                all += nearest.len();
            }
            found as f64 / all.max(1) as f64
        };
        let rounded = |question: &Embedding| Embedding::from_bytes(&question.to_bytes());
        (share(&|question| Some(question.clone())), share(&rounded))
    }
}

/// Workspaces of a hundred rows: the first search lays the index out from what the store keeps, the next finds it there.
fn many_workspaces(workspaces: usize, embedder: &StaticEmbedder) -> Result<()> {
    let mut texts = Texts::new(7);
    let (mut first, mut next, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..workspaces {
        let mut topic = 0;
        let rows: Vec<(IndexItem, Vec<u8>)> = (1..=100)
            .map(|id| {
                let (text, about) = texts.text();
                topic = about;
                let mut item = item(id, &text, embedder);
                let vector = item.embedding.take().map_or_else(Vec::new, |embedding| embedding.to_bytes());
                (item, vector)
            })
            .collect();
        let question = texts.question(topic);
        let asked = Sources { text: true, vector: true, graph: false };
        let (time, index) = measured(|| {
            let mut index = MemoryIndex::new(StaticEmbedder::SPACE.dimension);
            for (item, vector) in rows {
                index.put(IndexItem { embedding: Embedding::from_bytes(&vector), ..item });
            }
            search(&index, embedder, &question, asked);
            index
        });
        first.push(time);
        next.push(measured(|| search(&index, embedder, &question, asked)).0);
        indexes.push(index);
    }
    let bytes: usize = indexes.iter().map(MemoryIndex::bytes).sum();
    say(&format!(
        "\n{workspaces} workspaces of 100 rows: {} bytes each; laid out and searched p50 {:.0} us, p99 {:.0} us; searched again p50 {:.0} us, p99 {:.0} us",
        bytes / workspaces.max(1),
        percentile_us(&mut first, 50),
        percentile_us(&mut first, 99),
        percentile_us(&mut next, 50),
        percentile_us(&mut next, 99)
    ))
}
