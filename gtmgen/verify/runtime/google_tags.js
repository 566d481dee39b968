// Google's tag and GA4 events (googtag, gaawe): their settings and parameters put together as the real tags do, and sent as
// /g/collect requests (server-side.md 1.1, 2.1). One request an event: the real script may gather several.

const GOOGLE = "https://www.google-analytics.com";
const LONGEST_GET = 2048;
const LONGEST_EVENT = 16384;
const SESSION_MS = 30 * 60 * 1000;
const BOOLEAN_SETTING = /^(?:send_page_view|first_party_collection|cookie_update|ignore_referrer|update|allow_.*)$/;
const NUMBER_SETTING = /^(?:cookie_expires|event_timeout|session_duration|session_engaged_time|engagement_time_msec)$/;
const KEY_EVENT = "purchase"; // the one that every GA4 property counts as a key event without being told

// A tag's rows: the known settings are turned into booleans and numbers, nothing else is; dots in a name make an object.
function readRows(...layers) {
  const found = {};
  for (const layer of layers) {
    for (const key of Object.keys(layer || {})) {
      let value = layer[key];
      if (BOOLEAN_SETTING.test(key)) value = Boolean(value) && String(value).toLowerCase() !== "false";
      else if (NUMBER_SETTING.test(key)) value = Number(value);
      setRow(found, key.split("."), value);
    }
  }
  return found;
}

function setRow(into, [first, ...rest], value) {
  if (rest.length > 0) {
    if (value === undefined) return;
    into[first] = isPlainObject(into[first]) ? Object.assign({}, into[first]) : {};
    setRow(into[first], rest, value);
  } else if (isPlainObject(into[first]) && isPlainObject(value)) {
    into[first] = Object.assign({}, into[first], value);
  } else {
    into[first] = value;
  }
}

function googleTag(page, tag, given, event, done) {
  const settings = readRows(
    given.configSettingsVariable,
    table(given.configSettingsTable, "parameter", "parameterValue"),
    given.eventSettingsVariable,
    table(given.eventSettingsTable, "parameter", "parameterValue"),
  );
  page.google.configure(String(given.tagId), settings, { tag, event });
  done(true);
}

function googleEvent(page, tag, given, event, done) {
  const id = String(given.measurementIdOverride || given.measurementId || "");
  if (!id.startsWith("G-")) {
    page.note({ kind: "error", event: event.seq, source: tag.name, message: `its id "${id}" does not begin with G-: the tag fails` });
    done(false);
    return;
  }
  const name = String(given.eventName);
  const params = readRows(
    isTrue(given.sendEcommerceData) ? ecommerceData(page, given, name) : {},
    given.eventSettingsVariable,
    table(given.eventSettingsTable, "parameter", "parameterValue"),
    table(given.eventParameters, "name", "value"),
    given.userDataVariable ? { user_data: given.userDataVariable } : {},
  );
  if (given.userProperties) params.user_properties = table(given.userProperties, "name", "value");
  page.google.send(id, name, params, { tag, event });
  done(true);
}

const carriesEcommerce = (name) => WITH_ITEMS.has(name) || name === "checkout_option";

// "Send Ecommerce data": every key of the message's e-commerce block, for the names that carry items; else nothing at all.
function ecommerceData(page, given, name) {
  const fromLayer = () => page.layer.get("eventModel", 1) || page.layer.get("ecommerce", 1);
  const block = given.getEcommerceDataFrom === "customObject" ? given.ecommerceMacroData : fromLayer();
  if (!isPlainObject(block)) return {};
  if (!carriesEcommerce(name)) return {};
  if (["detail", "add", "remove", "checkout", "purchase", "impressions", "click"].some((key) => isPlainObject(block[key]) || Array.isArray(block[key]))) {
    page.notDone("e-commerce data in the form of Universal Analytics: it is not translated");
  }
  return block;
}

class GoogleTags {
  constructor(page) {
    this.page = page;
    this.settings = new Map(); // id to what its Google tag was given
    this.count = 0;
    this.pageId = Math.floor(Math.random() * 2147483647);
    this.began = Date.now();
    this.visitors = new Map();
  }

  configure(id, settings, who) {
    if (!id.startsWith("G-")) {
      this.page.notDone(`tag "${who.tag.name}" (googtag): ${id} is no GA4 stream; nothing is sent for it`);
      return;
    }
    this.settings.set(id, Object.assign({}, settings.update ? this.settings.get(id) : {}, settings));
    if (settings.send_page_view !== false) this.send(id, "page_view", {}, who, false);
  }

  // gtag("event", …) of the page: the real Google tag, once configured, sends it too, unless it is for others (`send_to`).
  hears(name, params) {
    const others = params && params.send_to ? [].concat(params.send_to) : [];
    if (others.length > 0 && !others.some((id) => this.settings.has(id))) return;
    if (this.settings.size > 0) this.page.notDone(`gtag("event", "${name}"): Google's tag would send it as well; here it only fires triggers`);
  }

  send(id, name, given, who, asked = true) {
    const params = readRows(this.settings.get(id), given);
    const to = params.server_container_url || params.transport_url;
    const whole = Boolean(params.server_container_url || (params.transport_url && params.first_party_collection));
    const target = { base: to ? address(to) : GOOGLE, toServer: Boolean(to), whole };
    this.page.consent.whenSettled(() => this.write(id, name, params, target, who, asked));
  }

