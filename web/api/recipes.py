"""What callers do most, in the languages they speak: whole programs, each of which runs as it is pasted.

`SECRET` stands for the secret that signs what a program is told, `KEY` for the caller's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from web.api.samples import samples

MANY = {
    "recipients": [
        {"to": "+33639980001", "variables": {"first": "Zoé"}},
        {"to": "+33639980002", "variables": {"first": "Ana"}},
    ],
    "text": "Hello {first}, your order is ready.",
}
ONE = {"to": "+33639980001", "text": "Your order is ready."}

PYTHON = """\
import base64
import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode("SECRET".removeprefix("whsec_"))


def is_ours(headers, body):
    name, at = headers["webhook-id"], headers["webhook-timestamp"]
    right = "v1," + base64.b64encode(hmac.digest(KEY, f"{name}.{at}.".encode() + body, "sha256")).decode()
    fresh = abs(time.time() - int(at)) < 300
    return fresh and any(hmac.compare_digest(right, one) for one in headers["webhook-signature"].split())


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        known = is_ours(self.headers, body)
        self.send_response(204 if known else 401)
        self.end_headers()
        if known:
            event = json.loads(body)
            print(event["type"], event["data"], flush=True)


HTTPServer(("", 8000), Receiver).serve_forever()
"""
PHP = """\
<?php
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'];
$at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'];
$key = base64_decode(substr('SECRET', strlen('whsec_')));
$right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
$known = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE']) as $one) {
    $known = $known || hash_equals($right, $one);
}
if (!$known || abs(time() - (int) $at) > 300) {
    http_response_code(401);
    exit;
}
$event = json_decode($body, true);
error_log($event['type'] . ' ' . json_encode($event['data']));
http_response_code(204);
"""
NODE = """\
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from("SECRET".replace("whsec_", ""), "base64");

function isOurs(headers, body) {
  const head = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`;
  const signed = Buffer.concat([Buffer.from(head), body]);
  const right = Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
  const fresh = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) < 300;
  return fresh && headers["webhook-signature"].split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const known = isOurs(request.headers, body);
  response.writeHead(known ? 204 : 401).end();
  if (known) {
    const event = JSON.parse(body);
    console.log(event.type, event.data);
  }
}).listen(8000);
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One thing to do; `programs` by language."""

    name: str
    title: str
    words: str
    programs: Mapping[str, str]


def recipes(root: str) -> list[Recipe]:
    """In the order in which somebody needs them."""
    messages = f"{root}/api/v1/messages"
    return [
        Recipe(
            "recipe-send",
            "Send, and wait until it arrived",
            "Without `wait` the answer comes at once; with it, as soon as the message is final, and after "
            "sixty seconds at the latest.",
            samples("POST", f"{messages}?wait=60", True, ONE),
        ),
        Recipe(
            "recipe-bulk",
            "Send to many, each with words of their own",
            "Each entry of the answer is a message, or says what is wrong with that one.",
            samples("POST", messages, True, MANY),
        ),
        Recipe(
            "recipe-cancel",
            "Take back what waits",
            "`ID` is the message's; 409 says in which state it is, where it is too late.",
            samples("POST", f"{messages}/ID/cancel", True, None),
        ),
        Recipe(
            "recipe-poll",
            "Ask for what came in",
            "Newest first; `since` is the last `received_at` that is known already.",
            samples("GET", f"{root}/api/v1/inbound?since=2026-11-22T10:15:30%2B01:00", True, None),
        ),
        Recipe(
            "recipe-webhook",
            "Be told what came in, and what became of messages",
            "A webhook posts each event. `SECRET` is shown with the webhook, `whsec_…`: a signature that was "
            "made with it says that the appliance is who speaks. Answer with 2xx; all else is tried again.",
            {"Python": PYTHON, "PHP": PHP, "Node": NODE},
        ),
    ]
