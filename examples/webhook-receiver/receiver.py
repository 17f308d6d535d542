#!/usr/bin/env python3
"""A receiver of ChatLink's webhooks: checks the signature, drops what it has already, and prints each event.

    CHATLINK_WEBHOOK_SECRET=whsec_... python3 receiver.py [port]

Standard library alone. `verify` and `Rooms` are what one copies; the rest is a server for trying it out.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

TOLERANCE = 300  # Seconds that a delivery may be old, or ahead of this clock.
LARGEST = 1024 * 1024


class Refused(Exception):
    """Why a delivery is not from whom it says."""


def verify(secret: str, headers, body: bytes, now: float) -> str:
    """Checks a delivery as the Standard Webhooks say, over the bytes as they came; answers its id."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE:
        raise Refused("no id, or too old")
    signed = f"{message}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # There are two for a day after a rotation: any that fits is good.
    for signature in headers.get("webhook-signature", "").split(" "):
        version, _, given = signature.partition(",")
        if version == "v1" and hmac.compare_digest(given, expected):
            return message
    raise Refused("not signed with this secret")


class Rooms:
    """How far each room was heard: what comes again is dropped. Keep this where you keep what you make of the events."""

    def __init__(self) -> None:
        self.heads: dict[tuple[str, str], int] = {}
        self.lock = Lock()

    def take(self, delivery: dict):
        """The events that are new, in their order."""
        place = (delivery["epoch"], delivery["room_id"])
        with self.lock:
            head = self.heads.get(place, 0)
            fresh = [event for event in delivery["events"] if event["seq"] > head]
            self.heads[place] = max([head, *(event["seq"] for event in fresh)])
        return fresh


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secret = ""
    rooms = Rooms()

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, LARGEST))
        try:
            verify(self.secret, self.headers, body, time.time())
        except Refused as why:
            return self.answer(401, f"{why}\n")
        for event in self.rooms.take(json.loads(body)):
            print(event["room_id"], event["seq"], event["kind"], json.dumps(event["body"]), flush=True)
        # Say yes only after what you make of it is safe: what was not answered so comes again.
        self.answer(204, "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_) -> None:
        pass


def main() -> None:
    Handler.secret = os.environ.get("CHATLINK_WEBHOOK_SECRET", "")
    if not Handler.secret.startswith("whsec_"):
        sys.exit("set CHATLINK_WEBHOOK_SECRET to the secret that `chatlink webhooks add` printed")
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000), Handler)
    print("listening on http://%s:%s" % server.server_address, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
