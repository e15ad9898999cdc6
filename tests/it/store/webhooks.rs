//! Webhooks: deliveries planned once each, handed out under leases, settled by what tries came to, and forgotten.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tribune::domain::id::{CommunityId, DeliveryId, WebhookId};
use tribune::domain::target::Target;
use tribune::domain::webhook::delivery::{Delivery, State, Try};
use tribune::domain::webhook::secret::Secret;
use tribune::domain::webhook::{About, Edit, Health, Selection, Turn, Webhook};
use tribune::ports::answer::NewEvent;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Conflict, Link};
use tribune::ports::error::StoreError;
use tribune::ports::webhooks::{AnnounceTurn, Handing, Planned, Taken, Tried, WebhookChange};

use super::world::{Home, World, changed, everything, link, not_found, page, uuid, warn};

const LEASE: Duration = Duration::from_secs(60);

/// Says the turn as the type of the event.
struct Said;

impl AnnounceTurn for Said {
    fn announce(&self, turn: Turn, _: &Webhook, now: DateTime<Utc>) -> NewEvent {
        let kind = match turn {
            Turn::Failing => "webhook.failing",
            Turn::Recovered => "webhook.recovered",
            Turn::TurnedOff => "webhook.turned_off",
            Turn::Missed => "webhook.missed",
        };
        NewEvent {
            kind,
            community: None,
            user: None,
            at: now,
            data: "{}".to_owned(),
        }
    }
}

fn about(selection: Selection) -> Box<About> {
    Box::new(About {
        target: Target::parse("https://hooks.example.com/x").unwrap(),
        description: Some("ours".to_owned()),
        selection,
        secret: Secret::new([7; 32]),
        old_secrets: Vec::new(),
        health: Health::default(),
        off: None,
        missed: 0,
    })
}

fn handing(limit: u32) -> Handing {
    Handing {
        limit,
        each: limit,
        busy: Vec::new(),
        lease: LEASE,
    }
}

/// What somebody who has a delivery in hand says of it.
fn tried(taken: &Taken, status: u16, now: DateTime<Utc>) -> Tried {
    Tried {
        tenant: taken.webhook.tenant,
        webhook: taken.webhook.id,
        delivery: taken.delivery.id,
        attempt: taken.delivery.attempts,
        tried: Try {
            at: now,
            took: 3,
            status: Some(status),
            error: None,
        },
    }
}

impl World {
    async fn webhook_from(&self, home: Home, selection: Selection, after: Option<i64>) -> WebhookId {
        let id = WebhookId(uuid());
        let about = about(selection);
        let change = WebhookChange::Create { id, about, after };
        changed(self.change_webhook(home, change).await);
        id
    }

    async fn webhook(&self) -> WebhookId {
        self.webhook_from(self.home, Selection::default(), None).await
    }

    async fn change_webhook(&self, home: Home, change: WebhookChange) -> Result<Applied, StoreError> {
        self.apply(home.tenant, Change::Webhook(Box::new(change))).await
    }

    async fn plan(&self, limit: u32) -> Planned {
        let fresh = || DeliveryId(uuid());
        self.store.plan_deliveries(limit, &fresh, &Said).await.unwrap()
    }

    async fn plan_all(&self) {
        while self.plan(100).await.webhooks > 0 {}
    }

    async fn hand_out(&self, limit: u32) -> Vec<Taken> {
        self.store.take_deliveries(&handing(limit)).await.unwrap()
    }

    async fn settle(&self, tried: &[Tried]) {
        self.store.settle_tries(tried, &Said).await.unwrap();
    }

    /// The deliveries of a webhook, oldest first.
    async fn sent_to(&self, webhook: WebhookId) -> Vec<Delivery> {
        let found = self
            .store
            .deliveries(self.home.tenant, webhook, None, everything());
        let mut found = found.await.unwrap();
        found.reverse();
        found
    }

