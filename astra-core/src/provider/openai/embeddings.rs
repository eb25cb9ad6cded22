//! OpenAI's embeddings, as OpenAI and compatible servers speak them.
//! <https://platform.openai.com/docs/api-reference/embeddings>

use serde::{Deserialize, Serialize};

use crate::provider::EmbeddingRequest;
use crate::provider::error::{Error, ErrorKind};
use crate::provider::reading::malformed;

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

/// The body of a request.
pub(super) fn body(request: EmbeddingRequest<'_>) -> Vec<u8> {
    let dimensions = request.asks_dimensions.then_some(request.dimensions);
    let question = Question { model: request.model, input: request.texts, dimensions };
    serde_json::to_vec(&question).unwrap_or_default()
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Made>,
}

#[derive(Deserialize)]
struct Made {
    /// Which text's it is; servers that leave it out answer in the order of the texts.
    index: Option<usize>,
    embedding: Vec<Option<f32>>,
}

/// The vectors of an answer to `count` texts, in the order of the texts.
pub(super) fn read(body: &[u8], count: usize) -> Result<Vec<Vec<f32>>, Error> {
    let answer: Answer = serde_json::from_slice(body).map_err(|fault| malformed(&fault))?;
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; count];
    for (at, made) in answer.data.into_iter().enumerate() {
        let place = vectors.get_mut(made.index.unwrap_or(at));
        // Some servers write null for what is no number.
        let vector = made.embedding.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect();
        match place {
            Some(place) if place.is_none() => *place = Some(vector),
            _ => {
                return Err(Error::new(
                    ErrorKind::Malformed,
                    "the provider made vectors of texts that it was not given",
                ));
            }
        }
    }
    let missing = || Error::new(ErrorKind::Malformed, "the provider made no vector of one of the texts");
    vectors.into_iter().map(|vector| vector.ok_or_else(missing)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(body: &str) -> Result<Vec<Vec<f32>>, ErrorKind> {
        read(body.as_bytes(), 2).map_err(|error| error.kind)
    }

    #[test]
    fn vectors_come_in_the_order_of_their_texts() {
        let by_index = r#"{"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2], "object": "embedding"}]}"#;
        assert_eq!(vectors(by_index), Ok(vec![vec![1.0, 2.0], vec![3.0, 4.0]]));
        let in_order = r#"{"data": [{"embedding": [1]}, {"embedding": [2]}], "usage": {"total_tokens": 3}}"#;
        assert_eq!(vectors(in_order), Ok(vec![vec![1.0], vec![2.0]]));
    }

    #[test]
    fn what_is_no_answer_to_the_texts_is_refused() {
        for body in [
            "<html>",
            "{}",
            r#"{"data": 1}"#,
            r#"{"data": [{"embedding": [1]}]}"#,
            r#"{"data": [{"embedding": "AAAA"}]}"#,
            r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}"#,
            r#"{"data": [{"index": 7, "embedding": [1]}, {"index": 0, "embedding": [1]}]}"#,
        ] {
            assert_eq!(vectors(body), Err(ErrorKind::Malformed), "{body}");
        }
        let with_null = vectors(r#"{"data": [{"embedding": [null]}, {"embedding": [1]}]}"#).expect("two vectors");
        assert!(with_null[0][0].is_nan());
    }

    #[test]
    fn dimensions_are_said_when_they_are_asked_for() {
        let mut request = EmbeddingRequest { model: "m", texts: &["a"], dimensions: 8, asks_dimensions: false };
        assert_eq!(body(request), br#"{"model":"m","input":["a"]}"#);
        request.asks_dimensions = true;
        assert_eq!(body(request), br#"{"model":"m","input":["a"],"dimensions":8}"#);
    }
}
