//! Which database: parsed from a URL, with the settings that a dead network demands.

use std::{fmt, path::PathBuf, str::FromStr};

use super::Error;

/// A database, named by its URL. Passwords never appear in its `Debug` and `Display`.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// One file.
    Sqlite(PathBuf),
    /// A server: the URL for libpq, completed with settings for networks that die.
    Postgres(String),
}

/// What a PostgreSQL URL gets where it does not say otherwise. With libpq's own defaults a
/// query hangs for minutes once packets are dropped, and after a failover the old primary
/// would still be asked to write.
const SETTINGS: &[(&str, &str)] = &[
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "3000"),
    ("keepalives", "1"),
    ("keepalives_idle", "2"),
    ("keepalives_interval", "1"),
    ("keepalives_count", "3"),
    ("target_session_attrs", "read-write"),
    ("application_name", "bedside"),
];

/// `-c statement_timeout=5000` (milliseconds), escaped for a URL.
const STATEMENT_TIMEOUT: &str = "-c%20statement_timeout%3D5000";

impl FromStr for Target {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        match url.split_once("://") {
            Some(("sqlite", "")) => Err(Error::Target("`sqlite://` lacks the path of the file")),
            Some(("sqlite", path)) if path.starts_with(":memory:") => Err(Error::Target(
                "a database in memory would be lost with its connection; give a path",
            )),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) => Ok(Self::Postgres(with_settings(rest))),
            Some(_) => Err(Error::Target("no database of ours has this scheme")),
            None => Err(Error::Target("the scheme is missing")),
        }
    }
}

/// Completes what follows `postgres://` with the default settings.
fn with_settings(rest: &str) -> String {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut pairs: Vec<(&str, String)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key, value.to_owned()))
        .collect();
    for (key, value) in SETTINGS {
        if !pairs.iter().any(|(given, _)| given == key) {
            pairs.push((key, (*value).to_owned()));
        }
    }
    match pairs.iter_mut().find(|(key, _)| *key == "options") {
        Some((_, value)) if value.contains("statement_timeout") => {}
        Some((_, value)) => {
            value.push_str("%20");
            value.push_str(STATEMENT_TIMEOUT);
        }
        None => pairs.push(("options", STATEMENT_TIMEOUT.to_owned())),
    }
    let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("postgres://{place}?{}", query.join("&"))
}

impl Target {
    /// Removes the password from a text that a driver wrote about this database.
    pub(super) fn redact(&self, message: &str) -> String {
        let Self::Postgres(url) = self else { return message.to_owned() };
        let message = message.replace(url.as_str(), &self.to_string());
        passwords(url).fold(message, |text, password| text.replace(password, "***"))
    }
}

/// The passwords in a PostgreSQL URL: in front of the host, or as a parameter.
fn passwords(url: &str) -> impl Iterator<Item = &str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let in_front = place
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .map(|(_, password)| password);
    let parameters = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| matches!(*key, "password" | "sslpassword"))
        .map(|(_, password)| password);
    in_front.into_iter().chain(parameters).filter(|password| !password.is_empty())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            // The settings are noise to a reader, and some of them are secret.
            Self::Postgres(url) => {
                let place = url.split_once('?').map_or(url.as_str(), |(place, _)| place);
                let place = place.split_once("://").map_or(place, |(_, place)| place);
                match place.rsplit_once('@') {
                    Some((user, host)) => match user.split_once(':') {
                        Some((name, _)) => write!(f, "postgres://{name}:***@{host}"),
                        None => write!(f, "postgres://{user}@{host}"),
                    },
                    None => write!(f, "postgres://{place}"),
                }
            }
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(text: &str) -> String {
        match text.parse().unwrap() {
            Target::Postgres(url) => url,
            Target::Sqlite(path) => unreachable!("{}", path.display()),
        }
    }

    #[test]
    fn a_postgres_url_gets_the_settings_that_it_lacks() {
        assert_eq!(
            url_of("postgresql://ann@db/bedside"),
            "postgres://ann@db/bedside?connect_timeout=2&tcp_user_timeout=3000&keepalives=1\
             &keepalives_idle=2&keepalives_interval=1&keepalives_count=3\
             &target_session_attrs=read-write&application_name=bedside\
             &options=-c%20statement_timeout%3D5000"
        );
    }

    #[test]
    fn what_a_url_says_itself_stands() {
        let url = url_of("postgres://db/x?connect_timeout=9&options=-c%20search_path%3Da");
        assert!(url.starts_with("postgres://db/x?connect_timeout=9&options="), "{url}");
        assert!(url.contains("options=-c%20search_path%3Da%20-c%20statement_timeout%3D5000&"));
        assert_eq!(url.matches("connect_timeout").count(), 1);
        let own = url_of("postgres://db/x?options=-c%20statement_timeout%3D9");
        assert!(!own.contains("5000"), "{own}");
    }

    #[test]
    fn two_hosts_stay_two() {
        assert!(url_of("postgres://a:1,b:2/x").starts_with("postgres://a:1,b:2/x?"));
    }

    #[test]
    fn no_password_is_shown() {
        for url in [
            "postgres://ann:s3cret@db:5432/x",
            "postgres://ann:s3cret@db/x?sslmode=require",
            "postgres://ann@db/x?password=s3cret",
            "postgres://a:s3cret@h1:1,h2:2/x",
            "postgres://ann:s3:cret@db/x?password=s3cret",
        ] {
            let target: Target = url.parse().unwrap();
            let Target::Postgres(full) = &target else { unreachable!() };
            let driver = format!("cannot read \"{full}\" with s3cret");
            for text in [format!("{target:?}"), target.to_string(), target.redact(&driver)] {
                assert!(!text.contains("s3cret") && !text.contains("s3:cret"), "{text}");
            }
            assert!(target.to_string().contains("x"), "{target}");
        }
    }

    #[test]
    fn any_other_url_is_an_error_that_names_the_mend() {
        for url in [
            "mysql://db/x",
            "bedside.db",
            "sqlite:bedside.db",
            "",
            "sqlite://",
            "sqlite://:memory:",
            "POSTGRES://db",
        ] {
            let error = url.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains("sqlite://PATH"), "{error}");
        }
    }
}
