//! What shipped flows have the service do, in the transaction of the step that asks for it.

use super::{Context, Stop};
use crate::domain::conversation::{Call, Flow, MOST_TRIES, Next, Session, Value};
use crate::ports::conversations::{Fresh, Talked};
use crate::ports::directory::{Applied, Change, Order};
use crate::ports::error::StoreError;
use crate::storage::conversations::{agreed, bring, filed, matches, not_taken, number, saying, talked};
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{conversations, record, seams};

/// The other side of a link, as it stands now.
type Peer = Option<(Session, Flow)>;

impl Context<'_> {
    /// Does what a conversation waits for, until it waits for a person, or for an act, which is submitted elsewhere.
    pub(super) async fn carry_out(
        &self,
        transaction: &mut Transaction,
        (next, talk): (&mut Next, &mut Talked),
        fresh: Fresh,
        peer: Peer,
    ) -> Result<(), Stop> {
        let flow = talk.flow.clone();
        while let Some(call) = next.call {
            let came = match call {
                Call::Act => {
                    next.session.link.key = Some(fresh.key);
                    return Ok(());
                }
                Call::FileAppeal => self.file_for(transaction, next, talk, fresh).await?,
                Call::IssueCode => {
                    next.session.link.code = Some(fresh.code);
                    next.session.link.peer = None;
                    "done"
                }
                Call::MatchCode => self.match_code(transaction, next, fresh, peer.clone()).await?,
                Call::Agree => {
                    self.tell(transaction, (next, talk), peer.clone(), "agreed")
                        .await?
                }
                Call::Deny => {
                    self.tell(transaction, (next, talk), peer.clone(), "denied")
                        .await?;
                    "done"
                }
                Call::Merge => {
                    self.merge_both(transaction, (next, talk), fresh, peer.clone())
                        .await?
                }
            };
            next.called(&flow, came, self.now).map_err(not_taken)?;
        }
        Ok(())
    }

    /// Files the appeal that was written. A refusal is told to whoever wrote it.
    async fn file_for(
        &self,
        transaction: &mut Transaction,
        next: &mut Next,
        talk: &mut Talked,
        fresh: Fresh,
    ) -> Result<&'static str, Stop> {
        let session = &mut next.session;
        let home = (self.order.tenant, session.community);
        let case = number(session, "case").unwrap_or_default();
        let saying = saying(session, self.now);
        let filing = match record::case(transaction.connection()?, home, case).await {
            Ok(found) => {
                let group = seams::everybody(transaction.connection()?, home.0, session.user).await?;
                if group.contains(&found.user) {
                    self.file(transaction, home.1, (fresh.appeal, case, false), &saying)
                        .await
                } else {
                    Err(StoreError::NotFound("case").into())
                }
            }
            Err(error) => Err(error.into()),
        };
        let why = match filing {
            Ok(changed) => {
                talk.brought.push(changed);
                filed(session, fresh.appeal);
                return Ok("done");
            }
            Err(Stop::Answered(Applied::Refused(refusal))) => refusal.to_string(),
            Err(Stop::Failed(StoreError::NotFound(_))) => format!("there is no case #{case} of yours"),
            Err(stop) => return Err(stop),
        };
        bring(session, "refusal", Value::Text(why));
        Ok("refused")
    }

    /// Binds the two sides together, if the code is that of the other one.
    async fn match_code(
        &self,
        transaction: &mut Transaction,
        next: &mut Next,
        fresh: Fresh,
        peer: Peer,
    ) -> Result<&'static str, Stop> {
        let tenant = self.order.tenant;
        if let (Some((session, flow)), Some(entered)) = (peer, fresh.entered) {
            let mut there = session.at(&flow, self.now).map_err(not_taken)?;
            let group = seams::everybody(transaction.connection()?, tenant, session.user).await?;
            if matches(&next.session, &there, &entered) && !group.contains(&next.session.user) {
                there.session.link.peer = Some((next.session.community, next.session.id));
                there.session.link.code = None;
                conversations::save(transaction, tenant, &there, self.now).await?;
                next.session.link.peer = Some((there.session.community, there.session.id));
                let named = there.session.link.named.clone().unwrap_or_default();
                bring(&mut next.session, "other", Value::Text(named));
                return Ok("done");
            }
        }
        next.session.link.tries += 1;
        Ok(if next.session.link.tries < MOST_TRIES {
            "refused"
        } else {
            "failed"
        })
    }

    /// Tells the other side, if it is there and waits for that.
    async fn tell(
        &self,
        transaction: &mut Transaction,
        (next, talk): (&mut Next, &mut Talked),
        peer: Peer,
        event: &str,
    ) -> Result<&'static str, Stop> {
        let Some((session, flow)) = peer else {
            return Ok("refused");
        };
        let mut there = session.at(&flow, self.now).map_err(not_taken)?;
        let bound = there
            .session
            .link
            .peer
            .is_some_and(|(_, id)| id == next.session.id);
        let mine = next.session.link.named.clone().unwrap_or_default();
        bring(&mut there.session, "other", Value::Text(mine));
        if !bound || there.called(&flow, event, self.now).is_err() {
            return Ok("refused");
        }
        conversations::save(transaction, self.order.tenant, &there, self.now).await?;
        talk.others.push(talked(there, flow));
        Ok("done")
    }

    /// Makes the two sides one person. What stands in the way of that is the answer to the whole step, which changes nothing then.
    async fn merge_both(
        &self,
        transaction: &mut Transaction,
        (next, talk): (&mut Next, &mut Talked),
        fresh: Fresh,
        peer: Peer,
    ) -> Result<&'static str, Stop> {
        let other = match &peer {
            Some((session, flow)) => Some(session.at(flow, self.now).map_err(not_taken)?),
            None => None,
        };
        let Some(other) = other.filter(|other| agreed(next.session.id, other)) else {
            let gone = "the other side is no longer there".to_owned();
            bring(&mut next.session, "refusal", Value::Text(gone));
            return Ok("refused");
        };
        let order = Order {
            tenant: self.order.tenant,
            by: self.order.by.clone(),
            change: Change::MergeUsers {
                id: fresh.merge,
                into: next.session.user,
                from: other.session.user,
                reason: Some("both sides confirmed that they are one person".to_owned()),
                dry_run: false,
            },
            claim: None,
        };
        let merging = Context {
            order: &order,
            timelines: self.timelines,
            render: self.render,
            now: self.now,
        };
        let merged = Box::pin(merging.merge_users(transaction)).await?;
        talk.brought.push(merged);
        self.tell(transaction, (next, talk), peer, "linked").await?;
        Ok("done")
    }
}
