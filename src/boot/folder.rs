//! The data folder, and how a key is put into a file of it. Both are for their owner's eyes only.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{BootError, kept};

/// Reading, writing and entering for the owner alone.
const OWNERS_FOLDER: u32 = 0o700;
/// Reading and writing for the owner alone.
const OWNERS_FILE: u32 = 0o600;
/// What a mode grants to others than the owner.
const OTHERS: u32 = 0o077;

/// Makes the data folder where it is missing, and makes sure that files can be made in it and that it is closed to others.
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
    let reserved = Reserved::new(folder).map_err(refused)?;
    close(folder, &reserved).map_err(refused)
}

/// How a folder is guarded against other users of the machine.
pub(super) enum Guard {
    /// They cannot look into it.
    Closed,
    /// They can, by this mode; it is our own and holds our own files alone, so it can be closed.
    Open(u32),
    /// They can, and it is theirs.
    Foreign(u32),
    /// They can, and it holds this file besides ours: whoever shares a folder for something else must not find it shut.
    Shared(u32, OsString),
}

/// Looks at a folder in which a file was reserved.
pub(super) fn guard(folder: &Path, reserved: &Reserved) -> io::Result<Guard> {
    let Some(mode) = too_open(folder)? else {
        return Ok(Guard::Closed);
    };
    if fs::metadata(folder)?.uid() != reserved.file.metadata()?.uid() {
        return Ok(Guard::Foreign(mode));
    }
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !name.to_str().is_some_and(is_ours) {
            return Ok(Guard::Shared(mode, name));
        }
    }
    Ok(Guard::Open(mode))
}

/// Takes from others what the folder grants them, where it is ours to take.
fn close(folder: &Path, reserved: &Reserved) -> io::Result<()> {
    match guard(folder, reserved)? {
        Guard::Closed => {}
        Guard::Open(mode) => {
            fs::set_permissions(folder, Permissions::from_mode(OWNERS_FOLDER))?;
            tracing::info!(
                folder = %folder.display(),
                "the data folder was open to other users (mode {mode:o}); now it is its owner's alone"
            );
        }
        Guard::Foreign(mode) => tracing::warn!(
            folder = %folder.display(),
            "the data folder belongs to another user and is open to others (mode {mode:o}): let its owner chmod 700 it"
        ),
        Guard::Shared(mode, name) => {
            return Err(io::Error::other(format!(
                "other users may look into it (mode {mode:o}), and it is left as it is because it holds more than Tribune's files, \
                 such as {}; if it is for Tribune alone, chmod 700 it",
                name.display()
            )));
        }
    }
    Ok(())
}

/// Whether a file of this name is one that a server makes.
fn is_ours(name: &str) -> bool {
    name.starts_with("tribune.db") || name.starts_with("admin.key.") || kept::is_one(name)
}

/// The file of a key that is about to be made: reserved first, so that no key is made that cannot be kept.
pub(super) struct Reserved {
    file: File,
    path: PathBuf,
    folder: PathBuf,
}

impl Reserved {
    /// Makes the file under another name. Dropping it removes it.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("admin.key.{}", std::process::id()));
        // What an earlier process of the same number left.
        drop(fs::remove_file(&path));
        Ok(Self {
            file: make_file(&path)?,
            path,
            folder: folder.to_owned(),
        })
    }

    /// Writes the key and gives the file the first of the names that is free: a key that is kept there, perhaps of another
    /// database, is nobody's to overwrite. Returns only when all has reached the disk.
    pub(super) fn keep(mut self, key: &str, names: &[String]) -> io::Result<PathBuf> {
        writeln!(self.file, "{key}")?;
        self.file.sync_all()?;
        let target = self.claim(names)?;
        fs::rename(&self.path, &target)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(target)
    }

    /// Takes a name by making an empty file, which the key's own then replaces.
    fn claim(&self, names: &[String]) -> io::Result<PathBuf> {
        for name in names {
            let path = self.folder.join(name);
            match make_file(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other(format!(
            "there are files {} already",
            names.join(" and ")
        )))
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // After `keep` there is nothing left under this name.
        drop(fs::remove_file(&self.path));
    }
}

/// Makes a file that is not there yet.
fn make_file(path: &Path) -> io::Result<File> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(OWNERS_FILE)
        .open(path)
}

/// The permissions of a path if they let others than the owner in.
pub(super) fn too_open(path: &Path) -> io::Result<Option<u32>> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & OTHERS != 0).then_some(mode))
}
