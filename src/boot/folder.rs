//! The data folder, and the file in it that keeps the first key. Both are for their owner's eyes only.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::BootError;

/// Reading, writing and entering for the owner alone.
const OWNERS_FOLDER: u32 = 0o700;
/// Reading and writing for the owner alone.
const OWNERS_FILE: u32 = 0o600;
/// What a mode grants to others than the owner.
const OTHERS: u32 = 0o077;

/// The file of the first key in a data folder.
pub(super) fn key_file(folder: &Path) -> PathBuf {
    folder.join("admin.key")
}

/// Makes the data folder where it is missing, and makes sure that files can be made in it.
pub(super) fn make(folder: &Path) -> Result<(), BootError> {
    let refused = |cause| BootError::Folder {
        path: folder.to_owned(),
        cause,
    };
    if !folder.is_dir() {
        DirBuilder::new()
            .recursive(true)
            .mode(OWNERS_FOLDER)
            .create(folder)
            .map_err(refused)?;
    }
    drop(Reserved::new(folder).map_err(refused)?);
    Ok(())
}

/// The file of a key that is about to be made: reserved first, so that no key is made that cannot be kept.
pub(super) struct Reserved {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl Reserved {
    /// Makes the file under another name. Dropping it removes it.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("admin.key.{}", std::process::id()));
        // What an earlier process of the same number left.
        drop(fs::remove_file(&path));
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(OWNERS_FILE)
            .open(&path)?;
        Ok(Self {
            file,
            path,
            target: key_file(folder),
        })
    }

    /// Writes the key and gives the file its name. Returns only when both have reached the disk.
    pub(super) fn keep(mut self, key: &str) -> io::Result<PathBuf> {
        writeln!(self.file, "{key}")?;
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        if let Some(folder) = self.target.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(self.target.clone())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // After `keep` there is nothing left under this name.
        drop(fs::remove_file(&self.path));
    }
}

/// The permissions of a path if they let others than the owner in.
pub(super) fn too_open(path: &Path) -> io::Result<Option<u32>> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & OTHERS != 0).then_some(mode))
}
