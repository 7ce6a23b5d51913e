//! Copies of a SQLite file, made and put in place.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use diesel::{connection::SimpleConnection, prelude::*, sql_types::Text};
use rustix::{
    fs::{FlockOperation, fcntl_lock},
    io::Errno,
};
use tempfile::NamedTempFile;

use super::{
    super::{
        Error, Reader, Target,
        conn::{Conn, Pooled, open_alone, open_another, open_plain, read_tx},
        dialect,
        sqlite_file::{NO_DATABASE, OF_ANOTHER, SqliteFile, foreign},
    },
    Beside, CopyError, SECRET_TABLES, on_disk, secret_settings,
};

/// What SQLite keeps beside a file while it is in use. With another file in its place, what is
/// left of them would be played into that one.
const PARTS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Copies a file that is in use and lets `look` read the copy.
pub(super) fn copy<T, E: From<Error> + From<CopyError>>(
    from: &Target,
    file: &Path,
    look: impl FnOnce(&mut Reader<'_>) -> Result<T, E>,
) -> Result<(Beside, T), E> {
    // Beside the connections of the store that is copied, whose locks must not be lost.
    let mut source = open_alone(open_another(from)?);
    // One statement, so one state of the database; writers go on, since it only reads.
    let path = file.to_string_lossy().into_owned();
    source.run("copying the database", |conn| match conn {
        Conn::Sqlite(sqlite) => {
            diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(path).execute(sqlite).map(drop)
        }
        Conn::Pg(_) => Ok(()),
    })?;
    drop(source);
    let mut copy = open_alone(open_plain(&Target::Sqlite(file.to_owned()))?);
    without_keys(&mut copy)?;
    whole(&mut copy)?;
    let looked = read_tx(&mut copy, |conn| look(&mut Reader::new(conn)))?;
    Ok((Beside::default(), looked))
}

/// Takes the keys out of a copy, and their bytes out of its pages.
fn without_keys(copy: &mut Pooled) -> Result<(), Error> {
    let settings: Vec<String> = secret_settings().map(|key| format!("'{key}'")).collect();
    let mut statements = format!(
        "PRAGMA journal_mode = MEMORY; PRAGMA secure_delete = ON; BEGIN IMMEDIATE; \
         DELETE FROM meta WHERE key IN ({});",
        settings.join(", ")
    );
    for table in SECRET_TABLES {
        statements.push_str(&format!("DELETE FROM {table};"));
    }
    statements.push_str("COMMIT");
    copy.run("taking the keys out of the copy", |conn| conn.batch_execute(&statements))
}

/// Sees that every page and every reference is sound.
fn whole(copy: &mut Pooled) -> Result<(), CopyError> {
    let said = copy.run("checking the copy", dialect::integrity)?;
    if said != ["ok"] {
        let said: Vec<&str> = said.iter().map(String::as_str).take(5).collect();
        return Err(CopyError::Damaged(said.join("; ")));
    }
    match copy.run("checking the copy", dialect::dangling_references)? {
        0 => Ok(()),
        count => Err(CopyError::Damaged(format!("{count} references lead nowhere"))),
    }
}

/// A copy beside the file that it shall become.
#[derive(Debug)]
pub(super) struct Staged {
    /// Opened by SQLite under its own name, which leaves parts beside it while it is in use.
    file: NamedTempFile,
    target: Target,
    path: PathBuf,
    replace: bool,
}

impl Staged {
    pub fn new(
        target: &Target,
        path: &Path,
        copy: &Path,
        replace: bool,
    ) -> Result<Self, CopyError> {
        match SqliteFile::at(path)? {
            SqliteFile::OfAnother => return Err(foreign(target, OF_ANOTHER).into()),
            // Ours may have lost its first bytes, which is a reason to restore it.
            SqliteFile::NoDatabase if !replace => return Err(foreign(target, NO_DATABASE).into()),
            _ if replace || is_free(path)? => {}
            _ => return Err(CopyError::Occupied { target: target.to_string() }),
        }
        match SqliteFile::at(copy)? {
            SqliteFile::Ours => {}
            _ => return Err(CopyError::Damaged("its database is none of ours".to_owned())),
        }
        let folder = folder_of(path);
        let mut file = tempfile::Builder::new()
            .prefix(".restoring-")
            .suffix(".db")
            .tempfile_in(folder)
            .map_err(CopyError::io(folder))?;
        let mut from = fs::File::open(copy).map_err(CopyError::io(copy))?;
        io::copy(&mut from, file.as_file_mut()).map_err(CopyError::io(file.path()))?;
        let staged = Self {
            target: Target::Sqlite(file.path().to_owned()),
            file,
            path: path.to_owned(),
            replace,
        };
        whole(&mut open_alone(open_plain(&staged.target)?))?;
        Ok(staged)
    }

    pub const fn target(&self) -> &Target {
        &self.target
    }

    pub fn settle(self) -> Result<Option<String>, CopyError> {
        one_file(&self.target)?;
        on_disk(self.file.path())?;
        let aside = if self.replace { set_aside(&self.path)? } else { None };
        if let Err(error) = self.file.persist_noclobber(&self.path) {
            let source = error.error;
            if let Some(aside) = &aside {
                move_parts(aside, &self.path)?;
            }
            return Err(CopyError::Io { path: self.path, source });
        }
        on_disk(folder_of(&self.path))?;
        Ok(aside.map(|aside| aside.display().to_string()))
    }
}

/// Brings everything into the one file; fails where somebody else has it open.
fn one_file(target: &Target) -> Result<(), CopyError> {
    let mut conn = open_alone(open_plain(target)?);
    let closed = conn.run("closing the log of the file", |conn| match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA journal_mode = DELETE"),
        Conn::Pg(_) => Ok(()),
    });
    let in_use = || CopyError::InUse { target: target.to_string() };
    closed.map_err(|error| if error.is_unavailable() { in_use() } else { error.into() })
}

