"""Deliveries of a real server, verified by the official libraries of the Standard Webhooks, in Python and in JavaScript.

Stands where a receiver would: makes a webhook, takes what comes, and has both libraries look at it. What was changed on the way, or is
signed with another secret, both have to refuse.
"""

import http.server
import json
import os
import queue
import subprocess
import threading
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

URL, KEY, HERE = os.environ["TRIBUNE_URL"], os.environ["TRIBUNE_KEY"], os.path.dirname(os.path.abspath(__file__))
arrived = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        arrived.put(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def call(path, document, method="POST"):
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(document).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def in_python(secret, headers, body):
    try:
        return Webhook(secret).verify(body, headers)["type"]
    except WebhookVerificationError as error:
        return f"refused: {error}"


def in_javascript(secret, headers, body):
    asked = json.dumps({"secret": secret, "headers": headers, "body": body})
    done = subprocess.run(["node", f"{HERE}/verify.js"], input=asked, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def verified(kind, secrets, headers, body):
    """That both take it by each of the secrets, and by nothing else; and not when a byte of it is another."""
    for library in (in_python, in_javascript):
        for secret in secrets:
            said = library(secret, headers, body)
            assert said == kind, f"{library.__name__}: {said}"
        wrong = "whsec_" + "A" * 43 + "="
        for secret, what in ((wrong, body), (secrets[0], body.replace(kind, kind.upper()))):
            said = library(secret, headers, what)
            assert said.startswith("refused:"), f"{library.__name__} took what it should not: {said}"
    print(f"{kind}: verified in Python and JavaScript, by {len(secrets)} secret(s)")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/hook"
    made = call("/v1/webhooks", {"url": address, "types": ["community.created"]})
    webhook, first = made["webhook"]["id"], made["secret"]

    call("/v1/communities", {"name": "Größe & <b>Maß</b> 😀"})
    verified("community.created", [first], *arrived.get(timeout=30))
    second = call(f"/v1/webhooks/{webhook}/rotate-secret", {})["secret"]
    call(f"/v1/webhooks/{webhook}/test", {})
    verified("webhook.test", [second, first], *arrived.get(timeout=30))
    call(f"/v1/webhooks/{webhook}/rotate-secret", {"overlap": 1})


main()