    async fn positions_sent_to(&self, webhook: WebhookId) -> Vec<i64> {
        let mut positions: Vec<i64> = self
            .sent_to(webhook)
            .await
            .iter()
            .filter_map(|d| d.position)
            .collect();
        positions.sort_unstable();
        positions
    }
}

on_every_store! {
    /// What is written is read again, to the last part, by its tenant alone.
    async fn a_webhook_is_read_as_it_was_made(store) {
        let world = World::new(store).await;
        let home = world.home;
        let selection = Selection {
            kinds: Some(vec!["case.created".to_owned()]),
            communities: Some(vec![home.community]),
            platform: Some(link("1").platform),
        };
        let end = world.events(home.tenant).await.len();
        let id = world.webhook_from(home, selection.clone(), None).await;
        let made = world.store.webhook(home.tenant, id).await.unwrap();
        assert_eq!(made.about, *about(selection));
        assert_eq!((made.id, made.paused_until, made.created_at), (id, None, world.clock.now()));
        assert_eq!(usize::try_from(made.position).unwrap(), end, "it begins where the log ends");
        assert_eq!(world.store.webhooks(home.tenant, everything()).await.unwrap(), [made]);
        let elsewhere = world.another_home().await.tenant;
        not_found(world.store.webhook(elsewhere, id).await, "webhook");
        not_found(world.store.deliveries(elsewhere, id, None, everything()).await, "webhook");
        assert_eq!(world.store.webhooks(elsewhere, everything()).await.unwrap(), []);
        not_found(world.store.delivery(home.tenant, id, DeliveryId(uuid())).await, "delivery");
    }

    /// Every event becomes one delivery, whoever plans and how often, in the order of the log, a portion at a time.
    async fn every_event_is_planned_once(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(0)).await;
        for n in 0..20 {
            world.case(warn(world.home, &n.to_string())).await;
        }
        let portion = world.plan(3).await;
        assert_eq!((portion.webhooks, portion.deliveries), (1, 3));
        for _ in 0..20 {
            tokio::join!(world.plan(4), world.plan(4), world.plan(4));
        }
        let log: Vec<i64> = world.events(world.home.tenant).await.iter().map(|event| event.position).collect();
        assert_eq!(world.positions_sent_to(webhook).await, log);
        assert_eq!(world.plan(100).await, Planned::default());
    }

    /// What is due already is sent before more is planned, and nothing is missed by it.
    async fn what_is_due_goes_first(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(0)).await;
        for n in 0..12 {
            let warns: Vec<_> = (0..100).map(|m| warn(world.home, &format!("{n}-{m}"))).collect();
            world.decide_all(&warns).await;
        }
        let log: Vec<i64> = world.events(world.home.tenant).await.iter().map(|event| event.position).collect();
        let mut planned = 0;
        while planned < log.len() {
            let before = planned;
            loop {
                match world.plan(500).await.deliveries {
                    0 => break,
                    more => planned += usize::try_from(more).unwrap(),
                }
            }
            assert!(planned > before, "{planned} of {}", log.len());
            assert!(planned == log.len() || (1_000..1_500).contains(&(planned - before)), "{before} to {planned}");
            loop {
                let taken = world.hand_out(500).await;
                if taken.is_empty() {
                    break;
                }
                let tries: Vec<Tried> = taken.iter().map(|taken| tried(taken, 204, world.clock.now())).collect();
                world.settle(&tries).await;
            }
        }
        assert_eq!(world.positions_sent_to(webhook).await, log);
    }

    /// A tenant has no more webhooks than it may have, also when they are made at a time.
    async fn there_are_no_more_than_there_may_be(store) {
        let world = World::new(store).await;
        let create = || WebhookChange::Create { id: WebhookId(uuid()), about: about(Selection::default()), after: None };
        let made = futures_util::future::join_all((0..60).map(|_| world.change_webhook(world.home, create()))).await;
        let refused = made.iter().filter(|made| matches!(made, Ok(Applied::Conflict(Conflict::TooManyWebhooks)))).count();
        assert_eq!((made.len(), refused), (60, 10));
    }

    /// A webhook is sent what it selects.
    async fn a_selection_is_sent(store) {
        let world = World::new(store).await;
        let (home, other) = (world.home, world.another_community().await);
        let add = Change::AddLink { community: other.community, link: Link { ..link("1") } };
        changed(world.apply(home.tenant, add).await);
        let begin = i64::try_from(world.events(home.tenant).await.len()).unwrap();
        let of = async |selection| world.webhook_from(home, selection, Some(begin)).await;
        let kinds = of(Selection { kinds: Some(vec!["case.created".to_owned()]), ..Selection::default() }).await;
        let here = of(Selection { communities: Some(vec![home.community]), ..Selection::default() }).await;
        let linked = of(Selection { platform: Some(link("1").platform), ..Selection::default() }).await;
        world.case(warn(home, "ann")).await;
        world.case(warn(other, "bob")).await;
        world.plan_all().await;
        let log = world.events(home.tenant).await;
        let expected = |of: &dyn Fn(&str, Option<CommunityId>) -> bool| -> Vec<i64> {
            let ours = log.iter().filter(|event| event.position > begin && of(&event.kind, event.community));
            ours.map(|event| event.position).collect()
        };
        assert_eq!(world.positions_sent_to(kinds).await, expected(&|kind, _| kind == "case.created"));
        assert_eq!(world.positions_sent_to(here).await, expected(&|_, community| community == Some(home.community)));
        assert_eq!(world.positions_sent_to(linked).await, expected(&|_, community| community == Some(other.community)));
        assert!(!world.positions_sent_to(linked).await.is_empty());
    }

    /// What is due is given to one caller at a time, with its event and its number; and to another one when the lease is over.
    async fn deliveries_are_handed_out_under_leases(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(0)).await;
        world.plan_all().await;
        let all = world.sent_to(webhook).await.len();
        let first = world.hand_out(2).await;
        let rest = world.hand_out(100).await;
        assert_eq!((first.len(), rest.len()), (2, all - 2));
        assert_eq!(world.hand_out(100).await.len(), 0);
        let log = world.events(world.home.tenant).await;
        for taken in first.iter().chain(&rest) {
            let position = taken.delivery.position.unwrap();
            assert_eq!(taken.event.as_ref(), log.iter().find(|event| event.position == position));
            assert_eq!((taken.delivery.attempts, taken.webhook.id), (1, webhook));
        }
        world.clock.advance(60);
        let again = world.hand_out(100).await;
        assert_eq!(again.len(), all);
        assert!(again.iter().all(|taken| taken.delivery.attempts == 2));
        let busy = Handing { busy: vec![webhook], ..handing(100) };
        world.clock.advance(60);
        assert_eq!(world.store.take_deliveries(&busy).await.unwrap().len(), 0, "enough of it is under way");
    }

    /// Who was too slow says nothing new when it failed, and settles it when it arrived.
    async fn late_tries_double_nothing(store) {
        let world = World::new(store).await;
        let webhook = world.webhook().await;
        world.case(warn(world.home, "ann")).await;
        world.plan_all().await;
        let (slow, now) = (world.hand_out(2).await, world.clock.now());
        assert_eq!(slow.len(), 2);
        world.clock.advance(60);
        let quick = world.hand_out(2).await;
        world.settle(&[tried(&slow[0], 500, now), tried(&slow[1], 200, now)]).await;
        let stands = world.sent_to(webhook).await;
        assert_eq!((stands[0].state, stands[0].tries.len(), stands[0].attempts), (State::Pending, 0, 2));
        assert_eq!((stands[1].state, stands[1].tries.len()), (State::Delivered, 1));
        world.settle(&[tried(&quick[0], 200, now), tried(&quick[1], 500, now)]).await;
        let stands = world.sent_to(webhook).await;
        assert_eq!(stands.iter().map(|d| (d.state, d.tries.len())).collect::<Vec<_>>(), [(State::Delivered, 1); 2]);
        let dead = world.store.deliveries(world.home.tenant, webhook, Some(State::Dead), everything()).await.unwrap();
        assert_eq!(dead, []);
        let page = world.store.deliveries(world.home.tenant, webhook, Some(State::Delivered), page(None, 1)).await.unwrap();
        assert_eq!(page, [stands[1].clone()], "newest first");
    }

    /// A receiver that fails is asked once after each pause, by one of those who look at the same time, and what is news of it is told once.
    async fn a_failing_webhook_gets_one_probe(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(0)).await;
        for n in 0..5 {
            world.case(warn(world.home, &n.to_string())).await;
        }
        world.plan_all().await;
        let now = world.clock.now();
        let taken = world.hand_out(100).await;
        let failed: Vec<Tried> = taken.iter().map(|taken| tried(taken, 500, now)).collect();
        world.settle(&failed).await;
        world.clock.advance(59);
        assert_eq!(world.hand_out(100).await.len(), 0);
        world.clock.advance(1);
        let (one, two) = tokio::join!(world.hand_out(100), world.hand_out(100));
        let probes: Vec<Taken> = one.into_iter().chain(two).collect();
        assert_eq!(probes.len(), 1);
        world.clock.advance(60);
        let probes = world.hand_out(100).await;
        assert_eq!(probes.len(), 1, "whoever had it in hand is gone");
        world.settle(&[tried(&probes[0], 200, world.clock.now())]).await;
        assert!(world.hand_out(100).await.len() >= taken.len() - 2);
        let log = world.events(world.home.tenant).await;
        let told: Vec<&str> = log.iter().map(|event| event.kind.as_str()).filter(|kind| kind.starts_with("webhook.")).collect();
        assert_eq!(told, ["webhook.changed", "webhook.failing", "webhook.recovered"]);
        let stands = world.store.webhook(world.home.tenant, webhook).await.unwrap();
        assert_eq!((stands.about.health, stands.paused_until), (Health::default(), None));
    }

    /// An event that is forgotten before it could be planned is told to be missed; one that goes later makes its delivery empty.
    async fn what_is_forgotten_is_told(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(1)).await;
        world.plan(1).await;
        world.clock.advance(100_000);
        let age = Duration::from_secs(86_400);
        assert!(world.store.forget_events(age, 1_000).await.unwrap());
        let gone = world.store.webhook(world.home.tenant, webhook).await.unwrap().position + 1;
        world.plan_all().await;
        let missed = world.store.webhook(world.home.tenant, webhook).await.unwrap().about.missed;
        assert!(missed >= gone, "{missed} {gone}");
        let taken = world.hand_out(100).await;
        let empty = taken.iter().find(|taken| taken.delivery.position == Some(2)).unwrap();
        assert_eq!(empty.event, None);
        let told = taken.iter().filter_map(|taken| taken.event.as_ref()).map(|event| event.kind.as_str());
        assert_eq!(told.collect::<Vec<_>>(), ["webhook.missed"], "the webhook is told so itself");
    }

    /// Nothing is planned for a webhook that is off, and what was planned waits; one that is deleted leaves nothing.
    async fn what_is_off_waits_and_what_is_deleted_goes(store) {
        let world = World::new(store).await;
        let (home, webhook) = (world.home, world.webhook_from(world.home, Selection::default(), Some(0)).await);
        world.plan_all().await;
        let off = Edit { active: Some(false), ..Edit::default() };
        changed(world.change_webhook(home, WebhookChange::Edit { id: webhook, edit: Box::new(off) }).await);
        let planned = world.sent_to(webhook).await.len();
        assert_eq!((world.plan(100).await, world.hand_out(100).await.len()), (Planned::default(), 0));
        let test = WebhookChange::Test { id: webhook, delivery: DeliveryId(uuid()), kind: "webhook.test" };
        assert_eq!(world.change_webhook(home, test).await.unwrap(), Applied::Conflict(Conflict::WebhookOff));
        let on = Edit { active: Some(true), ..Edit::default() };
        changed(world.change_webhook(home, WebhookChange::Edit { id: webhook, edit: Box::new(on) }).await);
        world.plan_all().await;
        assert!(world.sent_to(webhook).await.len() > planned);
        changed(world.change_webhook(home, WebhookChange::Delete(webhook)).await);
        not_found(world.store.webhook(home.tenant, webhook).await, "webhook");
        assert_eq!((world.plan(100).await, world.hand_out(100).await.len()), (Planned::default(), 0));
        let age = Duration::from_secs(86_400);
        while world.store.forget_deliveries(age, 2).await.unwrap() > 0 {}
        assert!(!world.database.dump().await.contains("hooks.example.com"));
    }

    /// What is settled goes after its time, and nothing else does.
    async fn settled_deliveries_are_forgotten(store) {
        let world = World::new(store).await;
        let webhook = world.webhook().await;
        world.case(warn(world.home, "ann")).await;
        world.plan_all().await;
        let taken = world.hand_out(1).await;
        world.settle(&[tried(&taken[0], 200, world.clock.now())]).await;
        let (age, waiting) = (Duration::from_secs(86_400), world.sent_to(webhook).await.len() - 1);
        world.clock.advance(86_400);
        assert_eq!(world.store.forget_deliveries(age, 10).await.unwrap(), 0);
        world.clock.advance(1);
        assert_eq!(world.store.forget_deliveries(age, 10).await.unwrap(), 1);
        let left = world.sent_to(webhook).await;
        assert_eq!(left.len(), waiting);
        assert!(left.iter().all(|delivery| delivery.state == State::Pending));
    }

    /// What was given up is sent anew, the oldest first, as many as are asked for.
    async fn dead_deliveries_are_sent_anew(store) {
        let world = World::new(store).await;
        let webhook = world.webhook_from(world.home, Selection::default(), Some(0)).await;
        let test = || WebhookChange::Test { id: webhook, delivery: DeliveryId(uuid()), kind: "webhook.test" };
        world.plan_all().await;
        let mut dead = Vec::new();
        for round in 0..10 {
            // A test that arrives keeps it from being turned off.
            changed(world.change_webhook(world.home, test()).await);
            let taken = world.hand_out(9).await;
            assert_eq!(taken.len(), 4, "{round}");
            let now = world.clock.now();
            let status = |taken: &Taken| if taken.delivery.position.is_some() { 404 } else { 204 };
            world.settle(&taken.iter().map(|taken| tried(taken, status(taken), now)).collect::<Vec<_>>()).await;
            dead = taken.into_iter().filter(|taken| taken.delivery.position.is_some()).collect();
            world.clock.advance(30 * 3_600);
        }
        changed(world.change_webhook(world.home, test()).await);
        let failed = world.hand_out(9).await;
        assert_eq!(failed.len(), 1);
        let now = world.clock.now();
        world.settle(&[tried(&failed[0], 404, now)]).await;
        let stands = world.store.webhook(world.home.tenant, webhook).await.unwrap();
        assert_eq!((stands.about.health, stands.paused_until), (Health::default(), None), "a test that fails is not held against it");
        let replay = WebhookChange::ReplayDead { id: webhook, limit: 2 };
        changed(world.change_webhook(world.home, replay).await);
        let pending = world.store.deliveries(world.home.tenant, webhook, Some(State::Pending), everything()).await.unwrap();
        let mut again: Vec<DeliveryId> = pending.iter().map(|delivery| delivery.id).collect();
        again.sort_unstable();
        assert_eq!(again, [dead[0].delivery.id, dead[1].delivery.id], "no test");
        assert!(pending.iter().all(|d| (d.base, d.attempts, d.due_at) == (10, 10, Some(now))));
        let rotate = WebhookChange::Rotate { id: webhook, secret: Secret::new([8; 32]), overlap: TimeDelta::hours(1) };
        changed(world.change_webhook(world.home, rotate).await);
        assert_eq!(world.store.webhook(world.home.tenant, webhook).await.unwrap().secrets(now).len(), 2);
    }
}
