//! Why a database cannot be opened. Written for the person who starts the service.

use std::path::PathBuf;

/// A database that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves the same file.
    #[error("{path} is in use by another tribune process; one process serves a data folder")]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// The file, or the folder that holds it, cannot be made or locked.
    #[error("cannot use {path}")]
    File {
        /// What cannot be used.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A newer build has changed the tables.
    #[error(
        "the database has schema {found}, this build knows {known}: it was used by a newer version; use that one"
    )]
    Newer {
        /// The newest migration of the database.
        found: i64,
        /// The newest migration of this build.
        known: i64,
    },
    /// The tables are older than this build, and it was not asked, or not able, to change them.
    #[error("the database has schema {found}, this build needs {known}: run `tribune migrate`")]
    Older {
        /// The newest migration of the database.
        found: i64,
        /// The newest migration of this build.
        known: i64,
    },
    /// A migration is not what it was when it was applied.
    #[error("migration {number} was applied with another content than this build has")]
    Edited {
        /// Its number.
        number: i64,
    },
    /// Sessions do not have the settings that they were opened with: something between takes them away.
    #[error(
        "sessions lose their settings on the way to the database, as through a pooler that ignores startup parameters; a pooler \
         in transaction mode mixes up prepared statements and would answer one request with another's rows: connect to \
         Postgres directly"
    )]
    Pooled,
    /// The database refused, or cannot be reached.
    #[error("the database cannot be opened")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}
