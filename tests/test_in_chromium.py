"""The trigger kinds that need a page, in Chromium: clicks, links, forms, visibility, routes, values of the page itself."""

from __future__ import annotations

import json

import pytest

from gtmgen.verify.browser.result import Call, Result
from tests.conftest import ROOT, container
from tests.runtime.browser import Page

pytestmark = pytest.mark.usefixtures("chromium")

LEADS = json.loads((ROOT / "output" / "leads.web.json").read_bytes())
REFERENCE = json.loads((ROOT / "output" / "reference.web.json").read_bytes())


def events(result: Result, *names: str) -> list[Call]:
    assert result.errors == []
    return [call for call in result.sent if call.event in names]


CLICK = """conversions:
  - {event: contact, when: {click: "button.buy, a[href^='tel:'] > b"}}
  - {event: schedule, when: {click: "#other", unless: [{query: utm_source, is: qa}]}}
"""
BUTTONS = """<button class=buy>Buy <span id=inner>now <svg id=icon width=10 height=10><path id=p d='M0 0h9v9z'/></svg></span></button>
<a href='tel:1' onclick='return false'><b id=bold>call</b></a> <button id=other>o</button> <p id=none>x</p>"""


@pytest.mark.parametrize(("target", "count"), [("button.buy", 1), ("#inner", 1), ("#p", 1), ("#bold", 1), ("#none", 0)])
def test_a_click_on_a_child_counts(target: str, count: int) -> None:
    with Page(container(CLICK), html=BUTTONS) as page:
        page.evaluate(
            f"document.querySelector({json.dumps(target)}).dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
        )
        assert len(events(page.result(), "Contact")) == count


def test_a_click_whose_handler_stops_it_counts() -> None:
    with Page(
        container(CLICK),
        html=BUTTONS + "<script>document.querySelector('.buy').onclick = function (e) { e.stopPropagation() }</script>",
    ) as page:
        page.click("button.buy")
        assert len(events(page.result(), "Contact")) == 1


@pytest.mark.parametrize(("query", "count"), [("", 1), ("?utm_source=qa", 0), ("?utm_source=other", 1)])
def test_an_unless_holds_a_click_back(query: str, count: int) -> None:
    with Page(container(CLICK), url=f"https://shop.example/{query}", html=BUTTONS) as page:
        page.click("#other")
        assert len(events(page.result(), "Schedule")) == count


LINKS = """conversions:
  - {event: contact, when: {link: {starts_with: "tel:"}}}
  - {event: find_location, when: {link: /stores}}
  - {event: file_download, when: {link: {ends_with: .pdf}}}
  - {event: view_item, when: {link: {starts_with: /p/}}}
"""


@pytest.mark.parametrize(
    ("href", "event"),
    [
        ("tel:+49123", "Contact"),
        ("/stores", "FindLocation"),
        ("/stores/?a=1#map", "FindLocation"),
        ("https://shop.example/stores/", "FindLocation"),
        ("/stores/berlin", None),
        ("/files/a.pdf", "Download"),
        ("/p/1?x=2", "ViewContent"),
        ("/x/p/1", None),
    ],
)
def test_links(href: str, event: str | None) -> None:
    html = f"<a id=a href='{href}'><i id=i>go</i></a><script>document.addEventListener('click', function (e) {{ e.preventDefault() }})</script>"
    with Page(container(LINKS), html=html) as page:
        page.click("#i")
        assert [call.event for call in events(page.result(), "Contact", "FindLocation", "Download", "ViewContent")] == (
            [event] if event else []
        )


FORM = "conversions: [{event: generate_lead, when: {form: '#demo', unless: [{data_layer: bot, is: 'yes'}]}}]"


@pytest.mark.parametrize(
    "html",
    [
        "<form id=demo><input name=id><button>go</button></form>",
        "<div id=demo><form><button>go</button></form></div>",
        "<form id=demo onsubmit='return false'><button>go</button></form>",
    ],
    ids=["form", "form inside", "handled by script"],
)
def test_a_form_counts_once(html: str) -> None:
    with Page(container(FORM), html=html) as page:
        page.evaluate("document.querySelector('form').addEventListener('submit', function (e) { e.preventDefault() })")
        page.click("button")
        assert len(events(page.result(), "Lead")) == 1


def test_a_form_sent_by_script_counts() -> None:
    for send in ("requestSubmit()", "submit()"):
        with Page(
            container(FORM),
            html="<iframe name=t></iframe><form id=demo target=t action='/sent'><button>go</button></form>",
        ) as page:
            page.evaluate(f"document.querySelector('form').{send}")
            assert len(events(page.result(), "Lead")) == 1, send


