//! What is acted upon: tenants, communities with a quiet policy, and members who are there already.

use crate::load::{self, Requests};
use crate::support::client::Client;
use crate::support::server::Server;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How many tenants, communities in each, and members in each of those.
pub(crate) const TENANTS: usize = 8;
pub(crate) const COMMUNITIES: usize = 8;
pub(crate) const MEMBERS: usize = 200;

/// A community and the key of its tenant.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) key: String,
    pub(crate) community: String,
}

/// Where acts go.
#[derive(Clone, Copy)]
pub(crate) enum Spread {
    /// Any member of any community.
    Uniform,
    /// Any member of one community.
    HotCommunity,
    /// One member.
    HotMember,
}

/// Makes the places. The policy has no ladder, no window for duplicates and no notices, so that every act is the same few rows.
pub(crate) async fn furnish(server: &Server) -> Vec<Place> {
    furnish_with(server, &json!({"when": "off"})).await
}

/// The same, where members are told what the policy says.
pub(crate) async fn furnish_with(server: &Server, notices: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    for tenant in 0..TENANTS {
        let made = server
            .admin()
            .post("/v1/tenants", &json!({"name": format!("bench {tenant}")}))
            .await
            .expect(201);
        let key = made["secret"].as_str().unwrap().to_owned();
        let client = Client::new(&server.url, &key);
        for community in 0..COMMUNITIES {
            let made = client
                .post("/v1/communities", &json!({"name": format!("bench {community}")}))
                .await
                .expect(201);
            let community = made["id"].as_str().unwrap().to_owned();
            let rules = json!({"rules": {"ladder": [], "duplicate_window": 0, "notices": notices}});
            client
                .call(hyper::Method::PUT, &format!("/v1/communities/{community}/policy"))
                .header("if-match", "\"1\"")
                .json(&rules)
                .send()
                .await
                .expect(200);
            places.push(Place {
                key: key.clone(),
                community,
            });
        }
    }
    places
}

/// One act on every member, so that the measured ones find their rows.
pub(crate) async fn people(server: &Server, places: &[Place]) {
    let callers = 64;
    let places: Arc<[Place]> = places.into();
    let all = places.len() * MEMBERS;
    let requests: Requests = Arc::new(move |caller, n| {
        let index = (usize::try_from(n).unwrap() * callers + caller) % all;
        act(
            &places[index / MEMBERS],
            index % MEMBERS,
            &format!("people-{caller}-{n}"),
        )
    });
    // As long as it takes to come round once, judged by a first short run.
    let address = [address(server)];
    let rate = load::run(&address, callers, Duration::from_secs(2), requests.clone())
        .await
        .rate;
    let rounds = Duration::from_secs_f64(1.5 * all as f64 / rate);
    load::run(
        &address,
        callers,
        rounds,
        Arc::new(move |caller, n| requests(caller, n + (1 << 40))),
    )
    .await;
}

/// Acts spread as asked for, each with an idempotency key of its own.
pub(crate) fn acts(places: &[Place], spread: Spread, run: &str) -> Requests {
    let (places, run): (Arc<[Place]>, String) = (places.into(), run.to_owned());
    Arc::new(move |caller, n| {
        let draw = mix(caller as u64, n);
        let place = match spread {
            Spread::Uniform => usize::try_from(draw % places.len() as u64).unwrap(),
            Spread::HotCommunity | Spread::HotMember => 0,
        };
        let member = match spread {
            Spread::HotMember => 0,
            Spread::Uniform | Spread::HotCommunity => usize::try_from((draw >> 32) % MEMBERS as u64).unwrap(),
        };
        act(&places[place], member, &format!("{run}-{caller}-{n}"))
    })
}

/// A warn.
fn act(place: &Place, member: usize, idempotency: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"kind":"warn","member":"discord:{member}","reason":"bench {idempotency}","evidence":["https://example.org/{idempotency}"]}}"#
    );
    load::post(
        &format!("/v1/communities/{}/acts", place.community),
        &place.key,
        idempotency,
        &body,
    )
}

/// Host and port of a server.
pub(crate) fn address(server: &Server) -> String {
    server.url.trim_start_matches("http://").to_owned()
}

/// A number that looks drawn, the same in every run (splitmix64).
pub(crate) fn mix(caller: u64, n: u64) -> u64 {
    let mut z = (caller << 40)
        .wrapping_add(n)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(0x1234_5678);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
