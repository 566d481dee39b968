"""Runs an exported GTM web container offline, as the real runtime would, and tells what happened.

    from tests.runtime.v8 import consent, gtag, js, push, reload, run, together

    result = run(container, [push({"event": "purchase", "value": 9})], url="https://shop.example/thanks")
    result.event("purchase").fired                   # ["TikTok - Purchase"]: tags in their order
    result.event("purchase").run("Meta - Purchase")  # TagRun(outcome="consent", why="ad_storage", ...)
    result.sent                                      # [Call(sdk="ttq", event="Purchase", event_id=...), ...]
    result.errors, result.warnings, result.requests, result.storage, result.dump()

`v8.run` needs no browser and takes ten milliseconds; `browser.Page` opens Chromium, for clicks, forms, links,
visibility and HTML. Both take the steps of `steps` and return a `record.Result`. A container that GTM would refuse (an
unknown {{name}}, trigger or tag), or that holds something not simulated, raises `record.ContainerError`. `build` makes
small containers by hand.

One idea to a file, under js/: values (plain data and its copies), data_layer (two models, one queue), consent,
interpolation ({{name}} in text, code and HTML), conditions, parameters, urls, variables, triggers, tags (order, once
per ..., setup and teardown), listeners (clicks, links, forms, history, visibility, timers), check (what is refused at
once), container (ties them together), record; no_dom is the page for V8, dom and watch the one for a browser.

It is an emulator of behaviour that is documented or was measured on gtm.js cores of 2021-2026, not Google's own
runtime; where cores differ it follows the newest. The last check of a container is GTM's own Preview. Not simulated:
custom templates and vendors' tags (their resolved parameters are in `TagRun.resolved`), YouTube triggers, waitForTags,
schedules, zones, consent by region, document.write.
"""
