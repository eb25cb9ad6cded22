//! A vector of a text, how it is kept, and what it can be compared with.

/// A vector of length 1 as signed bytes and the scale that turns them back: `scale * value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// What each value is multiplied by.
    pub scale: f32,
    /// One byte a dimension.
    pub values: Box<[i8]>,
    /// The vector before it was rounded; none where it was read back.
    exact: Option<Box<[f32]>>,
}

impl Embedding {
    /// The embedding of a vector, which is brought to length 1. `None` where its length is 0 or no number.
    #[must_use]
    pub fn new(mut vector: Vec<f32>) -> Option<Self> {
        let length = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
        if !length.is_finite() || length < 1e-12 {
            return None;
        }
        for value in &mut vector {
            *value = (f64::from(*value) / length) as f32;
        }
        let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let scale = largest / 127.0;
        let values = vector.iter().map(|value| (value / scale).round() as i8).collect();
        Some(Self { scale, values, exact: Some(vector.into()) })
    }

    /// The scale (f32, little endian), then the values.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.values.len());
        bytes.extend_from_slice(&self.scale.to_le_bytes());
        bytes.extend(self.values.iter().map(|value| value.cast_unsigned()));
        bytes
    }

    /// The embedding of such bytes; `None` where there are no values or the scale is no positive number.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, values) = bytes.split_first_chunk::<4>()?;
        let scale = f32::from_le_bytes(*scale);
        let is_sound = scale.is_finite() && scale > 0.0 && !values.is_empty();
        is_sound.then(|| Self { scale, values: values.iter().map(|value| value.cast_signed()).collect(), exact: None })
    }

    /// The vector: before it was rounded where that is known, else from the bytes.
    #[must_use]
    pub fn to_vector(&self) -> Vec<f32> {
        match &self.exact {
            Some(exact) => exact.to_vec(),
            None => self.values.iter().map(|value| f32::from(*value) * self.scale).collect(),
        }
    }
}

/// Which vectors can be compared: those of one embedder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VectorSpace {
    /// The key of the embedder.
    pub embedder: i64,
    /// How many values its vectors have.
    pub dimension: usize,
    /// The smallest cosine that is a match.
    pub floor: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embeddings_are_normalised_and_kept_as_bytes() {
        let embedding = Embedding::new(vec![3.0, -4.0, 0.0]).expect("a length");
        assert_eq!(embedding.values[..], [95, -127, 0]);
        assert_eq!(embedding.to_vector(), [0.6, -0.8, 0.0]);
        let read = Embedding::from_bytes(&embedding.to_bytes()).expect("sound bytes");
        assert_eq!((read.scale, &read.values), (embedding.scale, &embedding.values));
        assert!(read.to_vector().iter().zip([0.6, -0.8, 0.0]).all(|(value, exact)| (value - exact).abs() < 0.005));
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        for vector in [vec![], vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0]] {
            assert_eq!(Embedding::new(vector), None);
        }
        assert!(Embedding::new(vec![f32::MAX, f32::MAX]).is_some());
        for bytes in [&[0, 0, 0, 0, 1][..], &[0, 0, 0x80, 0x3f], &[0, 0, 0xc0, 0x7f, 1], &[1, 2]] {
            assert_eq!(Embedding::from_bytes(bytes), None);
        }
    }
}