  write(id, name, params, { base, toServer, whole }, { tag, event }, asked) {
    const { page } = this;
    const { request, page: ofPage, event: ofEvent, lost } = ga4Event(name, params, whole);
    if (isTrue(tag.vtp_sendEcommerceData) && !carriesEcommerce(name) && asked) {
      const block = page.layer.get("ecommerce", 1);
      if (isPlainObject(block)) lost.push({ row: "ecommerce", value: wire(block), why: `"Send Ecommerce data" does nothing on ${name}: value and currency are dropped with the items` });
    }
    for (const one of lost) page.note(Object.assign({ kind: "lost", event: event.seq, tag: tag.name }, one));
    const { fresh, pairs, first, session } = this.visitor(id, request);
    const properties = params.user_properties || {};
    for (const key of Object.keys(properties)) {
      const value = properties[key];
      if (value !== undefined) ofEvent.push([`${typeof value === "number" ? "upn" : "up"}.${key}`, onTheWire(value)]);
    }
    this.count += 1;
    const query = [["v", "2"], ["tid", id], ["gtm", "45gtmgen"], ["_p", String(this.pageId)], ...page.consent.onTheWire(), ...pairs];
    if (whole && isPlainObject(params.user_data)) query.push(["ec_mode", "c"]);
    const shared = [["_s", String(this.count)], ...this.shared(ofPage, session)];
    const flags = [["en", name]];
    if (first) flags.push(["_fv", "1"]);
    if (fresh) flags.push(["_nsi", "1"], ["_ss", "1"]);
    if (name === KEY_EVENT) flags.push(["_c", "1"]);
    if (asked) flags.push(["_ee", "1"]);
    const body = encodePairs(flags.concat(ofEvent));
    if (body.length > LONGEST_EVENT) {
      page.note({ kind: "lost", event: event.seq, tag: tag.name, row: "the whole event", value: null, why: `it is longer than ${LONGEST_EVENT} bytes (EVENT_TOO_LARGE)` });
      return;
    }
    const end = `&tfd=${Date.now() - this.began}${whole ? "&richsstsse" : ""}`;
    const head = `${base}/g/collect?${encodePairs(query.concat(shared))}`;
    const url = `${head}&${body}${end}`;
    const hit = url.length <= LONGEST_GET ? { url, method: "GET" } : { url: head + end, method: "POST", body };
    page.note(Object.assign({ kind: "hit", event: event.seq, tag: tag.name, id, name, server: toServer }, hit));
    page.host.send(hit.url, { method: hit.method, body: hit.body });
  }

  shared(given, session) {
    const { window, document } = this.page;
    const own = new Map([["dl", window.location.href.replace(/#.*$/, "")], ["dr", document.referrer], ["dt", document.title], ...session]);
    for (const [key, value] of given) own.set(key, value);
    return Array.from(own).filter(([key, value]) => value !== "" && value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  // Who the visitor is: from Google's cookies, where consent allows to keep them.
  visitor(id, given) {
    const { window, document, consent } = this.page;
    const keeps = consent.granted("analytics_storage");
    const seconds = Math.floor(Date.now() / 1000);
    const known = this.visitors.get(id) || (keeps ? this.fromCookies(id) : {});
    const first = !known.client;
    const fresh = first || !known.session || Date.now() - known.seen > SESSION_MS;
    const now = {
      client: known.client || `${Math.floor(Math.random() * 2147483647)}.${seconds}`,
      session: fresh ? String(seconds) : known.session,
      number: (known.number || 0) + (fresh ? 1 : 0),
      seen: Date.now(),
    };
    this.visitors.set(id, now);
    if (keeps) {
      keepCookie(document, "_ga", `GA1.1.${now.client}`);
      keepCookie(document, `_ga_${id.slice(2)}`, `GS1.1.${now.session}.${now.number}.1.${seconds}.0.0.0`);
    }
    const { language } = window.navigator;
    const screen = window.screen ? `${window.screen.width}x${window.screen.height}` : "";
    const own = new Map([["cid", now.client], ["ul", String(language || "").toLowerCase()], ["sr", screen], ["frm", "0"]]);
    if (!consent.granted("ad_storage")) own.set("pscdl", "denied");
    for (const [key, value] of given) own.set(key, value);
    const session = [["sid", now.session], ["sct", String(now.number)], ["seg", first ? "0" : "1"]];
    return { first, fresh, pairs: Array.from(own).filter(([, value]) => value !== ""), session };
  }

  fromCookies(id) {
    let jar = "";
    try {
      jar = this.page.document.cookie;
    } catch (error) {
      return {}; // cookies are blocked
    }
    const client = (/^GA\d\.\d\.(\d+\.\d+)$/.exec(cookie(jar, "_ga") || "") || [])[1];
    const [, , session, number, , seen] = (cookie(jar, `_ga_${id.slice(2)}`) || "").split(".");
    return { client, session, number: Number(number) || 0, seen: Number(seen) * 1000 };
  }
}

function keepCookie(document, name, value) {
  try {
    document.cookie = `${name}=${value}; path=/; max-age=63072000`;
  } catch (error) {
    // cookies are blocked: the next page knows nobody
  }
}

// The address of a server container: without a scheme it is https, and a path is kept.
function address(url) {
  const text = String(url).replace(/\/+$/, "");
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
}
