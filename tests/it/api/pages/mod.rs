//! What members see who come by a link: the links, the pages, and what is tried on them, as callers, members and others do.

mod appeal; // an appeal by a page
mod browser; // the pages in a real browser
mod links; // links: made, listed, revoked
mod logs; // what lets people in is not in logs
mod standing; // how a member stands
mod strangers; // links that let nobody in
mod webdriver; // the browser
mod whole; // from a ban to a shorter one

use hyper::Method;
use serde_json::{Value, json};

use super::ledger::{Api, Community};
use crate::support::client::{Client, Reply};

/// Who is banned and muted here.
pub(super) const ANN: &str = "discord:1";

/// A member with a link, in front of a browser.
#[derive(Clone)]
pub(super) struct Guest {
    client: Client,
    /// Where the link leads, without the host: `/a/…`.
    pub(super) path: String,
    /// The link's id.
    pub(super) id: String,
}

impl Guest {
    /// A link to a case, made by a bot.
    pub(super) async fn of(here: &Community, case: i64) -> Self {
        let made = here
            .post(&format!("/cases/{case}/appeal-link"), json!({}))
            .await
            .expect(201);
        Self {
            client: here.client.without_key(),
            path: path_of(&made),
            id: made["id"].as_str().unwrap().to_owned(),
        }
    }

    /// Opens the page of the link, or one below it.
    pub(super) async fn open(&self, rest: &str) -> Reply {
        self.client.get(&format!("{}{rest}", self.path)).await
    }

    /// The text of a page that is there.
    pub(super) async fn read(&self, rest: &str) -> String {
        text(&self.open(rest).await, 200)
    }

    /// The word of a new form.
    pub(super) async fn word(&self) -> String {
        word(&self.read("/appeal").await)
    }

    /// Sends a form.
    pub(super) async fn send(&self, rest: &str, fields: &[(&str, &str)]) -> Reply {
        self.send_with(rest, fields, &[("sec-fetch-site", "same-origin")])
            .await
    }

    /// Sends a form with other headers.
    pub(super) async fn send_with(
        &self,
        rest: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let call = self.client.call(Method::POST, &format!("{}{rest}", self.path));
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let call = headers
            .iter()
            .fold(call, |call, (name, value)| call.header(name, value));
        call.body(body.finish()).send().await
    }

    /// Appeals, and sees that it is led on.
    pub(super) async fn appeal(&self, statement: &str) {
        let word = self.word().await;
        let sent = self
            .send("/appeal", &[("form", &word), ("statement", statement)])
            .await;
        led(&sent);
    }
}

/// Where a new link leads, without the host.
pub(super) fn path_of(made: &Value) -> String {
    let url = made["url"].as_str().unwrap();
    url.strip_prefix("https://tribune.example.com")
        .unwrap()
        .to_owned()
}

/// The text of a page, after its status and the headers that every page has.
#[track_caller]
pub(super) fn text(reply: &Reply, status: u16) -> String {
    let text = String::from_utf8(reply.bytes.to_vec()).unwrap();
    assert_eq!(reply.status, status, "{text}");
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let policy = reply.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        policy.ends_with("form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
        "{policy}"
    );
    assert_eq!(reply.header("set-cookie"), None);
    assert!(
        !text.contains("<script") && !text.contains("<img") && !text.contains("<link rel=\"stylesheet"),
        "{text}"
    );
    text
}

/// The word of a page's form.
#[track_caller]
pub(super) fn word(page: &str) -> String {
    let from = page.split("name=\"form\" value=\"").nth(1).expect("a form");
    from.split('"').next().unwrap().to_owned()
}

/// That somebody who sent a form is led to the page that shows it.
#[track_caller]
pub(super) fn led(reply: &Reply) {
    assert_eq!(reply.status, 303, "{}", String::from_utf8_lossy(&reply.bytes));
    assert_eq!(reply.header("location"), Some("appeal"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

impl Community {
    /// A ban of Ann for a week; the number of its case.
    pub(super) async fn banned(&self, reason: &str) -> i64 {
        let ban = json!({"kind": "tempban", "member": ANN, "duration": "P7D", "reason": reason,
            "actor": {"platform": "discord", "id": "50771983423143937", "rank": "moderator"}});
        self.act(ban).await.expect(201)["case"]["number"]
            .as_i64()
            .unwrap()
    }

    /// The appeals that there are.
    pub(super) async fn appeals(&self) -> Vec<Value> {
        let page = self.get("/appeals").await.expect(200);
        page["items"].as_array().unwrap().clone()
    }
}
