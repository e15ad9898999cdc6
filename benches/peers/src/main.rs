//! `limitador` behind a bare server: the same question as a check, over the same load. `peers [redis-url]`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::routing::post;
use axum::{Json, Router};
use limitador::limit::{Context, Limit, Namespace};
#[cfg(feature = "redis")]
use limitador::AsyncRateLimiter;
use limitador::RateLimiter;
#[cfg(feature = "redis")]
use limitador::storage::redis::AsyncRedisStorage;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a check asks, as far as this knows it.
#[derive(Deserialize)]
struct Check {
    limit: String,
    values: HashMap<String, String>,
}

#[derive(Serialize)]
struct Answer {
    allowed: bool,
}

enum Limiter {
    Memory(RateLimiter),
    #[cfg(feature = "redis")]
    Redis(AsyncRateLimiter),
}

impl Limiter {
    async fn allows(&self, check: Check) -> bool {
        let namespace = Namespace::from(check.limit.as_str());
        let context = Context::from(check.values);
        let checked = match self {
            Self::Memory(limiter) => limiter.check_rate_limited_and_update(&namespace, &context, 1),
            #[cfg(feature = "redis")]
            Self::Redis(limiter) => limiter.check_rate_limited_and_update(&namespace, &context, 1).await,
        };
        !checked.expect("the counters answer").limited
    }
}

#[tokio::main]
async fn main() {
    let variables = vec!["user".try_into().expect("a variable")];
    let limit = Limit::new("bench", 50_000, 2_678_400, Vec::new(), variables);
    let limiter = match std::env::args().nth(1) {
        None => {
            let limiter = RateLimiter::new(4_000_000);
            limiter.add_limit(limit);
            Limiter::Memory(limiter)
        }
        #[cfg(not(feature = "redis"))]
        Some(_) => panic!("built without the feature redis"),
        #[cfg(feature = "redis")]
        Some(url) => {
            let storage = AsyncRedisStorage::new(&url).await.expect("Redis is there");
            let limiter = AsyncRateLimiter::new_with_storage(Box::new(storage));
            limiter.add_limit(limit);
            Limiter::Redis(limiter)
        }
    };
    let limiter = Arc::new(limiter);
    let check = async move |Json(check): Json<Check>| {
        let allowed = limiter.allows(check).await;
        Json(Answer { allowed })
    };
    let router = Router::new().route("/v1/checks", post(check));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("serving {}", listener.local_addr().expect("an address"));
    axum::serve(listener, router).await.expect("it serves");
}
