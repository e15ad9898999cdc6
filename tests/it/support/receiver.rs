//! A receiver of webhooks on this machine, which keeps what it gets and answers as a test wants it to.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signatures: Vec<String>,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Message {
    /// Whether one of its signatures was made with a secret, as the Standard Webhooks have it.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.text).as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.contains(&signature)
    }

    /// The type of the event.
    pub(crate) fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }
}

/// What handlers and tests share.
#[derive(Default)]
struct Kept {
    status: AtomicU16,
    messages: Mutex<Vec<Message>>,
}

/// A receiver, gone with the runtime of its test.
pub(crate) struct Receiver {
    pub(crate) url: String,
    kept: Arc<Kept>,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        let kept = Arc::new(Kept::default());
        kept.status.store(204, Ordering::SeqCst);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?s3cret", listener.local_addr().unwrap());
        let routes = Router::new().fallback(take).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, kept }
    }

    /// Answers with this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.kept.status.store(status, Ordering::SeqCst);
    }

    /// All that came in, refused or not.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.kept.messages.lock().unwrap().clone()
    }

    /// What came in since the last call.
    pub(crate) fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.kept.messages.lock().unwrap())
    }
}

async fn take(State(kept): State<Arc<Kept>>, headers: HeaderMap, text: String) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    kept.messages.lock().unwrap().push(Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signatures: header("webhook-signature")
            .split(' ')
            .map(str::to_owned)
            .collect(),
        body: serde_json::from_str(&text).unwrap(),
        text,
    });
    StatusCode::from_u16(kept.status.load(Ordering::SeqCst)).unwrap()
}
