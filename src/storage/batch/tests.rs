//! Batches decided in memory, by a judge that plays its part.
