"""Specs to measure with: as long as wanted, the same at every run, and as mixed as the specs that people write.

Twenty kinds of conversion take turns, one department of the site after the other. Each half of them holds every kind of
trigger (a data layer event, a page, a click, a link, a form, something that comes into view), both platforms,
conditions, e-commerce values and values of their own.
"""

from __future__ import annotations

from pathlib import Path

_WORDS = (
    "garden kitchen bedroom bathroom office outdoor lighting storage textiles flooring paint tools heating cooling "
    "plumbing doors windows roofing fencing decking pets travel sports music books"
)
_DEPARTMENTS = _WORDS.split()

_HEAD = """\
# yaml-language-server: $schema=gtmgen.schema.json
gtmgen: 1

site:
  name: Northgate Home <number>
  domain: www.northgate-<number>.example
  currency: USD                     # for events that carry a value and no currency

containers:
  web: GTM-N<number 6>

platforms:
  tiktok:
    pixel_id: C4N0RTHGATE<number 9>
  meta:
    pixel_id: 1357924680<number 5>
    consent: [ad_storage, ad_user_data, ad_personalization]

user_data:                          # advanced matching: where the page says who is logged in
  email: user.email
  phone: [user.phone, billing.phone]
  external_id: user.id

unless:                             # nothing fires here, page views included
  - {page_hostname: {ends_with: .staging.example}}
  - {cookie: internal_visitor, is: "1"}

conversions:
"""

_CONVERSIONS = (
    """\
  - event: purchase
    name: Order, <title><primary>
    when: {data_layer: purchase, if: [{data_layer: ecommerce.affiliation, is: <key>}]}
""",
    """\
  - event: view_item
    name: Product page, <title>
    when:
      page: {matches: "^/<key>/p/[0-9]+(/|$)"}
      unless: [{page_path: {ends_with: /datasheet}}]
    value: {data_layer: product.price}
    params:
      content_type: product
      content_ids: {data_layer: product.sku}
""",
    """\
  - event: Quote_Opened
    name: Quote opened, <title>
    when:
      click: "button.quote-<key>, #quote-<key>"   # a picture inside the button counts too
      if: [{page_path: {starts_with: /<key>}}]
    value: {js: window.quote.total}
""",
    """\
  - event: contact
    name: Phone call, <title>
    when:
      link: {starts_with: "tel:"}
      if: [{page_path: {starts_with: /<key>/}}]
    once: visit
""",
    """\
  - event: generate_lead
    name: Enquiry, <title>
    when:
      - form: "form#enquiry-<key>"
      - page: /<key>/thank-you
    once: visit                     # the form and its thank-you page are one lead
    value: 120
""",
    """\
  - event: subscribe
    name: Newsletter, <title>
    when: {visible: "#newsletter-<key> .success-message"}
    once: visit
""",
    """\
  - event: add_to_cart
    name: Cart, <title>
    when:
      data_layer: add_to_cart
      if: [{data_layer: shop.area, is: <key>}]
      unless: [{data_layer: ecommerce.gift, is: "true"}]
    monthly: 900
""",
    """\
  - event: begin_checkout
    name: Checkout, <title>
    when: {data_layer: {matches: "^begin_checkout_(<key>|express_<key>)$"}}
    event_id: checkout.id           # begin_checkout.<id>: the backend knows it too
    value: [checkout.total, 0]
    currency: checkout.currency
    items: checkout.lines
""",
    """\
  - event: schedule
    name: Visit booked, <title>
    when: {page: {matches: "^/<key>/booking/confirmed(/|$)"}}
    event_id: {query: booking}
    value: 200
""",
    """\
  - event: file_download
    name: Brochure, <title>
    when: {link: {ends_with: -<key>.pdf}}
    platforms:
      meta: false                   # no standard event there
""",
    """\
  - event: search
    name: Search, <title>
    when: {data_layer: search, if: [{query: area, is: <key>}]}
    params:
      search_term: {path: search_term}
""",
    """\
  - event: view_item_list
    name: Listing, <title>
    when: {page: /<key>}
    params:
      content_category: <key>
""",
    """\
  - event: customize_product
    name: Configurator, <title>
    when: {click: "[data-configure=<key>]"}
    value: {dom: "#configurator .price"}
    params:
      content_type: product
      content_ids: {data_layer: configurator.sku}
      description: Configured on the page
""",
    """\
  - event: contact
    name: WhatsApp, <title>
    when: {link: {contains: wa.me/}, if: [{page_path: {matches: "^/<key>(/|$)", ignore_case: true}}]}
    once: page
""",
    """\
  - event: submit_application
    name: Trade account, <title>
    when: {form: "#trade-account-<key>", unless: [{query: utm_source, is: qa}]}
    event_id: {cookie: application_id}
""",
    """\
  - event: Delivery_Shown
    name: Delivery shown, <title>
    when: {visible: ".delivery-<key>", if: [{page_path: {starts_with: /cart}}]}
    platforms:
      tiktok: {event: Delivery_Quote, params: {description: delivery quote}}
      meta: {params: {status: shown}}
""",
    """\
  - event: sign_up
    name: Account, <title>
    when: {data_layer: account_created_<key>}
    event_id: account_id
    params:
      status: {path: account.state}
""",
    """\
  - event: start_trial
    name: Care plan trial, <title>
    when: {data_layer: {matches: "^care_(monthly|yearly)_<key>$"}}
    event_id: {exact: contract.id}
    value: [plan.price, 0]
    currency: plan.currency
    params:
      predicted_ltv: {path: plan.predicted_ltv}
      content_ids: {path: plan.id}
""",
    """\
  - event: generate_lead
    name: Callback, <title>
    when: {page: /<key>/callback/done, if: [{cookie: returning, is: {equals: "1", not: true}}]}
    value: {js: window.lead.worth}
    once: page
""",
    """\
  - event: find_location
    name: Directions, <title>
    when: {link: {matches: "^https://maps\\\\.example\\\\.com/.*<key>"}}
    paused: true                    # imports the tag paused
""",
)
_PRIMARY = "\n    primary: true                   # the one that budget decisions follow\n    monthly: 900"


