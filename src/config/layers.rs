//! Puts the layers over each other and remembers which one each value came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use super::values::{DatabaseUrl, RedisUrl, SecretText};
use super::{Config, ConfigError};

/// Every setting with its default.
const DEFAULTS: &str = include_str!("../../config.default.toml");

/// The settings that may hold a password, and the variables by which other programs know them.
const SECRETS: [(&str, &str); 2] = [("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url")];

/// Where settings can come from, besides the defaults.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The file named by `--config` or `TRIBUNE_CONFIG`.
    pub file: Option<PathBuf>,
    /// Environment variables; those that are none of ours are passed over.
    pub environment: Vec<(String, SecretText)>,
    /// Command line flags.
    pub flags: Vec<Flag>,
}

/// A setting given on the command line.
#[derive(Debug)]
pub struct Flag {
    /// The setting, such as `server.listen`.
    pub key: &'static str,
    /// The flag as it is typed, such as `--listen`.
    pub name: &'static str,
    /// Its value.
    pub value: SecretText,
}

impl Inputs {
    /// Takes over the environment of this process. Variables that are not UTF-8 cannot be ours.
    #[must_use]
    pub fn with_process_environment(mut self) -> Self {
        let variables = std::env::vars_os();
        let texts =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        self.environment = texts.map(|(name, value)| (name, value.into())).collect();
        self
    }
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Compiled in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A command line flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Each setting's value, and where it came from.
pub struct Sources(BTreeMap<String, (Value, Origin)>);

impl Sources {
    pub(super) fn gather(inputs: &Inputs) -> Result<Self, ConfigError> {
        let defaults = PathBuf::from("config.default.toml");
        let mut sources = Self(BTreeMap::new());
        for (key, value) in flatten(parse(DEFAULTS, &defaults)?) {
            sources.0.insert(key, (value, Origin::Default));
        }
        if let Some(path) = &inputs.file {
            sources.add_file(path)?;
        }
        // The general name first, so that our own wins over it.
        let by_general_name = |name: &str| {
            let known = SECRETS.iter().find(|(general, _)| *general == name);
            known.map(|(_, key)| (*key).to_owned())
        };
        let by_own_name = |name: &str| name.strip_prefix("TRIBUNE_").map(str::to_owned);
        for (name, value) in &inputs.environment {
            if let Some(key) = by_general_name(name) {
                sources.set(&key, value, Origin::Environment(name.clone()))?;
            }
        }
        for (name, value) in &inputs.environment {
            if let Some(key) = by_own_name(name)
                .map(|rest| sources.key_of_variable(&rest))
                .transpose()?
                .flatten()
            {
                sources.set(&key, value, Origin::Environment(name.clone()))?;
            }
        }
        for flag in &inputs.flags {
            sources.set(flag.key, &flag.value, Origin::Flag(flag.name))?;
        }
        Ok(sources)
    }

