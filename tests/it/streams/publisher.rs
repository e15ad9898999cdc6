//! The job that publishes: whatever happens on the way, a stream is its log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::runtime::Handle;
use tribune::bus::redis::Redis;
use tribune::domain::id::TenantId;
use tribune::jobs::publisher::Publisher;
use tribune::jobs::{Stopper, stopper};
use tribune::ports::bus::{Appended, Bounds, Bus, BusError, Clears, Entry, Tidied, Tip};
use tribune::ports::directory::Looks;
use tribune::service::Service;
use tribune::service::caller::Caller;
use tribune::service::pipeline::Lanes;

use super::bus::{Found, Streams, bounds, tenant};
use super::{SOON, log};
use crate::support::clock::TestClock;
use crate::support::ids::TestIds;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::{limits, tuning, wait};

on_every_store! {
    /// What the log has is in the stream, in its order, under its positions; each tenant's in a stream of its own.
    async fn a_log_and_its_stream_are_the_same(store) {
        let streams = Streams::private();
        let server = Server::start_with_environment(&store.database_url(), &streams.environment());
        let admin = server.admin();
        let community = admin.post("/v1/communities", &json!({"name": "c"})).await.expect(201);
        let acts = format!("/v1/communities/{}/acts", community["id"].as_str().unwrap());
        for number in 0..20 {
            let act = json!({"kind": "warn", "member": format!("discord:{}", number % 3), "reason": "ümlaut\n\"quoted\"", "allow_duplicate": true});
            admin.post(&acts, &act).await.expect(201);
        }
        let made = admin.post("/v1/tenants", &json!({"name": "Elsewhere"})).await.expect(201);
        let elsewhere = admin.with_key(made["secret"].as_str().unwrap());
        for client in [&admin, &elsewhere] {
            let tenant = tenant(client).await;
            let entries = streams.until_equal(client, &tenant).await;
            let event = entries[0].event();
            let fields = entries[0].values(["type", "at", "version", "community", "user"]);
            assert_eq!(fields, [event["type"].as_str().unwrap(), event["at"].as_str().unwrap(), "1", "", ""]);
        }
        let case = streams.entries(&streams.key(&tenant(&admin).await));
        let case = case.iter().find(|entry| entry.fields["type"] == "case.created").unwrap();
        let event = case.event();
        assert_eq!(case.values(["community", "user"]), ["community", "user"].map(|name| event[name].as_str().unwrap()));
        let metrics = server.anonymous().get("/metrics").await.bytes;
        let metrics = String::from_utf8(metrics.to_vec()).unwrap();
        let all = log(&admin).await.len() + log(&elsewhere).await.len();
        assert!(metrics.contains(&format!("tribune_streams_published_total {all}\n")), "{metrics}");
        assert!(metrics.contains("tribune_streams_lag 0\n") && metrics.contains("tribune_streams_ahead 0\n"), "{metrics}");
    }

    /// A log that was there before streams were enabled is published from its beginning.
    async fn a_log_that_was_there_is_published(store) {
        let streams = Streams::private();
        let mut server = Server::start(&store.database_url());
        let tenant = tenant(&server.admin()).await;
        server.terminate();
        let key = server.admin_key.clone();
        let server = Server::start_with_environment(&store.database_url(), &streams.environment());
        let admin = server.anonymous().with_key(&key);
        assert!(streams.until_equal(&admin, &tenant).await.len() >= 2);
    }

    /// Answers that are lost, and calls that are: nothing is there twice, and nothing is missing.
    async fn whatever_is_lost_on_the_way_the_stream_is_its_log(store) {
        let streams = Streams::private();
        let one = Local::start(&store).await;
        let lossy = Lossy { bus: streams.bus(), calls: AtomicU64::new(0) };
        let (stopper, running) = one.publish(Arc::new(lossy), bounds(1_000_000, 1_000_000));
        one.make_communities(120).await;
        one.until_published(&streams, 120).await;
        stopper.stop();
        running.await.unwrap();
    }

    /// Publishers that know nothing of each other.
    async fn two_publishers_side_by_side_publish_each_event_once(store) {
        let streams = Streams::private();
        let one = Local::start(&store).await;
        let running = [streams.bus(), streams.bus(), streams.bus()].map(|bus| one.publish(Arc::new(bus), bounds(1_000_000, 1_000_000)));
        one.make_communities(150).await;
        one.until_published(&streams, 150).await;
        for (stopper, job) in running {
            stopper.stop();
            job.await.unwrap();
        }
    }

    /// Streams are trimmed while they are filled, not only when it is time.
    async fn a_long_log_fills_no_more_of_a_stream_than_it_may(store) {
        let streams = Streams::private();
        let one = Local::start(&store).await;
        one.make_communities(600).await;
        let most = Bounds { stuck_after: SOON, ..bounds(50, 100) };
        let (_stopper, _running) = one.publish(Arc::new(streams.bus()), most);
        let tenant = one.caller.tenant.to_string();
        wait::until_async("the stream to be full and trimmed", SOON, async || {
            let ids = streams.ids(&streams.key(&tenant));
            let last = ids.last()?.trim_end_matches("-0").parse::<usize>().ok()?;
            (last >= 602 && ids.len() <= 100).then_some(())
        }).await;
    }
}