def spec(conversions: int, number: int = 0) -> str:
    """A spec of so many conversions.

    Args:
        conversions: how many.
        number: which spec of this length: another site, other pixels, and another kind of conversion to begin with.
    """
    first = 10 * number
    rows = [_conversion(first + i, primary=_is_first_order(first + i, first)) for i in range(conversions)]
    return _head(number + 1) + "\n".join(rows)


def write(folder: Path, conversions: int, number: int = 0) -> Path:
    """Writes such a spec into a folder and gives its path."""
    path = folder / f"site-{conversions}-{number + 1:03d}.yml"
    path.write_text(spec(conversions, number), encoding="utf-8", newline="\n")
    return path


def _head(number: int) -> str:
    text = _HEAD.replace("<number>", str(number))
    for digits in (5, 6, 9):
        text = text.replace(f"<number {digits}>", f"{number:0{digits}d}")
    return text


def _is_first_order(place: int, first: int) -> bool:
    """Whether the conversion at this place is the spec's first order: at most one can be the primary one."""
    kinds = len(_CONVERSIONS)
    return place % kinds == 0 and place - first < kinds


def _conversion(place: int, *, primary: bool) -> str:
    turn, kind = divmod(place, len(_CONVERSIONS))
    again, department = divmod(turn, len(_DEPARTMENTS))
    key = _DEPARTMENTS[department] + (f"-{again + 1}" if again else "")
    row = _CONVERSIONS[kind].replace("<primary>", _PRIMARY if primary else "")
    return row.replace("<key>", key).replace("<title>", key.replace("-", " "))