    fn add_file(&mut self, path: &PathBuf) -> Result<(), ConfigError> {
        let unreadable = |cause| ConfigError::Unreadable {
            path: path.clone(),
            cause,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        for (key, value) in flatten(parse(&text, path)?) {
            let origin = Origin::File(path.clone());
            if !self.0.contains_key(&key) {
                return Err(self.unknown(key, origin));
            }
            self.0.insert(key, (value, origin));
        }
        Ok(())
    }

    /// The setting of `TRIBUNE_<rest>`; none when the variable is not about a section of ours.
    fn key_of_variable(&self, rest: &str) -> Result<Option<String>, ConfigError> {
        let variable = |key: &str| key.replace('.', "_").to_ascii_uppercase();
        if let Some(key) = self.0.keys().find(|key| variable(key) == rest) {
            return Ok(Some(key.clone()));
        }
        let (section, name) = rest.split_once('_').unwrap_or((rest, ""));
        if self
            .0
            .keys()
            .any(|key| variable(key).split('_').next() == Some(section))
        {
            let key = format!("{section}.{name}").to_ascii_lowercase();
            return Err(self.unknown(key, Origin::Environment(format!("TRIBUNE_{rest}"))));
        }
        Ok(None)
    }

    /// Takes a text from outside in the type that the default has; an empty one counts as not given.
    fn set(&mut self, key: &str, text: &SecretText, origin: Origin) -> Result<(), ConfigError> {
        let text = text.expose();
        if text.is_empty() {
            return Ok(());
        }
        let Some((old, old_origin)) = self.0.get_mut(key) else {
            return Err(self.unknown(key.to_owned(), origin));
        };
        let reason = match old {
            Value::Integer(_) => match text.parse() {
                Ok(number) => {
                    *old = Value::Integer(number);
                    None
                }
                Err(_) => Some("expected a whole number"),
            },
            Value::Boolean(_) => match text.parse() {
                Ok(answer) => {
                    *old = Value::Boolean(answer);
                    None
                }
                Err(_) => Some("expected true or false"),
            },
            _ => {
                *old = Value::String(text.to_owned());
                None
            }
        };
        *old_origin = origin;
        reason.map_or(Ok(()), |reason| Err(self.invalid(key, reason.to_owned())))
    }

    pub(super) fn typed(&self) -> Result<Config, ConfigError> {
        let mut sections = Table::new();
        for (key, (value, _)) in &self.0 {
            let (section, name) = key.split_once('.').unwrap_or((key, ""));
            let section = sections
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), value.clone());
            }
        }
        serde_path_to_error::deserialize(Value::Table(sections)).map_err(|error| {
            let reason = error.inner().to_string();
            // The reader adds the key in a line of its own; we say it first.
            let reason = reason.split("\nin `").next().unwrap_or_default();
            self.invalid(&error.path().to_string(), reason.trim().to_owned())
        })
    }

    pub(super) fn invalid(&self, key: &str, reason: String) -> ConfigError {
        let origin = self
            .0
            .get(key)
            .map_or(Origin::Default, |(_, origin)| origin.clone());
        ConfigError::Invalid {
            key: key.to_owned(),
            origin,
            reason,
        }
    }

    fn unknown(&self, key: String, origin: Origin) -> ConfigError {
        let section = key.split('.').next().unwrap_or_default();
        let mut known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        if known.iter().any(|key| key.split('.').next() == Some(section)) {
            known.retain(|key| key.split('.').next() == Some(section));
        }
        ConfigError::UnknownKey {
            known: known.join(", "),
            origin,
            key: key.trim_end_matches('.').to_owned(),
        }
    }

    /// Every setting as `key`, value to show (a password masked) and origin, in the order of the keys.
    pub fn rows(&self) -> impl Iterator<Item = (&str, String, &Origin)> {
        self.0
            .iter()
            .map(|(key, (value, origin))| (key.as_str(), shown(key, value), origin))
    }
}

/// As it would be written in a file; what is not a usable address of a database is not shown at all.
fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) if SECRETS.iter().any(|(_, secret)| *secret == key) && !text.is_empty() => {
            let database = text.parse::<DatabaseUrl>().map(|url| url.to_string()).ok();
            let redis = || text.parse::<RedisUrl>().map(|url| url.to_string()).ok();
            let masked = if key == "redis.url" { redis() } else { database };
            format!("\"{}\"", masked.unwrap_or_else(|| "***".to_owned()))
        }
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(answer) => answer.to_string(),
        _ => "?".to_owned(),
    }
}

fn parse(text: &str, path: &std::path::Path) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start).min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let place = format!("{}, line {line}, column {column}", path.display());
        ConfigError::Syntax {
            place,
            reason: error.message().to_owned(),
        }
    })
}

/// Sections and their keys as `section.key`; deeper tables stay values and are refused by the types.
fn flatten(table: Table) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(keys) => flat.extend(
                keys.into_iter()
                    .map(|(key, value)| (format!("{section}.{key}"), value)),
            ),
            value => flat.push((section, value)),
        }
    }
    flat
}
