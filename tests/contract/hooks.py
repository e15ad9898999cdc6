"""What schemathesis must know of Tribune that no OpenAPI document can say."""

import hashlib
import json
import os
import urllib.request

import schemathesis


def own_key():
    """The id of the key that all requests carry: on a new server there is no other."""
    authorization = {"Authorization": f"Bearer {os.environ['TRIBUNE_KEY']}"}
    request = urllib.request.Request(f"{os.environ['TRIBUNE_URL']}/v1/keys", headers=authorization)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["items"][0]["id"]


OWN_KEY = own_key()


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A body of lines: of one line, or as the text is."""
    return (value if isinstance(value, str) else json.dumps(value) + "\n").encode()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Mends what would be refused for what was sent before, not for what it is."""
    # An idempotency key that went with another request is refused, rightly. So a valid one is made to depend on the request that
    # it goes with; the same request still comes with the same key, and is answered as a repeat.
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.generation.mode.is_positive:
        request = json.dumps([case.method, case.formatted_path, repr(case.body), key])
        digest = hashlib.sha256(request.encode()).hexdigest()
        quoted = key.startswith('"')
        case.headers["Idempotency-Key"] = f'"{digest}"' if quoted else (digest + key)[:255]
    # Nobody makes work here, and nobody waits for it.
    wait = case.body.get("wait") if isinstance(case.body, dict) and case.path.endswith("/directives/lease") else None
    if isinstance(wait, int) and 0 < wait <= 25:
        case.body["wait"] = 0
    # Whoever revokes the key that all requests carry gets nothing but 401 from then on.
    if (case.path_parameters or {}).get("key") == OWN_KEY:
        case.path_parameters["key"] = "key_" + 32 * "0"
