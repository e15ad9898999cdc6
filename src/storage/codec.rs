//! What columns hold, and how it becomes the domain's types again: the same on both dialects.

use super::batch::MemberRow;
use crate::domain::act::Recent;
use crate::domain::case::Case;
use crate::domain::colour::Colour;
use crate::domain::directive::State;
use crate::domain::id::UserId;
use crate::domain::identity::{Identity, NativeId, Platform};
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::domain::name::Name;
use crate::domain::past::Past;
use crate::domain::plan::Plan;
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::rank::{Authority, Rank};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use crate::domain::timeline::PolicyVersion;
use crate::ports::directory::Looks;
use crate::ports::error::StoreError;
use crate::ports::insight::Milestone;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::sync::Arc;

/// What did not parse.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The JSON text of a document.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Failed(Box::new(e)))
}

/// The JSON text of a document, if there is one.
pub(crate) fn json_opt<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(json).transpose()
}

/// The place before all histories.
pub(crate) const BEGINNING: Milestone = (UserId(uuid::Uuid::nil()), Instant::FIRST, 0);

/// Cases in the order of their numbers as given.
pub(crate) fn in_order(cases: Vec<Case>, numbers: &[i64]) -> Vec<Case> {
    let mut cases: HashMap<i64, Case> = cases.into_iter().map(|case| (case.number, case)).collect();
    numbers.iter().filter_map(|number| cases.remove(number)).collect()
}

/// How a sanction's end is named in its column.
pub(crate) const fn ending_name(ending: Ending) -> &'static str {
    match ending {
        Ending::Expired => "expired",
        Ending::Lifted => "lifted",
        Ending::Superseded => "superseded",
        Ending::Voided => "voided",
    }
}

/// What a sanction's row keeps besides its columns, as most sanctions have none of it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SanctionDetail {
    capabilities: BTreeSet<Name>,
    while_above: Option<Points>,
}

impl SanctionDetail {
    /// Of a sanction, as the column has it.
    pub(crate) fn of(sanction: &Sanction) -> Result<Option<String>, StoreError> {
        let detail = Self {
            capabilities: sanction.capabilities.clone(),
            while_above: sanction.while_above,
        };
        (detail != Self::default()).then(|| json(&detail)).transpose()
    }

    /// Into a sanction.
    pub(crate) fn complete(self, sanction: &mut Sanction) {
        sanction.capabilities = self.capabilities;
        sanction.while_above = self.while_above;
    }
}

/// A row that is being read: its table, and the key by which a person finds it again when it cannot be understood.
#[derive(Clone, Copy)]
pub(crate) struct Place<'k> {
    pub(crate) table: &'static str,
    pub(crate) key: &'k dyn Display,
}

