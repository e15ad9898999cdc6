//! The files in the data folder that keep an admin key: which there are, and which of them the database knows.
//!
//! A folder may have served another database before, so a file of the right name need not hold a key of this one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::ports::store::Store;
use crate::service::auth;
use crate::service::error::ServiceError;

/// Where the first key is kept, unless there is such a file already.
const FIRST: &str = "admin.key";

/// The names that the file of a tenant's key may have, the one to be preferred first.
pub(super) fn names(tenant: &str) -> [String; 2] {
    [FIRST.to_owned(), format!("admin-{tenant}.key")]
}

/// Whether a file of this name keeps an admin key.
pub(super) fn is_one(name: &str) -> bool {
    name == FIRST || (name.starts_with("admin-") && name.ends_with(".key"))
}

/// All such files in a folder, in order of their names. None in a folder that is not there.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_one) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The file whose key is good on this database at this moment, if there is one. Changes nothing.
///
/// # Errors
/// That the store could not answer. A file that cannot be read is passed over.
pub(super) async fn known(
    store: &dyn Store,
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, ServiceError> {
    for file in files(folder).unwrap_or_default() {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        if auth::is_good(store, text.trim(), now).await? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}