/// A service in this process, with its first tenant.
struct Local {
    service: Service,
    caller: Caller,
}

impl Local {
    async fn start(database: &TestStore) -> Self {
        let clock = TestClock::new();
        let lanes = Lanes {
            lanes: 2,
            batch: 64,
            queue: 1_024,
        };
        let service = Service::new(
            database.open(clock.clone()).await,
            clock.clone(),
            Arc::new(TestIds),
            limits::memory(&clock),
            Handle::current(),
            tuning::with(lanes),
        );
        let (_, secret) = service
            .bootstrap("default")
            .await
            .unwrap()
            .expect("an empty database");
        let caller = service.authenticate(secret.reveal()).await.unwrap();
        Self { service, caller }
    }

    fn publish(&self, bus: Arc<dyn Bus>, bounds: Bounds) -> (Stopper, tokio::task::JoinHandle<()>) {
        let (stopper, stop) = stopper();
        let publisher = Publisher {
            service: self.service.clone(),
            bus,
            bounds,
            interval: Duration::from_millis(5),
        };
        (stopper, tokio::spawn(publisher.run(stop)))
    }

    async fn make_communities(&self, count: usize) {
        for number in 0..count {
            let name = format!("c{number}");
            self.service
                .create_community(&self.caller, (name, Looks::default()), Vec::new(), None, None)
                .await
                .unwrap();
        }
    }

    /// Waits until the stream has so many communities, and makes sure that it has every event, once.
    async fn until_published(&self, streams: &Streams, communities: usize) {
        let key = streams.key(&self.caller.tenant.to_string());
        let entries = wait::until_async("all to be published", SOON, async || {
            let entries = streams.entries(&key);
            let made = |entry: &&Found| entry.fields["type"] == "community.created";
            (entries.iter().filter(made).count() >= communities).then_some(entries)
        })
        .await;
        let documents = self
            .service
            .documents(self.caller.tenant, 0, 10_000)
            .await
            .unwrap()
            .unwrap();
        let expected = documents
            .entries
            .iter()
            .map(|entry| (format!("{}-0", entry.position), &entry.event));
        let found = entries
            .iter()
            .map(|entry| (entry.id.clone(), &entry.fields["event"]));
        assert!(found.eq(expected), "the stream is not its log");
    }
}

/// A way to the streams on which calls are lost, or the answers to them.
struct Lossy {
    bus: Redis,
    calls: AtomicU64,
}

#[async_trait]
impl Bus for Lossy {
    fn connections(&self) -> u64 {
        self.bus.connections()
    }

    async fn tip(&self, tenant: TenantId) -> Result<Tip, BusError> {
        self.bus.tip(tenant).await
    }

    async fn append(&self, tenant: TenantId, after: i64, entries: &[Entry]) -> Result<Appended, BusError> {
        let lost = |what: &str| {
            Err(BusError {
                reason: format!("the {what} was lost"),
            })
        };
        match self.calls.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => lost("call"),
            1 => {
                self.bus.append(tenant, after, entries).await?;
                lost("answer")
            }
            _ => self.bus.append(tenant, after, entries).await,
        }
    }

    async fn clear(&self, tenant: TenantId, what: Clears) -> Result<u64, BusError> {
        self.bus.clear(tenant, what).await
    }

    async fn tidy(&self, tenant: TenantId, end: i64, bounds: &Bounds) -> Result<Tidied, BusError> {
        self.bus.tidy(tenant, end, bounds).await
    }
}