def test_an_unless_holds_a_form_back() -> None:
    with Page(container(FORM), html="<form id=demo onsubmit='return false'><button>go</button></form>") as page:
        page.push({"bot": "yes"})
        page.click("button")
        assert events(page.result(), "Lead") == []


def test_an_element_that_appears_later_counts_once_and_is_kept_for_the_visit() -> None:
    html = "<form id=enquiry><input name=email value=' Jane@Example.com '></form><div id=place></div>"
    with Page(LEADS, url="https://www.northwind-solar.com/", html=html) as page:
        assert events(page.result(), "Lead") == []
        page.evaluate(
            "setTimeout(function () { document.querySelector('#enquiry').insertAdjacentHTML('beforeend', '<p class=message-sent>Thanks</p>') }, 20)"
        )
        page.do(page.raw.wait_for_selector(".message-sent"))
        page.wait(300)
        page.settle()
        page.goto("https://www.northwind-solar.com/thank-you")
        leads = events(page.result(), "Lead")
        assert sorted(call.sdk for call in leads) == ["fbq", "fbq", "ttq", "ttq"]  # the scripts load in no fixed order
        assert len({call.event_id for call in leads}) == 1, "the message and the thank-you page are one lead"
        tiktok = next(call for call in leads if call.sdk == "ttq")
        assert tiktok.params == {"value": 120, "currency": "EUR"}
        assert tiktok.user == {"email": "jane@example.com"}


def test_an_unless_holds_visibility_back() -> None:
    spec = container("unless: [{query: utm_source, is: qa}]\nconversions: [{event: subscribe, when: {visible: .ok}}]")
    for query, count in (("", 1), ("?utm_source=qa", 0)):
        with Page(spec, url=f"https://shop.example/{query}", html="<p class=ok>ok</p>") as page:
            page.wait(300)
            page.settle()
            assert len(events(page.result(), "Subscribe")) == count


def test_values_of_the_page_wait_for_the_dom() -> None:
    html = """<head><meta property="product:price" content="19.90"></head><body><input id=qty value=3><p class=total> 59.90 </p>
      <script>dataLayer.push({order: {id: 'T-9'}})</script></body>"""
    spec = container(
        """conversions:
  - event: purchase
    when: {page: /thanks}
    value: {dom: .total}
    order_id: order.id
    params: {description: {dom: "meta[property='product:price']"}, status: {dom: "#qty"}, gone: {dom: "#nothing"}}
"""
    )
    with Page(spec, url="https://shop.example/thanks", html=html) as page:
        (call,) = events(page.result(), "Purchase")
        assert call.params == {
            "value": 59.9,
            "currency": "EUR",
            "order_id": "T-9",
            "description": "19.90",
            "status": "3",
        }
        assert call.event_id == "purchase.T-9"


def test_the_reference_row_by_row() -> None:
    """ViewContent on the product page, AddToCart on the button, checkout, CompletePayment with value and currency, Lead, Subscribe."""
    shop = "https://www.example.com"
    data = "<script>dataLayer.push({product: {sku: 7, price: '12.50'}, cart: {total: 25}, order: {id: 'A-1', total: 25, currency: 'eur', items: [{item_id: 7}]}})</script>"
    html = (
        data
        + "<button class=add-to-cart><i id=icon>+</i></button><form id=quote onsubmit='return false'><button id=send>ask</button></form>"
    )
    with Page(REFERENCE, url=f"{shop}/products/mug", html=html) as page:
        page.click("#icon")
        page.click("#send")
        for path in ("/checkout", "/checkout/confirmation/", "/quote/thank-you", "/newsletter/confirmed"):
            page.goto(shop + path)
        calls = [call for call in page.result().sent if call.event != "Pageview"]
    assert [(call.event, call.params) for call in calls] == [
        ("ViewContent", {"content_type": "product", "content_ids": ["7"]}),
        ("AddToCart", {"value": 12.5, "currency": "USD", "content_type": "product", "content_ids": ["7"]}),
        ("Lead", {}),
        ("InitiateCheckout", {"value": 25, "currency": "USD"}),
        (
            "CompletePayment",
            {
                "value": 25,
                "currency": "EUR",
                "order_id": "A-1",
                "contents": [{"content_id": "7", "quantity": 1}],
                "content_ids": ["7"],
                "content_type": "product",
            },
        ),
        ("Lead", {}),
        ("Subscribe", {}),
    ]
    assert calls[2].event_id == calls[5].event_id
    assert calls[4].event_id == "purchase.A-1"
