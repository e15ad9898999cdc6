//! New identifiers. Tests may count instead of drawing.

use uuid::Uuid;

/// A source of identifiers that nobody has seen before, in rising order of time (`UUIDv7`).
pub trait Ids: Send + Sync + 'static {
    /// A new identifier.
    fn fresh(&self) -> Uuid;
}
