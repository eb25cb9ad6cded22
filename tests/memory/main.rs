//! The memory engine below its operations: tokens, vectors, the index and its ranking, and how well all of it finds.

mod index;
mod pieces;
mod quality;
