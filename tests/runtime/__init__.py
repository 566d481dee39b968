"""Runs an exported GTM web container offline, as the real runtime would, and tells what happened.

    from tests.runtime.v8 import consent, gtag, js, push, reload, run, together

    result = run(container, [push({"event": "purchase", "ecommerce": {"value": 9}})], url="https://shop.example/thanks")
    result.event("purchase").fired                  # ["TikTok - Purchase"]: tags in the order in which they started
    result.event("purchase").run("Meta - Purchase") # TagRun(outcome="consent", why="ad_storage", …), None if it does not listen
    result.sent                                     # [Call(sdk="ttq", method="track", pixel="C4…", event="Purchase", event_id=…), …]
    result.errors, result.warnings, result.requests, result.storage, result.dump()

`v8.run` needs no browser and takes ten milliseconds; `browser.Page` opens Chromium, for clicks, forms, links, visibility,
and HTML. Both return the same `record.Result`. A container that GTM would refuse (an unknown {{name}}, trigger or tag), or
that holds something not simulated, raises `record.ContainerError`. `build` makes small containers by hand.

One idea to a file, under js/:

values          plain data and how a reference copies it      tags        priority, once per …, setup and teardown, consent
data_layer      the two models, the queue                     listeners   clicks, links, forms, history, visibility, timers
consent         what was granted                              check       what is refused at once
interpolation   {{name}} in text, code and HTML               container   one container on one page
conditions      operators on text                             record      values as the record holds them
parameters      an entity's parameters, cut and resolved      no_dom      the page for V8
urls, variables, triggers                                     dom         the page for a browser

It is an emulator of behaviour that is documented or was measured on gtm.js cores of 2021-2026, not Google's own runtime;
where cores differ it follows the newest. The last check of a container is GTM's own Preview. Not simulated: custom
templates and vendors' tags (their resolved parameters are in `TagRun.resolved`), YouTube triggers, waitForTags, schedules,
zones, consent by region, document.write.
"""
