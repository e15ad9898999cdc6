//! Whole communities: out as lines, and in again as new communities.
//!
//! An export begins with a line that says what it is, and ends with one that counts the lines before it and has their digest:
//! what was cut off, or changed, is noticed. What stands between is what the store keeps, in the domain's own terms.

use super::caller::Caller;
use super::console::Place;
use super::error::ServiceError;
use super::imports::BadLine;
use super::intake::Intake;
use super::judge::json;
use super::{Answer, Claim, Outcome, Service, show};
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::answer::NewEvent;
use crate::ports::directory::{Community, Rendered};
use crate::ports::history::{Imported, Piece, RestoreOrder, Sink};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use wire::event::{EventData, types};
use wire::key::Scope;

/// What the first line says that the file is.
const FORMAT: &str = "tribune-community";
/// The version of the format that is written, and the newest that is read.
const VERSION: u32 = 1;

/// How many lines wait for whoever takes them.
const WAITING: usize = 64;

/// The lines that are no pieces.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Frame {
    /// The first line.
    Export {
        format: String,
        version: u32,
        exported_at: DateTime<Utc>,
    },
    /// The last line.
    End {
        /// How many lines stand before it.
        lines: u64,
        /// The SHA-256 of all bytes before it, line breaks included, in hexadecimal digits.
        sha256: String,
    },
}

/// Lines of an export, each with its line break.
pub type Lines = mpsc::Receiver<Result<Vec<u8>, ServiceError>>;

impl Service {
    /// Exports a community. The first line is there when this returns.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not.
    pub async fn export(&self, caller: &Caller, community: CommunityId) -> Result<Lines, ServiceError> {
        caller.require(Scope::HistoryRead)?;
        caller.enter(community)?;
        self.export_for(caller.tenant, community).await
    }

    /// The same for whoever can reach the database itself.
    ///
    /// # Errors
    /// As for [`Service::export`].
    pub async fn export_offline(&self, place: Place) -> Result<Lines, ServiceError> {
        self.export_for(place.tenant, place.community).await
    }

    async fn export_for(&self, tenant: TenantId, community: CommunityId) -> Result<Lines, ServiceError> {
        self.store.community(tenant, community).await?;
        let (lines, taken) = mpsc::channel(WAITING);
        let (store, now) = (self.store.clone(), self.clock.now());
        // It reads in a transaction, so it must come to its end whoever stops listening.
        self.writes.spawn(async move {
            let mut writer = Writer {
                lines,
                count: 0,
                hash: Sha256::new(),
            };
            let first = Frame::Export {
                format: FORMAT.to_owned(),
                version: VERSION,
                exported_at: now,
            };
            if !writer.line(&first).await {
                return;
            }
            match store.export(tenant, community, &mut writer).await {
                Ok(()) => writer.end().await,
                Err(error) => drop(writer.lines.send(Err(error.into())).await),
            }
        });
        Ok(taken)
    }

    /// Makes a community of the lines of an export.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`] says where the file is no export; nothing was made then.
    pub async fn restore(
        &self,
        caller: &Caller,
        intake: Intake,
        pieces: Vec<(u64, Piece)>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::HistoryWrite)?;
        caller.unbound()?;
        self.restore_for(caller.tenant, pieces, claim, Some(intake)).await
    }

    /// That a caller may restore: asked before a large body is read.
    ///
    /// # Errors
    /// That the key may not, or [`ServiceError::TakingIn`].
    pub fn may_restore(&self, caller: &Caller) -> Result<Intake, ServiceError> {
        caller.require(Scope::HistoryWrite)?;
        caller.unbound()?;
        self.intake()
    }

    /// The same for whoever can reach the database itself; gives the id of the community.
    ///
    /// # Errors
    /// As for [`Service::restore`], and that the tenant is not clear.
    pub async fn restore_offline(
        &self,
        tenant: Option<&str>,
        pieces: Vec<(u64, Piece)>,
    ) -> Result<String, ServiceError> {
        let tenant = self.tenant_meant(tenant).await?.id;
        Ok(self.restore_for(tenant, pieces, None, None).await?.answer.tag)
    }

    async fn restore_for(
        &self,
        tenant: TenantId,
        pieces: Vec<(u64, Piece)>,
        claim: Option<Claim>,
        intake: Option<Intake>,
    ) -> Result<Outcome, ServiceError> {
        let order = RestoreOrder {
            tenant,
            community: CommunityId(self.ids.fresh()),
            pieces,
            claim,
        };
        let store = self.store.clone();
        self.detached(async move {
            let _room = intake;
            let done = |answer, replayed| Ok(Outcome { answer, replayed });
            match store.restore(&order, &rendered).await? {
                Imported::Done(answer) => done(answer, false),
                Imported::Replayed(answer) => done(answer, true),
                Imported::KeyReused => Err(ServiceError::KeyReused),
                Imported::Closed(refusal) => Err(refusal.into()),
                Imported::Refused(bad) => Err(ServiceError::BadLines(bad)),
            }
        })
        .await
    }
}