/// True where neither the file nor anything that belongs to one is there.
fn is_free(path: &Path) -> Result<bool, CopyError> {
    if !matches!(SqliteFile::at(path)?, SqliteFile::Absent) {
        return Ok(false);
    }
    Ok(PARTS.iter().all(|part| !with_end(path, part).exists()))
}

/// Moves what is there out of the way, as it is.
fn set_aside(path: &Path) -> Result<Option<PathBuf>, CopyError> {
    if is_free(path)? {
        return Ok(None);
    }
    let target = Target::Sqlite(path.to_owned());
    let closed = match SqliteFile::at(path)? {
        SqliteFile::Ours => one_file(&target),
        _ => Ok(()),
    };
    // A damaged file is why somebody restores one: it is moved with all its parts.
    if matches!(closed, Err(CopyError::InUse { .. })) || is_locked(path)? {
        return Err(CopyError::InUse { target: target.to_string() });
    }
    let taken =
        |aside: &Path| aside.exists() || PARTS.iter().any(|part| with_end(aside, part).exists());
    let aside = (1..10_000_u32).map(|n| with_end(path, &format!(".replaced-{n}")));
    let Some(aside) = aside.into_iter().find(|aside| !taken(aside)) else {
        return Err(CopyError::io(path)(io::ErrorKind::AlreadyExists.into()));
    };
    move_parts(path, &aside)?;
    Ok(Some(aside))
}

/// True where another program holds a lock on a file, as SQLite does while it has one open. Asks the
/// system, since SQLite cannot open every file that is to be moved.
fn is_locked(path: &Path) -> Result<bool, CopyError> {
    let file = match fs::File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(CopyError::io(path)(error)),
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(false),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(true),
        Err(error) => Err(CopyError::io(path)(error.into())),
    }
}

/// Moves a file with whatever belongs to it.
fn move_parts(from: &Path, to: &Path) -> Result<(), CopyError> {
    for end in [""].iter().chain(&PARTS) {
        let part = with_end(from, end);
        match fs::rename(&part, with_end(to, end)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CopyError::io(&part)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
