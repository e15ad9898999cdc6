//! What it costs that members are told of acts: nothing, a notice for each, and a notice with a link.

use crate::support::postgres::TestPostgres;
use crate::support::server::Server;
use crate::world::{self, Spread};
use crate::{CALLERS, LENGTH, figures, load, sqlite};
use serde_json::json;

/// Both stores.
pub(crate) async fn measure() {
    println!("Notices, in communities without a relay");
    let postgres = TestPostgres::durable().await;
    measure_on("Postgres", &postgres.url()).await;
    let (_folder, url) = sqlite::database();
    measure_on("SQLite", &url).await;
}

/// One server for all three, so that nothing but the policy differs.
async fn measure_on(store: &str, url: &str) {
    let server = Server::start_with_environment(
        url,
        &[("TRIBUNE_SERVER_PUBLIC_URL", "https://tribune.example.com")],
    );
    let mut off = None;
    for (run, what, notices) in [
        ("none", "nobody is told", json!({"when": "off"})),
        ("told", "a notice for each act", json!({"links": false})),
        ("link", "a notice with a link for each act", json!({})),
    ] {
        let places = world::furnish_with(&server, &notices).await;
        world::people(&server, &places).await;
        let requests = world::acts(&places, Spread::Uniform, run);
        let seen = load::run(&[world::address(&server)], CALLERS, LENGTH, requests).await;
        figures(&format!("{store}: {what}"), &seen);
        let without = *off.get_or_insert(seen.rate);
        println!(
            "  {:<74} {:>9.2}",
            "of the rate when nobody is told",
            seen.rate / without
        );
    }
}
