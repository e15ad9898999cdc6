//! The temporary folder of this test process, and folders in it.
//!
//! The path is short, because the path of a Unix socket may not be longer than 107 bytes.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::janitor::Janitor;

/// What a folder's path may measure so that a socket in a folder below it still fits.
const LONGEST_ROOT: usize = 60;

struct Root {
    path: PathBuf,
    janitor: Janitor,
}

fn root() -> &'static Root {
    static ROOT: OnceLock<Root> = OnceLock::new();
    ROOT.get_or_init(|| {
        let path = make_root();
        let janitor = Janitor::start(&path);
        Root { path, janitor }
    })
}

/// Whoever cleans up after this process.
pub(crate) fn janitor() -> &'static Janitor {
    &root().janitor
}

/// The folder that holds everything this process leaves on disk.
pub(crate) fn path() -> &'static Path {
    &root().path
}

/// True when the tests run as the superuser (continuous integration often does), whom Postgres refuses to serve.
pub(crate) fn we_are_root() -> bool {
    fs::metadata(path()).expect("the folder was just made").uid() == 0
}

/// Makes a folder of its own, removed when the value is dropped or, at the latest, when the process has ended.
pub(crate) fn folder(name: &str) -> Folder {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = path().join(format!("{name}{number}"));
    fs::create_dir(&path).unwrap_or_else(|e| panic!("cannot make {}: {e}", path.display()));
    Folder { path }
}

/// A temporary folder.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left, because a process still writes there, the janitor removes.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn make_root() -> PathBuf {
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().len() > LONGEST_ROOT - 20 {
        parent = PathBuf::from("/tmp");
    }
    let pid = std::process::id();
    for attempt in 0..1000 {
        let path = parent.join(format!("trb{pid}-{attempt}"));
        match fs::create_dir(&path) {
            Ok(()) => {
                // Postgres runs as another user and must be able to reach its own folder in here.
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
                return path;
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => panic!("cannot make {}: {e}", path.display()),
        }
    }
    panic!("no free name for a temporary folder in {}", parent.display());
}

#[test]
fn folders_are_distinct_and_go_when_dropped() {
    let (one, other) = (folder("f"), folder("f"));
    assert_ne!(one.path(), other.path());
    let path = one.path().to_owned();
    fs::write(path.join("file"), "content").unwrap();
    drop(one);
    assert!(!path.exists());
    assert!(other.path().exists());
}
