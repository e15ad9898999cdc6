//! Acts that wait for others: what is spent is counted under the locks of the act, and a held act becomes one case or none.
//!
//! The judge here is the domain itself, without the documents that the service makes.

use std::sync::Arc;

use tokio::task::JoinSet;
use tribune::domain::act::{Command, Situation};
use tribune::domain::decide::decide;
use tribune::domain::held::HeldState;
use tribune::domain::hold::{Approvals, Budget, Holds, Per};
use tribune::domain::id::{CommunityId, HeldId};
use tribune::domain::kind::Kind;
use tribune::domain::policy::Policy;
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::refusal::Refusal;
use tribune::ports::answer::Answer;
use tribune::ports::directives::Announce;
use tribune::ports::directory::Change;
use tribune::ports::ledger::{ActorRef, Judge, PersonRef, Reply, Ruling, Submission};

use super::judge::Announcer;
use super::world::{Home, World, act, changed, command, done, everything, not_found, page, person, uuid};

/// Decides as the domain does; the answer's tag is the case or the held act.
struct Domain;

impl Judge for Domain {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let decision = decide(situation, &submission.command, &mut uuid)?;
        let case = decision
            .entries
            .first()
            .map(|entry| entry.case.number.to_string());
        let held = decision.held.as_ref().map(|held| held.id.to_string());
        Ok(Ruling {
            entries: decision.entries,
            moved: decision.moved,
            member: decision.member,
            recent: decision.recent,
            events: vec![],
            answer: Answer {
                body: "{}".into(),
                tag: case.or(held).unwrap_or_default(),
            },
            held: decision.held,
        })
    }
}

/// A community under a policy of its own.
async fn under(world: &World, holds: Holds) -> Home {
    let home = Home {
        community: CommunityId(uuid()),
        ..world.home
    };
    let create = Change::CreateCommunity {
        id: home.community,
        name: "community".into(),
        links: vec![],
        looks: tribune::ports::directory::Looks::default(),
        policy: Policy {
            holds,
            duplicate_window: 0,
            ..Policy::default()
        },
    };
    changed(world.apply(home.tenant, create).await);
    home
}

fn budget(per: Per, acts: i64, kinds: Option<&[Kind]>) -> Holds {
    Holds {
        budgets: vec![Budget {
            per,
            acts,
            within: 3_600,
            kinds: kinds.map(|kinds| kinds.iter().copied().collect()),
        }],
        ..Holds::default()
    }
}

fn kick(home: Home, name: &str) -> Submission {
    act(home, person(name), Kind::Kick, None, "raid")
}

fn by(home: Home, name: &str, mut submission: Submission) -> Submission {
    submission.actor = ActorRef::Human {
        person: person(name),
        asserted: Some(Authority::of(Rank::Admin)),
        key: home.key,
    };
    submission
}

async fn tag(world: &World, submission: Submission) -> String {
    let mut replies = world.store.decide(&[submission], &Domain).await;
    done(replies.remove(0)).tag
}

fn held_id(tag: &str) -> HeldId {
    HeldId::parse(tag).unwrap_or_else(|| panic!("not held: {tag}"))
}

/// A command about a held act.
async fn about(world: &World, home: Home, who: &str, what: Command) -> Submission {
    let held = world
        .store
        .held(home.tenant, home.community, what.held().unwrap())
        .await
        .unwrap();
    by(home, who, command(home, PersonRef::User(held.user), what))
}

