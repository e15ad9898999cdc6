//! Directives: issued with what is decided, handed out under leases, settled by receipts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tribune::domain::act::Command;
use tribune::domain::case::Particulars;
use tribune::domain::directive::{Directive, Effect, NotTaken, Outcome, Receipt, State, Wanted};
use tribune::domain::id::{DirectiveId, LeaseId, MergeId};
use tribune::domain::identity::{Identity, Platform};
use tribune::domain::kind::Kind;
use tribune::ports::clock::Clock as _;
use tribune::ports::directives::{DirectiveFilter, Served, Taking};
use tribune::ports::directory::{Applied, Change, Conflict, Link};

use super::judge::{Announcer, REFUSED};
use super::world::{
    Home, World, act, changed, command, everything, link, mute, not_found, page, person, sanction_of, uuid,
    warn,
};
use crate::support::store::TestStore;

/// A community with a space on Discord.
async fn linked(store: TestStore) -> World {
    let world = World::new(store).await;
    let add = Change::AddLink {
        community: world.home.community,
        link: link("guild"),
    };
    changed(world.apply(world.home.tenant, add).await);
    world
}

fn discord() -> Served {
    Served {
        platform: Platform::parse("discord").unwrap(),
        communities: None,
    }
}

impl World {
    async fn directives(&self) -> Vec<Directive> {
        let filter = DirectiveFilter::default();
        let all = self
            .store
            .directives(self.home.tenant, &filter, everything())
            .await;
        let mut all = all.unwrap();
        all.reverse();
        all
    }

    async fn take_in_hand(&self, limit: u32, seconds: u64) -> Vec<Directive> {
        let taking = Taking {
            id: LeaseId(uuid()),
            lease: Duration::from_secs(seconds),
            limit,
        };
        let taken = self
            .store
            .lease_directives(self.home.tenant, &discord(), &taking)
            .await;
        taken.unwrap()
    }

    async fn restate(&self, limit: u32) -> bool {
        self.store.restate_portion(&Announcer, limit).await.unwrap()
    }

    async fn receive(&self, id: DirectiveId, lease: Option<LeaseId>, outcome: Outcome) -> Applied {
        let receipt = Box::new(Receipt {
            outcome,
            code: Some("200".to_owned()),
            detail: None,
            holds_until: None,
            retry_after: None,
            lease: None,
            at: DateTime::<Utc>::UNIX_EPOCH,
        });
        let change = Change::ReceiveDirective { id, lease, receipt };
        self.apply(self.home.tenant, change).await.unwrap()
    }

    async fn directive(&self, id: DirectiveId) -> Directive {
        self.store.directive(self.home.tenant, id).await.unwrap()
    }
}

fn held(seconds: i64, world: &World) -> Wanted {
    Wanted::Held {
        until: Some(world.now().shifted(seconds)),
    }
}

