//! `tribune policy …`: policies as files, by themselves and against a live database.

mod diff; // what differs between two policies
mod file; // reading and checking a file
mod history; // the versions of a policy, and what became of them
mod presets; // policies to begin with
mod print; // a policy as a file
mod yaml; // from YAML to JSON, with the lines

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};

use self::file::{Found, Usable};
use self::history::shown;
use super::BootError;
use super::place::open;
use crate::cli::{CommunityPlace, PolicyApply, PolicyDiff, PolicyRestore, PolicyShow, PolicyWrite};
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::PolicyRecord;
use crate::service::Service;
use crate::service::console::Place;
use crate::service::error::ServiceError;

/// The longest comment on a version, in characters, as the API has it.
const LONGEST_COMMENT: usize = 500;

/// What a command comes to when there is something to look at: warnings, differences.
const LOOK: u8 = 3;

/// Checks a file, and says everything that is wrong with it or hardly meant.
pub(super) fn check(path: &Path) -> Result<ExitCode, BootError> {
    let Some(usable) = usable(path)? else {
        return Ok(ExitCode::FAILURE);
    };
    let warned = !usable.warnings.is_empty();
    writeln!(
        std::io::stdout(),
        "{}: {}",
        path.display(),
        if warned {
            "can be used, but look at the warnings"
        } else {
            "can be used"
        }
    )?;
    Ok(if warned {
        ExitCode::from(LOOK)
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints a policy to begin with.
pub(super) fn preset(name: &str) -> Result<ExitCode, BootError> {
    let Some(text) = presets::named(name) else {
        let known = presets::ALL.map(|(name, _)| name).join(", ");
        return Err(BootError::Arguments(format!(
            "there is no preset {name}; known are {known}"
        )));
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the policy of a community as a file.
pub(super) async fn show(args: &PolicyShow) -> Result<ExitCode, BootError> {
    let (service, place) = open(&args.place).await?;
    let read = async {
        match args.version {
            Some(version) => service.policy_version_at(place, version).await,
            None => Ok(service.policy_at(place).await?.in_force),
        }
    };
    let record = read.await;
    service.shut_down().await;
    let record = record.map_err(refused)?;
    let mut out = std::io::stdout().lock();
    let written = shown(record.created_at);
    writeln!(out, "# Version {}, written {written}.\n", record.version.version)?;
    out.write_all(print::yaml(&record.version.policy).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what a file would change.
pub(super) async fn diff(args: &PolicyDiff) -> Result<ExitCode, BootError> {
    let Some(usable) = usable(&args.file)? else {
        return Ok(ExitCode::FAILURE);
    };
    let (service, place) = open(&args.place).await?;
    let now = service.policy_at(place).await;
    service.shut_down().await;
    let differs = print_differences(&now.map_err(refused)?.in_force, &usable.policy)?;
    Ok(if differs {
        ExitCode::from(LOOK)
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints the versions of a community's policy.
pub(super) async fn history(args: &CommunityPlace) -> Result<ExitCode, BootError> {
    let (service, place) = open(args).await?;
    let told = history::told(&service, place).await;
    service.shut_down().await;
    std::io::stdout().write_all(told.map_err(refused)?.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Makes a file the next version of a community's policy.
pub(super) async fn apply(args: &PolicyApply) -> Result<ExitCode, BootError> {
    let activate_at = asked(&args.write)?;
    let Some(usable) = usable(&args.file)? else {
        return Ok(ExitCode::FAILURE);
    };
    let (service, place) = open(&args.write.place).await?;
    let new = New {
        policy: usable.policy,
        activate_at,
        comment: args.write.comment.clone(),
    };
    let done = written(&service, place, new, args.write.dry_run).await;
    service.shut_down().await;
    done
}

/// Makes the rules of an earlier version the next one.
pub(super) async fn restore(args: &PolicyRestore) -> Result<ExitCode, BootError> {
    let activate_at = asked(&args.write)?;
    let (service, place) = open(&args.write.place).await?;
    let restored = async {
        let comment = args.write.comment.clone();
        let earlier = service.earlier_rules(place.tenant, place.community, args.version, comment);
        let (policy, comment) = earlier.await.map_err(refused)?;
        let new = New {
            policy,
            activate_at,
            comment: Some(comment),
        };
        written(&service, place, new, args.write.dry_run).await
    };
    let done = restored.await;
    service.shut_down().await;
    done
}

/// When a version is to come into force, if not at once, after a look at what else is asked of it.
fn asked(write: &PolicyWrite) -> Result<Option<Instant>, BootError> {
    let comment = write.comment.as_ref();
    if comment.is_some_and(|text| text.chars().count() > LONGEST_COMMENT) {
        let reason = format!("--comment has at most {LONGEST_COMMENT} characters");
        return Err(BootError::Arguments(reason));
    }
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if comment.is_some_and(|text| text.contains(steers)) {
        let reason = "--comment has no control characters except line break and tab".to_owned();
        return Err(BootError::Arguments(reason));
    }
    write.activate_at.as_deref().map(moment).transpose()
}

/// A version to write.
struct New {
    policy: Policy,
    activate_at: Option<Instant>,
    comment: Option<String>,
}

/// Writes the next version, if it differs from the newest, and says so.
async fn written(service: &Service, place: Place, new: New, dry_run: bool) -> Result<ExitCode, BootError> {
    let activate_at = new.activate_at;
    let now = service.policy_at(place).await.map_err(refused)?;
    let newest = now.scheduled.as_ref().unwrap_or(&now.in_force);
    let differs = print_differences(newest, &new.policy)?;
    // The same rules at another moment are another wish.
    let writes = differs
        || now
            .scheduled
            .as_ref()
            .is_some_and(|next| activate_at != Some(next.version.activated_at));
    let mut out = std::io::stdout();
    if let Some(next) = now.scheduled.as_ref().filter(|_| writes) {
        let (version, at) = (next.version.version, shown(next.version.activated_at.to_utc()));
        writeln!(
            out,
            "takes the place of version {version}, which was to come into force at {at}"
        )?;
    }
    let lost = service.ends_lost(place.tenant, place.community, (&now, &new.policy), activate_at);
    if let Some(detail) = lost.await.map_err(refused)?.filter(|_| writes) {
        writeln!(std::io::stderr(), "warning: /decay/model: {detail}")?;
    }
    if !writes || dry_run {
        writeln!(
            out,
            "{}",
            if writes {
                "nothing was written (--dry-run)"
            } else {
                "nothing to write"
            }
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let expected = newest.version.version;
    let write = service.put_policy_at(place, expected, new.policy, activate_at, new.comment);
    let written = write.await.map_err(refused)?;
    // The tag of what comes into force later names the version in force too: `3+4`.
    let version = written
        .answer
        .tag
        .rsplit('+')
        .next()
        .unwrap_or_default()
        .to_owned();
    match activate_at {
        Some(at) => writeln!(
            out,
            "version {version} comes into force at {}",
            shown(at.to_utc())
        )?,
        None => writeln!(out, "version {version} is in force")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The policy of a file, after everything that there is to say about it.
fn usable(path: &Path) -> Result<Option<Usable>, BootError> {
    let text = file::text(path)?;
    let parsed = file::parse(&text);
    let mut out = std::io::stderr().lock();
    let mut say = |what: &str, found: &Found| {
        let line = found.line.map_or_else(String::new, |line| format!(":{line}"));
        let pointer = if found.pointer.is_empty() {
            String::new()
        } else {
            format!("{}: ", found.pointer)
        };
        writeln!(out, "{}{line}: {what}: {pointer}{}", path.display(), found.detail)
    };
    match parsed {
        Ok(usable) => {
            usable
                .warnings
                .iter()
                .try_for_each(|found| say("warning", found))?;
            Ok(Some(usable))
        }
        Err(errors) => {
            errors.iter().try_for_each(|found| say("error", found))?;
            Ok(None)
        }
    }
}

fn print_differences(before: &PolicyRecord, after: &Policy) -> Result<bool, BootError> {
    let lines = diff::diff(&before.version.policy, after);
    let mut out = std::io::stdout().lock();
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    if lines.is_empty() {
        writeln!(out, "the same as version {}", before.version.version)?;
    }
    Ok(!lines.is_empty())
}

fn moment(text: &str) -> Result<Instant, BootError> {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    let instant = time.ok().and_then(|time| Instant::from_utc(time).ok());
    instant.ok_or_else(|| {
        let reason = format!("--activate-at {text} is no moment such as 2027-01-01T00:00:00Z");
        BootError::Arguments(reason)
    })
}

/// What the service refuses, in words for the console.
pub(super) fn refused(error: ServiceError) -> BootError {
    match error {
        // Its findings are about JSON elsewhere, so the message alone does not say them.
        ServiceError::Invalid(findings) => {
            let details: Vec<_> = findings.into_iter().map(|finding| finding.detail).collect();
            BootError::Arguments(details.join("; "))
        }
        ServiceError::NotFound(what) => BootError::Arguments(format!("there is no such {what}")),
        ServiceError::Stale { current } => BootError::Arguments(format!(
            "somebody wrote version {current} meanwhile; look at it and apply again"
        )),
        other => other.into(),
    }
}
