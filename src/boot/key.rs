//! `tribune key create`: a key for who lost theirs, made beside a running server or without one.

use std::io::Write as _;

use wire::key::Scope;

use super::BootError;
use super::place;
use super::policy::refused;
use super::store;
use crate::cli::KeyCreate;
use crate::config::{Config, DatabaseKind};
use crate::domain::rank::Rank;
use crate::service::bootstrap::OfflineKey;

/// The longest name of a key, in characters, as the API has it.
const LONGEST_NAME: usize = 200;

/// Makes the key and prints it: alone on standard output, so that a script can take it.
pub(super) async fn create(args: &KeyCreate) -> Result<(), BootError> {
    let order = order(args)?;
    let (config, _) = Config::load(&args.settings.inputs())?;
    let url = config.database_url();
    if url.kind() == DatabaseKind::Sqlite && !store::file(&url).exists() {
        let path = store::file(&url);
        return Err(BootError::NoDatabase { path });
    }
    let service = place::beside(&config).await?;
    let made = service.create_key_offline(order).await;
    service.shut_down().await;
    let (key, secret) = made.map_err(refused)?;
    eprintln!("The key {} ({}) is shown this once:", key.id, key.name);
    writeln!(std::io::stdout(), "{}", secret.reveal())?;
    Ok(())
}

/// What is asked for, before anything is opened.
fn order(args: &KeyCreate) -> Result<OfflineKey, BootError> {
    let refused = |reason: String| Err(BootError::Arguments(reason));
    let name = args.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return refused(format!(
            "--name has 1 to {LONGEST_NAME} characters and no control characters"
        ));
    }
    let mut scopes = Vec::new();
    for text in &args.scopes {
        match Scope::named(text) {
            Some(scope) => scopes.push(scope),
            None => {
                let known: Vec<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
                return refused(format!(
                    "there is no scope {text}; known are {}",
                    known.join(", ")
                ));
            }
        }
    }
    let rank = match &args.rank {
        None => Rank::Admin,
        Some(text) => match Rank::named(text) {
            Some(rank) => rank,
            None => {
                let known: Vec<_> = Rank::ALL.iter().map(|rank| rank.name()).collect();
                return refused(format!("there is no rank {text}; known are {}", known.join(", ")));
            }
        },
    };
    Ok(OfflineKey {
        tenant: args.tenant.clone(),
        name: name.to_owned(),
        scopes: Some(scopes).filter(|named| !named.is_empty()),
        rank,
    })
}