fn conflict(applied: &Applied) -> NotTaken {
    match applied {
        Applied::Conflict(Conflict::Directive(why)) => *why,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

on_every_store! {
    /// One for each space of the member's platform, with the act, in the log, and none where there is nothing to do.
    async fn acts_issue_directives(store) {
        let world = linked(store).await;
        let (home, tenant) = (world.home, world.home.tenant);
        for space in ["other", "third"] {
            let platform = Platform::parse(if space == "third" { "slack" } else { "discord" }).unwrap();
            let link = Link { platform, ..link(space) };
            changed(world.apply(tenant, Change::AddLink { community: home.community, link }).await);
        }
        let before = world.events(tenant).await.len();
        world.decide_all(&[warn(home, "ann"), mute(home, "bob", 60), act(home, person("cid"), Kind::Mute, None, REFUSED)]).await;
        let all = world.directives().await;
        assert_eq!(all.iter().map(|d| d.space.as_str()).collect::<Vec<_>>(), ["guild", "other"]);
        let one = &all[0];
        assert_eq!((one.platform.as_str(), one.member.as_str(), one.user), ("discord", "bob", world.user("bob").await));
        assert_eq!((one.wish.effect, &one.wish.wanted, one.wish.case), (Effect::Mute, &held(60, &world), Some(2)));
        assert_eq!((one.state, one.attempts, one.lease, one.due_at), (State::Open, 0, None, Some(world.clock.now())));
        assert_eq!(one.reason.as_deref(), Some("be quiet"));
        let events = world.events(tenant).await;
        let told: Vec<_> = events[before..].iter().map(|event| (event.kind.as_str(), event.user)).collect();
        let bob = Some(world.user("bob").await);
        assert_eq!(told[told.len() - 2..], [("directive", bob), ("directive", bob)]);
        let unlinked = world.another_community().await;
        world.case(mute(unlinked, "bob", 60)).await;
        assert_eq!(world.directives().await.len(), 2);
    }

    /// What is wanted later takes the place of what is not settled, also within one batch.
    async fn a_later_wish_supersedes_an_earlier_one(store) {
        let world = linked(store).await;
        let home = world.home;
        world.case(mute(home, "ann", 60)).await;
        world.case(mute(home, "ann", 600)).await;
        let lift = |case| {
            let sanction = sanction_of(home, case);
            command(home, person("ann"), Command::Lift { sanction, particulars: Particulars::default() })
        };
        let states = async || world.directives().await.iter().map(|d| (d.state, d.wish.wanted.clone())).collect::<Vec<_>>();
        let (first, second) = ((State::Superseded, held(60, &world)), (State::Open, held(600, &world)));
        assert_eq!(states().await, [first.clone(), second.clone()]);
        world.decide_all(&[lift(2), lift(1)]).await;
        let second = (State::Superseded, second.1);
        assert_eq!(states().await, [first, second, (State::Open, Wanted::Lifted)]);
        assert_eq!(world.take_in_hand(10, 30).await.len(), 1);
    }

    /// A kick happens once, and each is a directive of its own.
    async fn kicks_do_not_supersede_each_other(store) {
        let world = linked(store).await;
        for _ in 0..2 {
            world.case(act(world.home, person("ann"), Kind::Kick, None, "out")).await;
        }
        let all = world.directives().await;
        assert!(all.iter().all(|d| d.state == State::Open && d.wish.wanted == Wanted::Done), "{all:?}");
        assert_eq!(all.len(), 2);
    }

    /// Whoever takes one has it until the lease is over; then it is anybody's again.
    async fn a_lease_keeps_others_away_for_a_time(store) {
        let world = linked(store).await;
        for name in ["ann", "bob", "cid"] {
            world.case(mute(world.home, name, 600)).await;
            world.clock.advance(1);
        }
        let first = world.take_in_hand(2, 30).await;
        assert_eq!(first.iter().map(|d| d.member.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
        assert!(first[0].lease.is_some() && first[0].due_at > Some(world.clock.now()) && first[0].attempts == 1);
        assert_eq!(first[0].lease, first[1].lease);
        let third = world.take_in_hand(10, 60).await.remove(0);
        assert_eq!(world.take_in_hand(10, 60).await, []);
        let ids = [first[0].id, first[1].id, third.id, DirectiveId(uuid())];
        let in_hand = async || {
            let mut held = world.store.directives_in_hand(world.home.tenant, &ids).await.unwrap();
            held.sort_unstable();
            held
        };
        let mut held: Vec<_> = first.iter().chain([&third]).map(|d| (d.id, d.lease.unwrap())).collect();
        held.sort_unstable();
        assert_eq!(in_hand().await, held);
        let next = world.store.next_directive(world.home.tenant, &discord()).await.unwrap();
        assert_eq!(next, first[0].due_at);
        world.clock.advance(30);
        let again = world.take_in_hand(10, 30).await;
        assert_eq!(again.iter().map(|d| (d.id, d.attempts)).collect::<Vec<_>>(), first.iter().map(|d| (d.id, 2)).collect::<Vec<_>>());
        world.receive(again[0].id, again[0].lease, Outcome::Transient).await;
        world.receive(third.id, third.lease, Outcome::Applied).await;
        assert_eq!(in_hand().await, [(again[1].id, again[1].lease.unwrap())], "of the others something was reported");
        let nobody = Served { communities: Some(vec![]), ..discord() };
        assert_eq!(world.store.next_directive(world.home.tenant, &nobody).await.unwrap(), None);
        let slack = Served { platform: Platform::parse("slack").unwrap(), communities: None };
        assert_eq!(world.store.next_directive(world.home.tenant, &slack).await.unwrap(), None);
    }

    /// A receipt settles it, or has it tried again.
    async fn receipts_settle_or_delay(store) {
        let world = linked(store).await;
        world.case(mute(world.home, "ann", 600)).await;
        let taken = world.take_in_hand(1, 30).await.remove(0);
        world.clock.advance(1);
        let other = Some(LeaseId(uuid()));
        assert_eq!(conflict(&world.receive(taken.id, other, Outcome::Transient).await), NotTaken::LeaseLost);
        world.receive(taken.id, taken.lease, Outcome::Transient).await;
        let delayed = world.directive(taken.id).await;
        let in_five = world.clock.now() + chrono::TimeDelta::seconds(5);
        assert_eq!((delayed.state, delayed.due_at, delayed.lease, delayed.failures), (State::Open, Some(in_five), None, 1));
        assert_eq!(world.take_in_hand(1, 30).await, []);
        world.clock.advance(5);
        let taken = world.take_in_hand(1, 30).await.remove(0);
        assert_eq!(taken.attempts, 2);
        world.receive(taken.id, None, Outcome::Applied).await;
        let applied = world.directive(taken.id).await;
        assert_eq!((applied.state, applied.due_at, applied.settled_at), (State::Applied, None, Some(world.clock.now())));
        let receipt = applied.receipt.unwrap();
        assert_eq!((receipt.outcome, receipt.code.as_deref(), receipt.at), (Outcome::Applied, Some("200"), world.clock.now()));
        let late = world.receive(taken.id, taken.lease, Outcome::Transient).await;
        assert_eq!(conflict(&late), NotTaken::Settled(State::Applied));
        assert_eq!(world.events(world.home.tenant).await.last().unwrap().kind, "directive.changed");
    }

    /// What a platform keeps up for less long than is wanted is handed out again before it lets go, as often as it takes; once something else is
    /// wanted it is not, and was carried out all the same.
    async fn what_a_platform_lets_go_of_is_handed_out_again(store) {
        let world = linked(store).await;
        let home = world.home;
        world.case(act(home, person("ann"), Kind::Mute, None, "be quiet")).await;
        let (day, mut attempts) = (86_400, Vec::new());
        for _ in 0..3 {
            let mute = world.take_in_hand(1, 30).await.remove(0);
            attempts.push(mute.attempts);
            let receipt = Box::new(Receipt {
                outcome: Outcome::Applied,
                code: None,
                detail: None,
                holds_until: Some(world.clock.now() + chrono::TimeDelta::days(28)),
                retry_after: None,
                lease: None,
                at: DateTime::<Utc>::UNIX_EPOCH,
            });
            let change = Change::ReceiveDirective { id: mute.id, lease: mute.lease, receipt };
            changed(world.apply(home.tenant, change).await);
            world.clock.advance(27 * day);
            assert_eq!(world.take_in_hand(1, 30).await, []);
            world.clock.advance(day * 3 / 4);
        }
        assert_eq!(attempts, [1, 1, 1], "each time anew");
        let sanction = sanction_of(home, 1);
        let lift = Command::Lift { sanction, particulars: Particulars::default() };
        world.case(command(home, person("ann"), lift)).await;
        let all = world.directives().await;
        let stands: Vec<_> = all.iter().map(|d| (d.state, d.wish.wanted.clone(), d.due_at.is_some())).collect();
        let held = Wanted::Held { until: None };
        assert_eq!(stands, [(State::Applied, held, false), (State::Open, Wanted::Lifted, true)]);
        assert_eq!(world.take_in_hand(9, 30).await.len(), 1);
    }

    /// What is carried out after something later was undoes it: the later one is carried out once more.
    async fn what_comes_too_late_does_not_stay(store) {
        let world = linked(store).await;
        world.case(mute(world.home, "ann", 600)).await;
        let early = world.take_in_hand(1, 30).await.remove(0);
        let sanction = sanction_of(world.home, 1);
        let lift = Command::Lift { sanction, particulars: Particulars::default() };
        world.case(command(world.home, person("ann"), lift)).await;
        let late = world.take_in_hand(1, 30).await.remove(0);
        world.receive(late.id, late.lease, Outcome::Applied).await;
        assert_eq!(world.take_in_hand(1, 30).await, []);
        world.receive(early.id, early.lease, Outcome::Applied).await;
        assert_eq!(world.directive(early.id).await.state, State::Superseded);
        let again = world.take_in_hand(1, 30).await.remove(0);
        assert_eq!((again.id, again.wish.wanted), (late.id, Wanted::Lifted));
    }

    /// A receipt of what gave way changes nothing when it is said again, as a relay does that got no answer; what followed has its own by then.
    async fn what_gave_way_is_reported_once(store) {
        let world = linked(store).await;
        world.case(mute(world.home, "ann", 600)).await;
        let early = world.take_in_hand(1, 30).await.remove(0);
        let sanction = sanction_of(world.home, 1);
        let lift = Command::Lift { sanction, particulars: Particulars::default() };
        world.case(command(world.home, person("ann"), lift)).await;
        world.receive(early.id, early.lease, Outcome::Applied).await;
        let late = world.take_in_hand(1, 30).await.remove(0);
        world.receive(late.id, late.lease, Outcome::Applied).await;
        let (events, stands) = (world.events(world.home.tenant).await.len(), world.directives().await);
        world.receive(early.id, early.lease, Outcome::Applied).await;
        assert_eq!(world.events(world.home.tenant).await.len(), events);
        assert_eq!(world.directives().await, stands);
        assert_eq!(world.take_in_hand(1, 30).await, []);
    }

    /// Only the latest of what lasts is tried again; whatever happens once, always.
    async fn the_latest_is_tried_again(store) {
        let world = linked(store).await;
        let home = world.home;
        world.case(mute(home, "ann", 600)).await;
        let first = world.take_in_hand(1, 30).await.remove(0);
        world.receive(first.id, first.lease, Outcome::Unsupported).await;
        let retry = async |id| world.apply(home.tenant, Change::RetryDirective(id)).await.unwrap();
        changed(Ok(retry(first.id).await));
        let again = world.take_in_hand(1, 30).await.remove(0);
        assert_eq!((again.id, again.attempts, again.receipt), (first.id, 2, None));
        world.receive(first.id, again.lease, Outcome::Unsupported).await;
        world.case(mute(home, "ann", 6_000)).await;
        assert_eq!(conflict(&retry(first.id).await), NotTaken::Settled(State::Superseded));
        let cancel = async |id| world.apply(home.tenant, Change::CancelDirective(id)).await.unwrap();
        let second = world.directives().await.pop().unwrap();
        changed(Ok(cancel(second.id).await));
        assert_eq!(conflict(&cancel(second.id).await), NotTaken::Settled(State::Cancelled));
        assert_eq!(world.take_in_hand(1, 30).await, []);
        changed(Ok(retry(second.id).await));
        assert_eq!(world.take_in_hand(1, 30).await.len(), 1);
    }

    /// With a link goes what is left to do there.
    async fn an_unlinked_space_is_left_alone(store) {
        let world = linked(store).await;
        world.case(mute(world.home, "ann", 600)).await;
        let unlink = Change::RemoveLink { community: world.home.community, link: link("guild") };
        changed(world.apply(world.home.tenant, unlink).await);
        assert_eq!(world.directives().await[0].state, State::Cancelled);
        assert_eq!(world.take_in_hand(1, 30).await, []);
    }

    /// What is erased has no names on platforms any more.
    async fn an_erased_person_has_no_directives(store) {
        let world = linked(store).await;
        world.decide_all(&[mute(world.home, "ann", 600), mute(world.home, "bob", 600)]).await;
        let ann = world.user("ann").await;
        changed(world.apply(world.home.tenant, Change::EraseUser(ann)).await);
        let left = world.directives().await;
        assert_eq!(left.iter().map(|d| d.member.as_str()).collect::<Vec<_>>(), ["bob"]);
    }

    /// What is on record is said in another space of the community, a portion at a time, and once.
    async fn another_space_is_told(store) {
        let world = World::new(store).await;
        let (home, tenant) = (world.home, world.home.tenant);
        world.decide_all(&[mute(home, "ann", 600), mute(home, "bob", 600), act(home, person("bob"), Kind::Ban, None, "out"), warn(home, "cid")]).await;
        world.decide_all(&[mute(home, "dan", 600)]).await;
        world.case(command(home, person("dan"), Command::Lift { sanction: sanction_of(home, 5), particulars: Particulars::default() })).await;
        assert_eq!(world.directives().await, []);
        assert!(!world.restate(1).await);
        changed(world.apply(tenant, Change::AddLink { community: home.community, link: link("guild") }).await);
        let mut portions = 0;
        while world.restate(1).await {
            portions += 1;
        }
        assert_eq!(portions, 3, "two members, and that there is no more");
        let mut told: Vec<_> = world.directives().await.into_iter().map(|d| (d.member.as_str().to_owned(), d.wish.effect, d.wish.case)).collect();
        told.sort();
        let expected = [("ann", Effect::Mute, 1), ("bob", Effect::Mute, 2), ("bob", Effect::Ban, 3)];
        assert_eq!(told, expected.map(|(member, effect, case)| (member.to_owned(), effect, Some(case))));
        let again = Change::RemoveLink { community: home.community, link: link("guild") };
        changed(world.apply(tenant, again).await);
        changed(world.apply(tenant, Change::AddLink { community: home.community, link: link("guild") }).await);
        while world.restate(9).await {}
        let all = world.directives().await;
        assert_eq!(all.iter().map(|d| d.state).collect::<Vec<_>>(), [[State::Cancelled; 3], [State::Open; 3]].concat());
        world.events(tenant).await;
    }

    /// What is on record is said under another name of the member, and under both names of two who are one; when they are two again each has
    /// what is theirs.
    async fn other_names_are_told(store) {
        let world = linked(store).await;
        let (home, tenant) = (world.home, world.home.tenant);
        world.case(mute(home, "ann", 600)).await;
        world.case(act(home, person("bob"), Kind::Ban, None, "out")).await;
        let (ann, bob) = (world.user("ann").await, world.user("bob").await);
        let open = async || {
            while world.restate(9).await {}
            let all = world.directives().await.into_iter().filter(|d| d.state == State::Open);
            let mut open: Vec<_> = all.map(|d| (d.member.as_str().to_owned(), d.wish.effect, d.wish.wanted != Wanted::Lifted)).collect();
            open.sort();
            open
        };
        let named = |all: &[(&str, Effect, bool)]| all.iter().map(|(name, effect, holds)| ((*name).to_owned(), *effect, *holds)).collect::<Vec<_>>();
        let (mute, ban) = (Effect::Mute, Effect::Ban);
        let identity = Identity::parse("discord:ann2").unwrap();
        world.apply(tenant, Change::AddIdentity { user: ann, identity }).await.unwrap();
        assert_eq!(open().await, named(&[("ann", mute, true), ("ann2", mute, true), ("bob", ban, true)]));
        let id = MergeId(uuid());
        let merge = Change::MergeUsers { id, into: ann, from: bob, reason: None, dry_run: false };
        changed(world.apply(tenant, merge).await);
        let both = ["ann", "ann2", "bob"].map(|name| [(name, mute, true), (name, ban, true)]).concat();
        assert_eq!(open().await, named(&both));
        let split = Change::SplitUsers { user: ann, merge: id, reason: None, dry_run: false };
        changed(world.apply(tenant, split).await);
        let apart = [("ann", mute, true), ("ann", ban, false), ("ann2", mute, true), ("ann2", ban, false), ("bob", mute, false), ("bob", ban, true)];
        assert_eq!(open().await, named(&apart));
        world.events(tenant).await;
    }

    /// Lists are newest first and narrowed by each part; another tenant's are not there.
    async fn lists_are_narrowed(store) {
        let world = linked(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 600), mute(home, "bob", 600), act(home, person("ann"), Kind::Ban, None, "out")]).await;
        let all: Vec<DirectiveId> = world.directives().await.iter().rev().map(|d| d.id).collect();
        let list = async |filter: DirectiveFilter, after, limit| {
            let found = world.store.directives(home.tenant, &filter, page(after, limit)).await.unwrap();
            found.iter().map(|d| d.id).collect::<Vec<_>>()
        };
        let any = DirectiveFilter::default;
        assert_eq!(list(any(), None, 2).await, all[..2]);
        assert_eq!(list(any(), Some(all[1]), 2).await, all[2..]);
        let of_ann = DirectiveFilter { user: Some(world.user("ann").await), ..any() };
        assert_eq!(list(of_ann, None, 9).await, [all[0], all[2]]);
        let taken = world.take_in_hand(1, 30).await.remove(0);
        world.receive(taken.id, None, Outcome::Applied).await;
        let applied = DirectiveFilter { state: Some(State::Applied), ..any() };
        assert_eq!(list(applied, None, 9).await, [taken.id]);
        let slack = DirectiveFilter { platform: Platform::parse("slack").ok(), ..any() };
        assert_eq!(list(slack, None, 9).await, []);
        let elsewhere = DirectiveFilter { communities: Some(vec![]), ..any() };
        assert_eq!(list(elsewhere, None, 9).await, []);
        let foreign: Home = world.another_home().await;
        not_found(world.store.directive(foreign.tenant, all[0]).await, "directive");
        assert_eq!(world.store.directives(foreign.tenant, &any(), everything()).await.unwrap(), []);
        not_found(world.apply(foreign.tenant, Change::RetryDirective(all[0])).await, "directive");
    }
}
