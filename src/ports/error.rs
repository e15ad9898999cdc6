//! Why a store could not answer. Domain answers (refusals, conflicts) are not errors; they have types of their own.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the call names does not exist for this tenant: `community`, `user`, `case`, `sanction`, `key` …
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Somebody else holds what the call needs, and did not let go within the store's deadline.
    #[error("the rows stayed locked longer than the deadline")]
    Busy,
    /// The store cannot be reached, or gave up.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what cannot be understood.
    #[error("corrupt row: {table}.{column} of {row}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key, for a person to find it.
        row: String,
        /// What did not parse.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else: a bug, on either side.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
