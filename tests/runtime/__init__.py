"""Runs an exported GTM web container in V8, in ten milliseconds, and tells what happened.

    from tests.runtime.v8 import consent, gtag, js, push, reload, run, together

    result = run(container, [push({"event": "purchase", "value": 9})], url="https://shop.example/thanks")
    result.event("purchase").fired                   # ["TikTok - Purchase"]: tags in their order
    result.event("purchase").run("Meta - Purchase")  # TagRun(outcome="consent", why="ad_storage", ...)
    result.sent                                      # [Call(sdk="ttq", event="Purchase", event_id=...), ...]

The runtime is the product's (`gtmgen/verify`); `js/no_dom.js` is a page without a DOM, whose clock does not wait. What needs a DOM
(clicks, forms, visibility, HTML that is not a script) needs `browser.Page`, which is `gtmgen.verify.page.Page` and takes the same
`steps`. `build` makes small containers by hand. A container that GTM would refuse raises `GtmgenError`.
"""
