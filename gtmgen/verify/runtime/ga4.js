// How an event of Google Analytics 4 travels in a /g/collect request, and what does not (server-side.md 2.2, 2.3).

const WITH_ITEMS = new Set([
  ..."add_payment_info add_shipping_info add_to_cart add_to_wishlist begin_checkout purchase refund remove_from_cart".split(" "),
  ..."select_item select_promotion view_cart view_item view_item_list view_promotion".split(" "),
]);
const OF_REQUEST = { client_id: "cid", language: "ul", screen_resolution: "sr", ignore_referrer: "ir", traffic_type: "tt" };
const OF_PAGE = {
  campaign_content: "cc",
  campaign_id: "ci",
  campaign_medium: "cm",
  campaign_name: "cn",
  campaign_source: "cs",
  campaign_term: "ck",
  currency: "cu",
  page_location: "dl",
  page_referrer: "dr",
  page_title: "dt",
  session_engaged: "seg",
  session_id: "sid",
  session_number: "sct",
  user_id: "uid",
};
const SETTINGS = new Set([
  ..."send_to groups send_page_view server_container_url transport_url first_party_collection event_callback event_timeout".split(" "),
  ..."linker custom_map developer_id user_properties user_data_settings update".split(" "),
]);
const isSetting = (name) => SETTINGS.has(name) || name.startsWith("cookie_");
const ITEM_TOKENS = {
  item_id: ["id", "id"],
  item_name: ["nm", "name"],
  item_brand: ["br", "brand"],
  item_category: ["ca"],
  item_category2: ["c2"],
  item_category3: ["c3"],
  item_category4: ["c4"],
  item_category5: ["c5"],
  item_variant: ["va", "variant"],
  price: ["pr"],
  quantity: ["qt"],
  coupon: ["cp"],
  item_list_name: ["ln", "list_name", "list"],
  item_list_id: ["li"],
  index: ["lp", "list_position", "position"],
  discount: ["ds"],
  affiliation: ["af"],
  promotion_id: ["pi"],
  promotion_name: ["pn"],
  creative_name: ["cn", "creative"],
  creative_slot: ["cs"],
  location_id: ["lo"],
};
const CATEGORY_TOKENS = ["ca", "c2", "c3", "c4", "c5"];
const OWN_KEYS = "0123456789ABCDEFGHIJKLMNOPQ"; // 27 keys of an item's own, no more
const MOST_ITEMS = 200;

// {request, page, event, lost}: pairs for the three parts of a request, and what was destroyed on the way: [{row, value, why}].
function ga4Event(name, params, toServer) {
  const found = { request: [], page: [], event: [], lost: [] };
  const lose = (row, value, why) => found.lost.push({ row, value: wire(value), why });
  const items = params.items;
  if (items !== undefined && WITH_ITEMS.has(name) && Array.isArray(items)) {
    items.slice(0, MOST_ITEMS).forEach((item, i) => {
      if (item) found.event.push([`pr${i + 1}`, ga4Item(item, (row, value, why) => lose(`items.${i}.${row}`, value, why))]);
    });
    if (items.length > MOST_ITEMS) lose("items", items, `an event carries ${MOST_ITEMS} items, no more`);
  } else if (items !== undefined && items !== null) {
    lose("items", items, WITH_ITEMS.has(name) ? "items is no list" : `items leave the browser for 14 event names only, and ${name} is none of them`);
  }
  for (const key of Object.keys(params)) {
    const value = params[key];
    if (value === undefined || key === "items" || isSetting(key)) continue;
    if (key === "user_data" && typeof value === "object" && value !== null) {
      if (toServer) found.event.push(...flattened(value, "ep.user_data"));
      else lose(key, value, "user_data is sent to a server container only, and none is named for this event");
    } else if (key.startsWith("_")) {
      lose(key, value, "a name that begins with _ is not sent");
    } else if (hasOwn(OF_REQUEST, key)) {
      found.request.push([OF_REQUEST[key], onTheWire(value, true)]);
    } else if (hasOwn(OF_PAGE, key)) {
      found.page.push([OF_PAGE[key], onTheWire(value, true)]);
    } else if (key === "engagement_time_msec") {
      found.event.push(["_et", onTheWire(value)]);
    } else {
      if (value !== null && typeof value === "object") lose(key, value, `it arrives as the text ${JSON.stringify(String(value))}`);
      found.event.push([typeof value === "number" ? `epn.${key}` : `ep.${key}`, onTheWire(value)]);
    }
  }
  return found;
}

function onTheWire(value, mapped = false) {
  if (value === null) return "";
  if (mapped && typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}

// An array's index is a step like a key.
function flattened(value, prefix) {
  const found = [];
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner === undefined) continue;
    if (inner !== null && typeof inner === "object") found.push(...flattened(inner, `${prefix}.${key}`));
    else found.push([`${prefix}.${key}`, onTheWire(inner)]);
  }
  return found;
}

function ga4Item(item, lose) {
  const tokens = [];
  const taken = new Set();
  const add = (token, value) => tokens.push(token + String(value).replace(/~/g, "~~"));
  const given = (key) => item[key] !== undefined && item[key] !== null;
  for (const [key, [token, ...aliases]] of Object.entries(ITEM_TOKENS)) {
    const names = [key, ...aliases];
    const from = names.find(given);
    for (const name of names) taken.add(name);
    if (from !== undefined) add(token, item[from]);
    if (key === "item_category5" && given("category") && !given("item_category")) {
      String(item.category).split("/").slice(0, CATEGORY_TOKENS.length).forEach((part, i) => add(CATEGORY_TOKENS[i], part));
    }
  }
  taken.add("category");
  const own = Object.keys(item).filter((key) => !taken.has(key) && given(key));
  own.slice(0, OWN_KEYS.length).forEach((key, i) => {
    add(`k${OWN_KEYS[i]}`, key);
    add(`v${OWN_KEYS[i]}`, item[key]);
    if (typeof item[key] === "object") lose(key, item[key], `it arrives as the text ${JSON.stringify(String(item[key]))}`);
  });
  for (const key of own.slice(OWN_KEYS.length)) lose(key, item[key], `an item carries ${OWN_KEYS.length} keys of its own, no more`);
  return tokens.join("~");
}

const encodePairs = (pairs) => pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");
