//! New identifiers and secrets. Tests may count instead of drawing.

use uuid::Uuid;

/// The operating system has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

/// A source of identifiers and secrets that nobody has seen before.
pub trait Ids: Send + Sync + 'static {
    /// A new identifier, in rising order of time (`UUIDv7`).
    fn fresh(&self) -> Uuid;

    /// Random bytes for a new secret, from the operating system's generator.
    ///
    /// # Errors
    /// [`NoRandomness`]; no secret may be made then.
    fn random(&self) -> Result<[u8; 32], NoRandomness>;
}