on_every_store! {
    /// However many act at once, a budget is never exceeded, and what goes beyond is held, not lost.
    async fn a_budget_holds_under_concurrency(store) {
        let world = Arc::new(World::new(store).await);
        let home = under(&world, budget(Per::Actor, 10, None)).await;
        let mut tasks = JoinSet::new();
        for task in 0..6 {
            let world = Arc::clone(&world);
            tasks.spawn(async move {
                let mut tags = vec![];
                for round in 0..3 {
                    let batch: Vec<_> = (0..2).map(|n| kick(home, &format!("raider-{task}-{round}-{n}"))).collect();
                    tags.extend(world.store.decide(&batch, &Domain).await.into_iter().map(|reply| done(reply).tag));
                }
                tags
            });
        }
        let tags: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
        let held = tags.iter().filter(|tag| tag.starts_with(HeldId::PREFIX)).count();
        assert_eq!((tags.len(), held), (36, 26));
        assert_eq!(world.cases(home).await.len(), 10);
        let list = world.store.held_acts(home.tenant, home.community, Some(HeldState::Held), everything()).await.unwrap();
        assert_eq!(list.len(), 26);
    }

    /// Two approvals at once make one case.
    async fn two_at_once_release_once(store) {
        let world = Arc::new(World::new(store).await);
        let approvals = [(Kind::Kick, Approvals { needed: 1, rank: None })].into();
        let home = under(&world, Holds { approvals, ..Holds::default() }).await;
        for round in 0..4 {
            let held = held_id(&tag(&world, kick(home, &format!("raider-{round}"))).await);
            let mut tasks = JoinSet::new();
            for who in ["ann", "bob", "cid"] {
                let world = Arc::clone(&world);
                tasks.spawn(async move {
                    let approve = about(&world, home, who, Command::Approve { held }).await;
                    world.store.decide(&[approve], &Domain).await.remove(0).unwrap()
                });
            }
            let replies = tasks.join_all().await;
            let released = replies.iter().filter(|reply| matches!(reply, Reply::Done(_))).count();
            let refused = Reply::Refused(Refusal::HeldSettled { state: "released" });
            assert_eq!((released, replies.iter().filter(|reply| **reply == refused).count()), (1, 2));
            let cases = world.cases(home).await;
            assert_eq!(cases.len(), round + 1);
            let kept = world.store.held(home.tenant, home.community, held).await.unwrap();
            assert_eq!(kept.settled.unwrap().case, Some(cases[round].number));
            let case = &cases[round];
            assert!(matches!(case.actor, tribune::domain::actor::Actor::Key { .. }), "who issued it");
            assert_eq!(case.released.as_ref().unwrap().approvals, kept.approvals);
        }
    }

    /// A budget looks back exactly so long, counts its kinds alone, and a release costs nothing.
    async fn windows_slide_exactly(store) {
        let world = World::new(store).await;
        let home = under(&world, budget(Per::Actor, 2, Some(&[Kind::Kick]))).await;
        let is_held = async |name: &str| tag(&world, kick(home, name)).await.starts_with(HeldId::PREFIX);
        assert!(!is_held("a").await);
        world.clock.advance(100);
        assert!(!is_held("b").await);
        tag(&world, act(home, person("c"), Kind::Ban, None, "another kind")).await.parse::<i64>().unwrap();
        let held = held_id(&tag(&world, kick(home, "d")).await);
        let approve = about(&world, home, "ann", Command::Approve { held }).await;
        assert_eq!(tag(&world, approve).await, "4");
        world.clock.advance(3_499);
        assert!(is_held("e").await, "the first is 3 599 s old");
        world.clock.advance(1);
        assert!(!is_held("f").await, "the first is 3 600 s old");
        assert!(is_held("g").await);
        world.clock.advance(100);
        assert!(!is_held("h").await, "so is the second; the release counts for nothing");
        assert!(is_held("i").await);
    }

    /// Lists by state, in pages, newest first; nobody else's is found.
    async fn held_acts_are_listed(store) {
        let world = World::new(store).await;
        let home = under(&world, budget(Per::Key, 1, None)).await;
        tag(&world, kick(home, "first")).await;
        let mut ids = vec![];
        for name in ["a", "b", "c"] {
            ids.push(held_id(&tag(&world, kick(home, name)).await));
        }
        let reject = about(&world, home, "ann", Command::Reject { held: ids[1], reason: None }).await;
        tag(&world, reject).await;
        let (tenant, community) = (home.tenant, home.community);
        let list = async |state, page| {
            let found = world.store.held_acts(tenant, community, state, page).await.unwrap();
            found.iter().map(|held| held.id).collect::<Vec<_>>()
        };
        assert_eq!(list(None, page(None, 2)).await, [ids[2], ids[1]]);
        assert_eq!(list(None, page(Some(ids[1]), 2)).await, [ids[0]]);
        assert_eq!(list(Some(HeldState::Held), everything()).await, [ids[2], ids[0]]);
        assert_eq!(list(Some(HeldState::Rejected), everything()).await, [ids[1]]);
        world.clock.advance(7 * 86_400);
        assert_eq!(list(Some(HeldState::Held), everything()).await, []);
        assert_eq!(list(Some(HeldState::Expired), everything()).await, [ids[2], ids[0]]);
        assert_eq!(list(Some(HeldState::Released), everything()).await, []);
        let other = world.another_home().await;
        not_found(world.store.held(other.tenant, home.community, ids[0]).await, "held act");
        not_found(world.store.held(tenant, world.home.community, ids[0]).await, "held act");
        not_found(world.store.held_acts(other.tenant, community, None, everything()).await, "community");
        let approve = about(&world, home, "ann", Command::Approve { held: ids[0] }).await;
        let elsewhere = Submission { community: world.home.community, ..approve };
        not_found(world.store.decide(&[elsewhere], &Domain).await.remove(0), "held act");
    }

    /// What no budget looks back to is forgotten.
    async fn what_was_spent_is_forgotten(store) {
        let world = World::new(store).await;
        let home = under(&world, budget(Per::Actor, 5, None)).await;
        tag(&world, kick(home, "a")).await;
        let age = std::time::Duration::from_secs(60);
        assert_eq!(world.store.forget_spent(age, 10).await.unwrap(), 0);
        world.clock.advance(61);
        assert_eq!(world.store.forget_spent(age, 10).await.unwrap(), 2, "the actor's and the key's");
        assert_eq!(world.store.forget_spent(age, 10).await.unwrap(), 0);
    }
}