/// The answer and the event of a restored community.
fn rendered(community: &Community, now: DateTime<Utc>) -> Rendered {
    let shown = show::directory::community(community);
    let answer = Answer {
        tag: shown.id.clone(),
        body: json(&shown),
    };
    let data = EventData {
        community: Some(shown),
        ..EventData::default()
    };
    let event = NewEvent {
        kind: types::HISTORY_RESTORED,
        community: Some(community.id),
        user: None,
        at: now,
        data: json(&data),
    };
    Rendered {
        answer,
        events: vec![event],
    }
}

/// Writes lines, counts them and remembers what they were.
struct Writer {
    lines: mpsc::Sender<Result<Vec<u8>, ServiceError>>,
    count: u64,
    hash: Sha256,
}

impl Writer {
    /// Writes a line; false when nobody wants any more.
    async fn line<T: Serialize + Sync>(&mut self, line: &T) -> bool {
        let mut text = json(line).into_bytes();
        text.push(b'\n');
        self.hash.update(&text);
        self.count += 1;
        self.lines.send(Ok(text)).await.is_ok()
    }

    async fn end(mut self) {
        let end = Frame::End {
            lines: self.count,
            sha256: hexadecimal(&self.hash.clone().finalize()),
        };
        self.line(&end).await;
    }
}

#[async_trait]
impl Sink for Writer {
    async fn take(&mut self, piece: Piece) -> bool {
        self.line(&piece).await
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the lines of an export.
#[derive(Default)]
pub struct Reader {
    pieces: Vec<(u64, Piece)>,
    hash: Sha256,
    /// How many lines are in the digest.
    count: u64,
    ended: bool,
}

impl Reader {
    /// Takes the next line, without its line break. After the first wrong one nothing makes sense any more.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`].
    pub fn line(&mut self, number: u64, line: &[u8]) -> Result<(), ServiceError> {
        let wrong = |detail: String| {
            let pointer = String::new();
            Err(ServiceError::BadLines(vec![BadLine {
                line: number,
                pointer,
                detail,
            }]))
        };
        if self.ended {
            return wrong("it stands behind the end of the export".to_owned());
        }
        if self.count == 0 || line.starts_with(b"{\"end\"") {
            let frame = serde_json::from_slice(line);
            match frame {
                Ok(Frame::Export { format, version, .. }) if self.count == 0 => {
                    if format != FORMAT || version > VERSION {
                        return wrong(format!("this reads {FORMAT} up to version {VERSION}"));
                    }
                }
                Ok(Frame::End { lines, sha256 }) if self.count > 0 => {
                    self.ended = true;
                    let found = hexadecimal(&self.hash.clone().finalize());
                    if lines != self.count || sha256 != found {
                        return wrong("the lines before it are not those that were exported".to_owned());
                    }
                    return Ok(());
                }
                _ => return wrong("an export begins with a line that says what it is".to_owned()),
            }
        } else {
            match serde_json::from_slice::<Piece>(line) {
                Ok(piece) => self.pieces.push((number, piece)),
                Err(error) => return wrong(error.to_string()),
            }
        }
        self.count += 1;
        self.hash.update(line);
        self.hash.update(b"\n");
        Ok(())
    }

    /// All pieces.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`] when the end is missing.
    pub fn finish(self) -> Result<Vec<(u64, Piece)>, ServiceError> {
        if self.ended {
            return Ok(self.pieces);
        }
        Err(ServiceError::BadLines(vec![BadLine {
            line: self.count + 1,
            pointer: String::new(),
            detail: "the file is cut off: the line that ends an export is missing".to_owned(),
        }]))
    }
}