impl Place<'_> {
    /// A column whose content cannot be understood.
    pub(crate) fn corrupt(&self, column: &'static str, source: impl Into<Cause>) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
            row: self.key.to_string(),
            source: source.into(),
        }
    }

    /// A JSON document.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|e| self.corrupt(column, e))
    }

    /// A JSON document, if there is one.
    pub(crate) fn json_opt<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// Seconds since 1970.
    pub(crate) fn instant(&self, column: &'static str, seconds: i64) -> Result<Instant, StoreError> {
        Instant::new(seconds).map_err(|e| self.corrupt(column, e))
    }

    /// An identity, if there is one.
    pub(crate) fn identity(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Identity>, StoreError> {
        text.map(|text| Identity::parse(text).map_err(|e| self.corrupt(column, e)))
            .transpose()
    }

    /// A platform's name.
    pub(crate) fn platform(&self, column: &'static str, name: &str) -> Result<Platform, StoreError> {
        Platform::parse(name).map_err(|error| self.corrupt(column, error))
    }

    /// An identifier that a platform gave.
    pub(crate) fn native(&self, column: &'static str, id: &str) -> Result<NativeId, StoreError> {
        NativeId::parse(id).map_err(|error| self.corrupt(column, error))
    }

    /// Where a directive stands.
    pub(crate) fn directive_state(&self, column: &'static str, name: &str) -> Result<State, StoreError> {
        State::named(name).ok_or_else(|| self.corrupt(column, "there is no such state"))
    }

    /// A kind's name.
    pub(crate) fn kind(&self, column: &'static str, name: &str) -> Result<Kind, StoreError> {
        Kind::named(name).map_err(|e| self.corrupt(column, e))
    }

    /// How a sanction ended.
    pub(crate) fn ending(&self, column: &'static str, name: &str) -> Result<Ending, StoreError> {
        [
            Ending::Expired,
            Ending::Lifted,
            Ending::Superseded,
            Ending::Voided,
        ]
        .into_iter()
        .find(|ending| ending_name(*ending) == name)
        .ok_or_else(|| self.corrupt(column, format!("no ending is called {name:?}")))
    }

    /// A rank's name.
    pub(crate) fn rank(&self, name: &str) -> Result<Rank, StoreError> {
        Rank::named(name).ok_or_else(|| self.corrupt("rank", format!("no rank is called {name:?}")))
    }

    /// A plan's name.
    pub(crate) fn plan(&self, name: &str) -> Result<Plan, StoreError> {
        Plan::named(name).ok_or_else(|| self.corrupt("plan", format!("no plan is called {name:?}")))
    }

    /// The columns `rank` and `level`.
    pub(crate) fn authority(&self, rank: &str, level: i64) -> Result<Authority, StoreError> {
        Ok(Authority {
            rank: self.rank(rank)?,
            level: u16::try_from(level).map_err(|e| self.corrupt("level", e))?,
        })
    }

    /// 32 bytes.
    pub(crate) fn hash(&self, column: &'static str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
        bytes
            .try_into()
            .map_err(|e: std::array::TryFromSliceError| self.corrupt(column, e))
    }

    /// A case: as it was first written, with what has changed since.
    pub(crate) fn case(&self, columns: CaseColumns<'_>) -> Result<Case, StoreError> {
        let mut case: Case = self.json("doc", columns.doc)?;
        case.points = Points::from_units(columns.points);
        case.particulars.reason = columns.reason;
        case.revision = columns.revision;
        case.started = self.json_opt::<Sanction>("started", columns.started)?;
        case.voided = self.json_opt("voided", columns.voided)?;
        case.reduced = self.json_opt("reduced", columns.reduced)?;
        Ok(case)
    }

    /// A member.
    pub(crate) fn member(&self, columns: &MemberColumns<'_>) -> Result<MemberRow, StoreError> {
        Ok(MemberRow {
            authority: self.authority(columns.rank, columns.level)?,
            protected: columns.protected,
            bot: columns.bot,
            state: self.json::<Member>("state", columns.state)?,
            recent: self.json::<Vec<Recent>>("recent", columns.recent)?,
            past: Past::default(),
        })
    }

    /// A language, where one is set.
    pub(crate) fn language(
        &self,
        column: &'static str,
        code: Option<&str>,
    ) -> Result<Option<Language>, StoreError> {
        let named =
            |code| Language::named(code).ok_or_else(|| self.corrupt(column, "there is no such language"));
        code.map(named).transpose()
    }

    /// How a community presents itself.
    pub(crate) fn looks(&self, language: Option<&str>, colour: Option<&str>) -> Result<Looks, StoreError> {
        let parsed = |text| Colour::parse(text).ok_or_else(|| self.corrupt("colour", "this is no colour"));
        Ok(Looks {
            language: self.language("language", language)?,
            colour: colour.map(parsed).transpose()?,
        })
    }

    /// A version of a policy.
    pub(crate) fn policy_version(
        &self,
        version: i32,
        activated_at: i64,
        doc: &str,
    ) -> Result<PolicyVersion, StoreError> {
        Ok(PolicyVersion {
            version,
            activated_at: self.instant("activated_at", activated_at)?,
            policy: Arc::new(self.json::<Policy>("doc", doc)?),
        })
    }
}

/// The store's clock as the ledger counts.
pub(crate) fn instant(now: DateTime<Utc>) -> Result<Instant, StoreError> {
    Instant::from_utc(now).map_err(|e| StoreError::Failed(Box::new(e)))
}

/// The columns of a case that are read: the document as first written, and what may change.
#[derive(Clone, Debug)]
pub(crate) struct CaseColumns<'r> {
    pub(crate) doc: &'r str,
    pub(crate) points: i64,
    pub(crate) reason: Option<String>,
    pub(crate) revision: i32,
    pub(crate) started: Option<&'r str>,
    pub(crate) voided: Option<&'r str>,
    pub(crate) reduced: Option<&'r str>,
}

/// The columns of a member.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberColumns<'r> {
    pub(crate) rank: &'r str,
    pub(crate) level: i64,
    pub(crate) protected: bool,
    pub(crate) bot: bool,
    pub(crate) state: &'r str,
    pub(crate) recent: &'r str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_understood_is_named() {
        let place = Place {
            table: "members",
            key: &"usr_1",
        };
        let error = place.rank("king").unwrap_err();
        assert_eq!(error.to_string(), "corrupt row: members.rank of usr_1");
        assert!(place.authority("owner", 70_000).is_err());
        assert!(place.instant("at", -1).is_err());
        assert!(place.json::<Member>("state", "{").is_err());
    }

    #[test]
    fn endings_are_read_as_they_are_written() {
        let place = Place {
            table: "sanctions",
            key: &"san_1",
        };
        for ending in [
            Ending::Expired,
            Ending::Lifted,
            Ending::Superseded,
            Ending::Voided,
        ] {
            assert_eq!(place.ending("ended_how", ending_name(ending)).unwrap(), ending);
        }
    }
}
