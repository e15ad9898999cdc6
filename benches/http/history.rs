//! Neither an act nor a read grows with history: a member with few cases against one with 100 000.

use crate::load::{self, Requests, Seen};
use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world::{self, Place, Spread};
use crate::{CALLERS, report, sqlite};
use std::sync::Arc;
use std::time::Duration;

/// How many cases the member has in the end.
const CASES: usize = 100_000;
/// How long each look takes.
const LOOK: Duration = Duration::from_secs(6);

/// On both stores.
pub(crate) async fn measure() {
    println!("History: medians with {CASES} cases of the member against the same without");
    let postgres = TestPostgres::durable().await;
    grow("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    grow("SQLite", &url).await;
}

/// Looks, lets the history grow, looks again.
async fn grow(store: &str, url: &str) {
    let server = Server::start(url);
    let places = world::furnish(&server).await;
    let address = [world::address(&server)];
    let [act0, read0, page0] = look(&address, &places, "before").await;
    let mut cases = act0.answers;
    for round in 0.. {
        if cases >= CASES {
            break;
        }
        let acts = world::acts(&places, Spread::HotMember, &format!("grow-{round}"));
        cases += load::run(&address, CALLERS, Duration::from_secs(5), acts)
            .await
            .answers;
    }
    let [act1, read1, page1] = look(&address, &places, "after").await;
    let ratio = |a: &Seen, b: &Seen| a.p50.as_secs_f64() / b.p50.as_secs_f64();
    report(
        &format!("{store}: an act, one caller ({cases} cases)"),
        ratio(&act1, &act0),
        1.5,
        false,
    );
    report(
        &format!("{store}: a standing read, one caller"),
        ratio(&read1, &read0),
        1.5,
        false,
    );
    report(
        &format!("{store}: a page of the member's cases, one caller"),
        ratio(&page1, &page0),
        1.5,
        false,
    );
}

/// Acts, standing reads and pages of cases by one caller, one after another.
async fn look(address: &[String], places: &[Place], run: &str) -> [Seen; 3] {
    let act = load::run(address, 1, LOOK, world::acts(places, Spread::HotMember, run)).await;
    let community = format!("/v1/communities/{}", places[0].community);
    let standing = read(&format!("{community}/members/discord:0/standing"), &places[0]);
    let page = read(&format!("{community}/cases?member=discord:0"), &places[0]);
    let standing = load::run(address, 1, LOOK, standing).await;
    [act, standing, load::run(address, 1, LOOK, page).await]
}

/// The same read, over and over.
fn read(path: &str, place: &Place) -> Requests {
    let request = load::get(path, &place.key);
    Arc::new(move |_, _| request.clone())
}
