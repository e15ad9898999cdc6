//! The documentation's HTML: small enough to be written by hand, escaped wherever text goes in.

use std::fmt::Write as _;

use super::{ASSETS, Asset};
use crate::http::problem::Code;

/// The API reference; the bundle fills it in from `/openapi.json`.
pub(super) fn reference() -> String {
    let [scalar, style, policy, start, ..] = &*ASSETS;
    let body = format!(
        "<div id=\"reference\"></div>\n\
         <noscript><p>The reference is drawn by a script. The document behind it is <a href=\"/openapi.json\">openapi.json</a>; \
         the <a href=\"/docs/problems\">problem catalogue</a> needs no script.</p></noscript>\n\
         <script src=\"{}\"></script>\n<script src=\"{}\"></script>\n<script src=\"{}\"></script>",
        policy.address(),
        scalar.address(),
        start.address(),
    );
    html("Tribune API reference", style, &body)
}

/// All problems in one table.
pub(super) fn catalogue() -> String {
    let mut rows = String::new();
    for &code in Code::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"{}\"><code>{}</code></a></td><td>{}</td><td>{}</td></tr>",
            code.page(),
            code.name(),
            code.status().as_u16(),
            escape(code.title()),
        );
    }
    let body = format!(
        "<main>\n<p class=\"quiet\"><a href=\"/docs\">API reference</a></p>\n<h1>Problems</h1>\n\
         <p>Every answer that is not a success carries a problem document (RFC 9457). Its <code>code</code> is one of these \
         and never changes its meaning; decide on it, and show <code>detail</code> to people.</p>\n\
         <table>\n<thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Title</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</main>"
    );
    html("Problems · Tribune", pages_css(), &body)
}

/// What one problem means and what to do about it.
pub(super) fn problem(code: Code) -> String {
    let status = code.status();
    let body = format!(
        "<main>\n<p class=\"quiet\"><a href=\"/docs\">API reference</a> · <a href=\"/docs/problems\">Problems</a></p>\n\
         <h1>{}</h1>\n<p class=\"quiet\"><code>{}</code> · {} {}</p>\n\
         <h2>What it means</h2>\n<p>{}</p>\n<h2>What to do next</h2>\n<p>{}</p>\n</main>",
        escape(code.title()),
        code.name(),
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        marked_up(code.meaning()),
        marked_up(code.next()),
    );
    html(&format!("{} · Tribune", code.name()), pages_css(), &body)
}

fn pages_css() -> &'static Asset {
    let [.., pages, _] = &*ASSETS;
    pages
}

fn html(title: &str, style: &Asset, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape(title),
        style.address(),
    )
}

/// Text with its `code` in backticks set as code.
fn marked_up(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('`').enumerate() {
        let is_code = index % 2 == 1;
        out.push_str(if is_code { "<code>" } else { "" });
        out.push_str(&escape(piece));
        out.push_str(if is_code { "</code>" } else { "" });
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            marked_up("a <b> & `x<y`"),
            "a &lt;b&gt; &amp; <code>x&lt;y</code>"
        );
        assert_eq!(escape("\"'"), "&quot;&#39;");
    }

    #[test]
    fn every_problem_has_a_page_and_a_row() {
        let catalogue = catalogue();
        for &code in Code::ALL {
            assert!(
                catalogue.contains(&format!("href=\"{}\"", code.page())),
                "{code:?}"
            );
            let page = problem(code);
            assert!(
                page.contains(code.name()) && page.contains(&escape(code.title())),
                "{code:?}"
            );
        }
    }

    #[test]
    fn pages_have_nothing_inline() {
        for page in [reference(), catalogue(), problem(Code::Internal)] {
            assert!(
                !page.contains("<style") && !page.contains(" style=") && !page.contains(" onload="),
                "{page}"
            );
            assert_eq!(
                page.matches("<script").count(),
                page.matches("<script src=\"/docs/assets/").count()
            );
            assert!(
                !page.contains("http://") && !page.contains("https://"),
                "another host: {page}"
            );
        }
    }
}
