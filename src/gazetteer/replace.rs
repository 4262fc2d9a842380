//! Writing a file so that it is the old one or the new one, and never something between.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Writes a file under another name beside its place, and gives it its name at the end. Who could read the old file can
/// read the new one; a symbolic link stays one. A device or a pipe is written as it is.
///
/// # Errors
/// The file cannot be written; an old one is as it was then.
pub fn replace<T>(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let mut written = None;
    replace_if(path, |file| {
        written = Some(write(file)?);
        Ok(true)
    })?;
    // Where nothing was written there is an error.
    written.ok_or_else(|| Error::message("nothing was written"))
}

/// [`replace`], unless the writer says `false` at its end: everything is then as it was. Returns what it said.
///
/// # Errors
/// As [`replace`].
pub fn replace_if(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<bool>) -> Result<bool> {
    let target = end_of_links(path)?;
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        let file = OpenOptions::new().write(true).open(&target).map_err(|error| Error::io(path, error))?;
        let mut file = BufWriter::new(file);
        let done = write(&mut file).and_then(|done| Ok(file.flush().map(|()| done)?));
        return done.map_err(|error| error.at_path(path));
    }
    let beside = beside(&target);
    let written = (|| {
        let mut file = BufWriter::new(File::create(&beside)?);
        if !write(&mut file)? {
            drop(file);
            fs::remove_file(&beside)?;
            return Ok(false);
        }
        let file = file.into_inner().map_err(|error| Error::from(error.into_error()))?;
        if let Some(old) = old {
            fs::set_permissions(&beside, old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &target)?;
        sync_folder(&target);
        Ok(true)
    })();
    written.map_err(|error: Error| {
        let _ = fs::remove_file(&beside);
        error.at_path(path)
    })
}

/// Where a path leads, through links that lead to nothing yet as well.
fn end_of_links(path: &Path) -> Result<PathBuf> {
    let mut at = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&at) {
            Ok(next) => at = folder_of(&at).join(next),
            // No link, or nothing there.
            Err(_) => return Ok(at),
        }
    }
    Err(Error::message(format!("links that go round `{}`", path.display())))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The new name must last as well; not every system lets a folder be synced.
fn sync_folder(target: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder_of(target))
    {
        let _ = folder.sync_all();
    }
}

fn beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or(target.as_os_str()));
    name.push(format!(".{}.part", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_stays_when_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        let failed: Result<()> = replace(&path, |out| {
            out.write_all(b"half").map_err(Error::from)?;
            Err(Error::message("no more"))
        });
        assert!(failed.is_err());
        let given_up = replace_if(&path, |out| Ok(out.write_all(b"half").map(|()| false)?));
        assert!(!given_up.unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        replace(&path, |out| out.write_all(b"new").map_err(Error::from)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn rights_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("link.csv"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        replace(&link, |out| out.write_all(b"new").map_err(Error::from)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
