//! Word pieces are those of BERT's uncased tokenizer.

use astra_core::memory::embed::StaticEmbedder;

/// Lines of `[text, [number of a piece, ..]]` as the Hugging Face tokenizer of all-MiniLM-L6-v2 gives them, without `[UNK]`.
const GOLDEN: &str = include_str!("../golden/memory/pieces.jsonl");

#[test]
fn pieces_are_those_of_the_reference() {
    let embedder = StaticEmbedder::new();
    let mut faults = Vec::new();
    for line in GOLDEN.lines() {
        let (text, expected): (String, Vec<u16>) = serde_json::from_str(line).expect("a line of the golden file");
        let found = embedder.piece_ids(&text);
        if found != expected {
            faults.push(format!("{text:?}\n  found    {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(GOLDEN.lines().count() > 300 && faults.is_empty(), "{} differ:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_word_of_a_megabyte_has_no_pieces_and_a_text_of_one_has_its_first() {
    let embedder = StaticEmbedder::new();
    let word = "x".repeat(1 << 20);
    assert_eq!(embedder.piece_ids(&word), [0_u16; 0]);
    assert_eq!(embedder.embed(&word), None);
    let around = format!("tea {word} coffee");
    assert_eq!(embedder.piece_ids(&around), embedder.piece_ids("tea coffee"));
    let text = "tea ".repeat(1 << 18);
    assert_eq!(embedder.piece_ids(&text).len(), 4_096);
    assert_eq!(embedder.piece_ids(&"🙂".repeat(1 << 18)), [0_u16; 0]);
}

#[test]
fn texts_without_a_known_piece_have_no_vector() {
    let embedder = StaticEmbedder::new();
    for text in ["", " \n\t", "\u{0}\u{200b}", "\u{fffd}"] {
        assert_eq!(embedder.embed(text), None, "{text:?}");
    }
}

#[test]
fn vectors_are_of_length_one_and_near_for_texts_of_one_meaning() {
    let embedder = StaticEmbedder::new();
    let vector = |text: &str| embedder.embed(text).expect("a vector").to_vector();
    let cosine =
        |one: &str, other: &str| -> f32 { vector(one).iter().zip(vector(other)).map(|(one, other)| one * other).sum() };
    assert_eq!(vector("tea").len(), StaticEmbedder::SPACE.dimension);
    assert!((cosine("The dog barks", "the DOG barks") - 1.0).abs() < 1e-5);
    let (near, far) =
        (cosine("a physician treats patients", "doctors heal sick people"), cosine("a physician", "a bicycle"));
    assert!(near > 0.3 && near > far + 0.2, "{near} {far}");
}
