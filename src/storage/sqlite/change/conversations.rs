//! Conversations: they begin, go on and end. What shipped flows have the service do is in `calls.rs`.

use super::{Context, Stop};
use crate::domain::conversation::{Call, Flow, FlowName, Link, Next, Session, Start, Value, opened};
use crate::domain::id::{CommunityId, ConversationId, UserId};
use crate::ports::conversations::{Advancing, Came, ConversationChange, ConversationStep, Starting, Talked};
use crate::ports::directory::{Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::batch::{Home, MemberKey};
use crate::storage::conversations::{bring, in_order, not_taken, talked};
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::{conversations, directory, notices, people, seams};

impl Context<'_> {
    pub(super) async fn change_conversation(
        &self,
        transaction: &mut Transaction,
        change: &ConversationChange,
    ) -> Result<Changed, Stop> {
        let home = (self.order.tenant, change.community);
        let talked = match &change.what {
            ConversationStep::Start(starting) => self.start(transaction, change.community, starting).await?,
            ConversationStep::Advance(advancing) => {
                self.advance(transaction, change.community, advancing).await?
            }
            ConversationStep::Cancel(id) => {
                let (session, flow) = conversations::lock(transaction, home, *id).await?;
                let next = session.cancel(&flow, self.now).map_err(not_taken)?;
                self.keep(transaction, next, flow).await?
            }
            ConversationStep::Pass(id) => {
                let (session, flow) = conversations::lock(transaction, home, *id).await?;
                let next = session.at(&flow, self.now).map_err(not_taken)?;
                if next.told.is_empty() {
                    return Ok(unchanged(next, flow));
                }
                self.keep(transaction, next, flow).await?
            }
            ConversationStep::Came(id, came) => {
                let (session, flow) = conversations::lock(transaction, home, *id).await?;
                let mut next = session.at(&flow, self.now).map_err(not_taken)?;
                if !flow
                    .state(session.state)
                    .is_some_and(|state| state.calls() == Some(Call::Act))
                {
                    return Ok(unchanged(next, flow));
                }
                let (event, name, value) = match came {
                    Came::Done(case) => ("done", "case", Value::Integer(*case)),
                    Came::Held(held) => ("held", "held", Value::Text(held.clone())),
                    Came::Refused(why) => ("refused", "refusal", Value::Text(why.clone())),
                };
                bring(&mut next.session, name, value);
                next.called(&flow, event, self.now).map_err(not_taken)?;
                self.keep(transaction, next, flow).await?
            }
        };
        Ok(Changed::Conversation(Box::new(talked)))
    }

    async fn start(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        starting: &Starting,
    ) -> Result<Talked, Stop> {
        let (tenant, now) = (self.order.tenant, self.now);
        let home = (tenant, community);
        directory::community_exists(transaction.connection()?, tenant, community).await?;
        let user =
            people::find_or_make(transaction, tenant, &starting.person, starting.fresh.user, now).await?;
        let group = seams::everybody(transaction.connection()?, tenant, user).await?;
        let place = (starting.flow.name(), starting.channel.as_str());
        let others = self.make_room(transaction, home, &group, place).await?;
        let link = self.kept(transaction, community, user, starting).await?;
        let start = Start {
            id: starting.id,
            community,
            user,
            channel: starting.channel.clone(),
            data: starting.data.clone(),
            link,
        };
        let mut next = opened(&starting.flow, start, now).map_err(not_taken)?;
        let mut talk = Talked {
            others,
            ..talked(next.clone(), starting.flow.clone())
        };
        self.carry_out(transaction, (&mut next, &mut talk), starting.fresh, None)
            .await?;
        if !conversations::insert(transaction, tenant, &next, now).await? {
            let there = conversations::running(transaction, home, &group, place).await?;
            let id = there.map_or(starting.id, |(there, _)| there.id);
            return Err(Conflict::ConversationRunning(id).into());
        }
        Ok(Talked {
            session: next.session,
            told: next.told,
            ..talk
        })
    }

    /// What a conversation keeps besides answers, from its start on: the language is theirs, else the community's.
    async fn kept(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        user: UserId,
        starting: &Starting,
    ) -> Result<Link, Stop> {
        let tenant = self.order.tenant;
        let present = seams::present(transaction.connection()?, tenant, user).await?;
        let member = MemberKey {
            tenant,
            community,
            user: present.unwrap_or(user),
        };
        let audience = notices::audience(transaction.connection()?, member).await?;
        Ok(Link {
            named: match &starting.person {
                PersonRef::Identity(identity) => Some(identity.to_string()),
                PersonRef::User(_) => None,
            },
            language: Some(audience.language()),
            questions: starting.questions.clone(),
            ..Link::default()
        })
    }

    /// That nobody among these users has one that runs. One whose time is up is ended here, where nobody has written that down yet.
    async fn make_room(
        &self,
        transaction: &mut Transaction,
        home: Home,
        group: &[UserId],
        place: (&FlowName, &str),
    ) -> Result<Vec<Talked>, Stop> {
        let Some((there, _)) = conversations::running(transaction, home, group, place).await? else {
            return Ok(Vec::new());
        };
        let (there, flow) = conversations::lock(transaction, home, there.id).await?;
        let next = there.at(&flow, self.now).map_err(not_taken)?;
        if next.session.ended.is_none() {
            return Err(Conflict::ConversationRunning(there.id).into());
        }
        if next.told.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![self.keep(transaction, next, flow).await?])
    }

    async fn advance(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        advancing: &Advancing,
    ) -> Result<Talked, Stop> {
        let now = self.now;
        let (session, flow, peer) = self.lock_both(transaction, community, advancing).await?;
        self.is_theirs(transaction, &session, advancing.by.as_ref())
            .await?;
        let stands = session.at(&flow, now).map_err(not_taken)?.session;
        if stands.step != advancing.step && stands.ended.is_none() {
            return Err(Conflict::ConversationMoved(stands.step, stands.state).into());
        }
        let mut next = session.handle(&flow, &advancing.event, now).map_err(not_taken)?;
        let mut talk = talked(next.clone(), flow);
        self.carry_out(transaction, (&mut next, &mut talk), advancing.fresh, peer)
            .await?;
        conversations::save(transaction, self.order.tenant, &next, now).await?;
        Ok(Talked {
            session: next.session,
            told: next.told,
            ..talk
        })
    }

    /// A conversation and the one on the other side, locked in the order of their ids.
    async fn lock_both(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        advancing: &Advancing,
    ) -> Result<(Session, Flow, Option<(Session, Flow)>), Stop> {
        let (tenant, id) = (self.order.tenant, advancing.id);
        let (mine, _) = conversations::find(transaction.connection()?, (tenant, community), id).await?;
        let other = match &advancing.fresh.entered {
            Some(code) => conversations::with_code(transaction, tenant, code).await?,
            None => mine.link.peer,
        };
        let other = other.filter(|(_, other)| *other != id);
        let mut peer = None;
        if let Some((place, other)) = other.filter(|(_, other)| !in_order(id, Some(*other))) {
            peer = self.lock_peer(transaction, place, other).await?;
        }
        let (session, flow) = conversations::lock(transaction, (tenant, community), id).await?;
        if let Some((place, other)) = other.filter(|(_, other)| in_order(id, Some(*other))) {
            peer = self.lock_peer(transaction, place, other).await?;
        }
        Ok((session, flow, peer))
    }

    /// The other side, which may be gone.
    async fn lock_peer(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        id: ConversationId,
    ) -> Result<Option<(Session, Flow)>, Stop> {
        match conversations::lock(transaction, (self.order.tenant, community), id).await {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// That whoever did it is the one with whom the conversation is.
    async fn is_theirs(
        &self,
        transaction: &mut Transaction,
        session: &Session,
        by: Option<&PersonRef>,
    ) -> Result<(), Stop> {
        let Some(by) = by else {
            return Ok(());
        };
        let tenant = self.order.tenant;
        let by = directory::user(transaction.connection()?, tenant, by).await?;
        let theirs = seams::present(transaction.connection()?, tenant, session.user).await?;
        match by {
            Some(by) if Some(by.present()) == theirs => Ok(()),
            _ => Err(Conflict::ConversationOfAnother.into()),
        }
    }

    /// Writes how a conversation stands that moved on.
    pub(super) async fn keep(
        &self,
        transaction: &mut Transaction,
        next: Next,
        flow: Flow,
    ) -> Result<Talked, Stop> {
        conversations::save(transaction, self.order.tenant, &next, self.now).await?;
        Ok(talked(next, flow))
    }
}

fn unchanged(next: Next, flow: Flow) -> Changed {
    let there = Changed::Conversation(Box::new(talked(next, flow)));
    Changed::Same(Box::new(there))
}
