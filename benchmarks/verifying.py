"""What `verify` is measured with: a browser that only starts and stops, a spec of six conversions, and a container of 500 tags.

The scripts run in the environment that gtmgen is installed in.
"""

from __future__ import annotations

SPEC = """\
gtmgen: 1
site: {name: Six, domain: www.six.example, currency: EUR}
platforms:
  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}
  meta: {pixel_id: 123456789012345}
server: {transport: sgtm, url: "https://sgtm.six.example", measurement_id: G-SIX0000000}
user_data: {email: user.email}
conversions:
  - {event: purchase, primary: true, when: {data_layer: purchase}}
  - {event: add_to_cart, when: {data_layer: add_to_cart}}
  - {event: generate_lead, value: 50, when: {form: "#lead"}}
  - {event: contact, when: {link: {starts_with: "tel:"}}}
  - {event: subscribe, once: visit, when: {page: /newsletter/thanks}}
  - {event: sign_up, event_id: account, when: {data_layer: signed_up}}
"""
"""Six conversions of every kind, both sides."""

BARE = """
import sys
from playwright.sync_api import sync_playwright
from gtmgen.verify.browser.chromium import ARGUMENTS, chromium
with sync_playwright() as playwright:
    playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS)).close()
"""
"""Chromium started and stopped, with the same driver and the same flags."""

PUSHES = """
import json, sys
from gtmgen.verify.browser.page import Page
from gtmgen.verify.program.compile import compile_program
program = compile_program(json.load(open(sys.argv[1], encoding="utf-8")))
times = '''(() => {
  const times = [];
  for (let i = 0; i < 50; i += 1) {
    const start = performance.now();
    dataLayer.push({event: "event " + (i % 500), value: i});
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[25];
})()'''
with Page(program) as page:
    json.dump(page.evaluate(times), open(sys.argv[2], "w", encoding="utf-8"))
"""
"""The median time of a dataLayer.push, in milliseconds, on a page with a container."""
