//! The smallest HTTP client that a test needs: JSON in, status, headers and JSON out.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::time::Duration;

use super::stream::{EVENT_STREAM, Stream};
use super::wait;

type Connections = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

/// Speaks to one server as one caller. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    key: Option<String>,
    connections: Connections,
}

impl Client {
    /// A caller without a key. `base` is the server's address without a slash at the end.
    pub(crate) fn anonymous(base: &str) -> Self {
        let connections = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Self {
            base: base.to_owned(),
            key: None,
            connections,
        }
    }

    /// A caller with the API key `key`.
    pub(crate) fn new(base: &str, key: &str) -> Self {
        Self::anonymous(base).with_key(key)
    }

    /// The same server, called with the API key `key`.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// The same server, called by someone without a key.
    pub(crate) fn without_key(&self) -> Self {
        Self {
            key: None,
            ..self.clone()
        }
    }

    /// The key; empty for who has none.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// Where the server listens, for requests that are written byte by byte.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path).json(body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::PUT, path).json(body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::PATCH, path).json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path).send().await
    }

    /// Every item of a list, page by page. `path` has a query already; `next` is the parameter that a page's cursor goes into.
    pub(crate) async fn all(&self, path: &str, next: &str) -> Vec<Value> {
        let (mut items, mut onwards) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{onwards}")).await.expect(200);
            let more = page["items"].as_array().expect("a list");
            items.extend(more.iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) if !more.is_empty() => onwards = format!("&{next}={cursor}"),
                _ => return items,
            }
        }
    }

    /// A request that needs more than a path and JSON: other headers, or a body that no JSON library would write.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            builder = builder.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        Call {
            client: self,
            builder,
            body: Bytes::new(),
        }
    }
}

/// A request that is being put together.
#[must_use = "a call does nothing until it is sent"]
pub(crate) struct Call<'a> {
    client: &'a Client,
    builder: hyper::http::request::Builder,
    body: Bytes,
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// The body, with its content type.
    pub(crate) fn json(self, value: &Value) -> Self {
        self.header(CONTENT_TYPE.as_str(), "application/json")
            .body(value.to_string())
    }

    /// The body as it is; the content type is the caller's business.
    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and reads the whole answer. Panics when there is none.
    pub(crate) async fn send(self) -> Reply {
        self.try_send().await.unwrap_or_else(|e| panic!("no answer: {e}"))
    }

    /// Sends it, and again as long as the first request under its key has no answer, as the answer says to. Panics when there
    /// is no answer in the end.
    pub(crate) async fn send_until_answered(self) -> Reply {
        let (client, request) = (self.client, self.builder.body(self.body).expect("a request"));
        let in_flight = async || {
            let (head, body) = request.clone().into_parts();
            let builder = Request::builder().method(head.method).uri(head.uri);
            let builder = head
                .headers
                .iter()
                .fold(builder, |all, (name, value)| all.header(name, value));
            let reply = Call {
                client,
                builder,
                body,
            }
            .send()
            .await;
            (reply.body["code"] != "idempotency_in_flight").then_some(reply)
        };
        wait::until_async("the first request's answer", Duration::from_secs(60), in_flight).await
    }

    /// Sends it, and reads the answer as it comes. Panics when it is no stream of events.
    pub(crate) async fn stream(self) -> Stream {
        self.try_stream()
            .await
            .unwrap_or_else(|e| panic!("no answer: {e}"))
    }

    /// [`stream`](Self::stream) from a server that may be dying.
    ///
    /// # Errors
    ///
    /// When there is no answer, or one that is no stream.
    pub(crate) async fn try_stream(self) -> Result<Stream, Box<dyn std::error::Error + Send + Sync>> {
        let request = self.builder.body(Full::new(self.body))?;
        let (head, body) = self.client.connections.request(request).await?.into_parts();
        if head.status != 200 {
            let text = body.collect().await?.to_bytes();
            let text = String::from_utf8_lossy(&text);
            return Err(format!("no stream: {} {text}", head.status).into());
        }
        assert_eq!(head.headers[CONTENT_TYPE], EVENT_STREAM);
        Ok(Stream::over(head.headers, body))
    }

    /// Sends it to a server that may be dying. Of an answer without an end only the head is read.
    ///
    /// # Errors
    ///
    /// When no whole answer came; whether the server acted then is unknown.
    pub(crate) async fn try_send(self) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
        let request = self.builder.body(Full::new(self.body))?;
        let (head, body) = self.client.connections.request(request).await?.into_parts();
        let is_endless = head
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == EVENT_STREAM);
        let bytes = if is_endless {
            Bytes::new()
        } else {
            body.collect().await?.to_bytes()
        };
        Ok(Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        })
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as JSON; null when it is not JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) bytes: Bytes,
}

impl Reply {
    /// The body, after asserting the status; a surprise is shown whole.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "the answer: {}",
            String::from_utf8_lossy(&self.bytes)
        );
        self.body
    }

    /// The header `name`, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{HeaderMap, Method};
    use axum::routing::any;
    use serde_json::json;

    use super::*;

    /// A server that answers with what it was sent.
    async fn mirror() -> Client {
        let echo = async |method: Method, headers: HeaderMap, body: String| {
            let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned());
            let seen = json!({
                "method": method.as_str(), "body": body,
                "authorization": text("authorization"), "content-type": text("content-type"), "x-test": text("x-test"),
            });
            ([("x-answer", "yes")], axum::Json(seen))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/mirror", any(echo))).await });
        Client::anonymous(&base)
    }

    #[tokio::test]
    async fn sends_json_and_key() {
        let client = mirror().await.with_key("secret");
        let reply = client.post("/mirror", &json!({"n": 1})).await;
        assert_eq!(reply.header("x-answer"), Some("yes"));
        let seen = reply.expect(200);
        assert_eq!(seen["method"], "POST");
        assert_eq!(seen["body"], r#"{"n":1}"#);
        assert_eq!(seen["authorization"], "Bearer secret");
        assert_eq!(seen["content-type"], "application/json");
    }

    #[tokio::test]
    async fn sends_what_no_json_library_would_write() {
        let call = mirror()
            .await
            .call(Method::PUT, "/mirror")
            .header("x-test", "1")
            .body("{")
            .send()
            .await;
        let seen = call.expect(200);
        assert_eq!((&seen["body"], &seen["x-test"]), (&json!("{"), &json!("1")));
        assert_eq!(
            (&seen["authorization"], &seen["content-type"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[tokio::test]
    #[should_panic(expected = "left: 404")]
    async fn a_status_that_was_not_expected_fails_the_test() {
        mirror().await.get("/nowhere").await.expect(200);
    }

    #[tokio::test]
    async fn a_server_that_is_gone_is_an_error() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::anonymous(&format!("http://{}", listener.local_addr().unwrap()));
        drop(listener);
        assert!(client.call(Method::GET, "/").try_send().await.is_err());
    }
}
