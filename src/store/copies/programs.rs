//! PostgreSQL's own programs, which copy a database better than anybody else.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{
    super::{Error, Target},
    CopyError,
};

/// A program of PostgreSQL, ready for its arguments.
pub(super) fn command(program: &'static str) -> Result<Command, CopyError> {
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&in_path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
        // The newest first: it copies older servers too.
        versions.sort_by_key(|path| {
            let number = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
            std::cmp::Reverse(number)
        });
        folders.extend(versions.into_iter().map(|version| version.join("bin")));
    }
    let found = folders.into_iter().map(|folder| folder.join(program)).find(|path| path.is_file());
    let mut command = Command::new(found.ok_or(CopyError::NoProgram { program })?);
    command.stdin(Stdio::null()).env("LC_ALL", "C");
    Ok(command)
}

/// Names the database to a program: the address on the command line, which everybody on the
/// machine can read, the password in the environment, which they cannot.
pub(super) fn connect(command: &mut Command, url: &str) -> Result<(), CopyError> {
    let (address, password) = apart(url)?;
    command.arg("--no-password").arg(format!("--dbname={address}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(())
}

/// Runs a program to its end; what it wrote to standard output.
pub(super) fn run(
    program: &'static str,
    target: &Target,
    mut command: Command,
) -> Result<String, CopyError> {
    let failed = |said: String| CopyError::Failed { program, said };
    let ran = command.output().map_err(|error| failed(error.to_string()))?;
    if ran.status.success() {
        return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    Err(failed(target.redact(said.trim())))
}

/// A URL without its password, and the password.
fn apart(url: &str) -> Result<(String, Option<String>), Error> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut password = None;
    let place = match place.rsplit_once('@').map(|(user, host)| (user.split_once(':'), host)) {
        Some((Some((user, secret)), host)) => {
            password = Some(secret);
            format!("{user}@{host}")
        }
        _ => place.to_owned(),
    };
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("password", secret)) => password = Some(secret),
            Some(("sslpassword", _)) => {
                return Err(Error::Target(
                    "a copy cannot be made with `sslpassword`, which could only be given on a \
                     command line; use a key file without one",
                ));
            }
            _ => kept.push(pair),
        }
    }
    let address = format!("{scheme}://{place}?{}", kept.join("&"));
    Ok((address, password.map(decoded).transpose()?))
}

/// What `%41` and the like stand for.
fn decoded(text: &str) -> Result<String, Error> {
    let wrong = Error::Target("its password holds a `%` that begins no escape");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.extend(u8::try_from(high * 16 + low)),
            _ => return Err(wrong),
        }
    }
    String::from_utf8(bytes).map_err(|_not_text| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_taken_out_of_the_address() {
        for (url, address, password) in [
            (
                "postgres://ann:s%3Acret@db:5432/x?a=b",
                "postgres://ann@db:5432/x?a=b",
                Some("s:cret"),
            ),
            ("postgres://ann@db/x?password=%41&a=b", "postgres://ann@db/x?a=b", Some("A")),
            ("postgres:///x?host=%2Ftmp", "postgres:///x?host=%2Ftmp", None),
            ("postgres://ann:1@a:1,b:2/x", "postgres://ann@a:1,b:2/x?", Some("1")),
        ] {
            let found = apart(url).unwrap();
            assert_eq!(found, (address.to_owned(), password.map(str::to_owned)), "{url}");
        }
        assert!(apart("postgres://db/x?sslpassword=a").is_err());
        assert!(apart("postgres://ann:%4@db/x").is_err());
    }
}
