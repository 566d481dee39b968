// The state of consent: what gtag("consent", "declare" | "default" | "update", {…}) said last, and how it travels in a request.

const CONSENT_ON_THE_WIRE = ["ad_storage", "analytics_storage", "ad_user_data", "ad_personalization"];
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

class Consent {
  // `shared` is shared by every container of the page: {entries, active, waitUntil}.
  constructor(shared, { window, notDone }) {
    Object.assign(this, { shared, window, notDone });
    this.listeners = [];
  }

  take(action, types) {
    if (action !== "declare" && action !== "default" && action !== "update") return;
    if (action !== "update" && types.region) {
      this.notDone("consent by region: where the visitor is cannot be known here, so such a default is passed over");
      return;
    }
    if (action !== "declare") this.shared.active = true;
    if (action === "default" && types.wait_for_update > 0) this.shared.waitUntil = Date.now() + Number(types.wait_for_update);
    if (action === "update") this.shared.waitUntil = 0;
    for (const type of Object.keys(types)) {
      if (type === "wait_for_update" || type === "region") continue;
      const entry = (this.shared.entries[type] = this.shared.entries[type] || {});
      const before = this.granted(type);
      entry[action] = types[type] === "granted";
      const now = this.granted(type);
      for (const one of this.listeners) if (one.type === type && now !== before) this.window.setTimeout(() => one.listener(type, now), 0);
    }
  }

  // A custom template wants to hear of changes.
  listen(type, listener) {
    this.listeners.push({ type, listener });
  }

  // A type that nobody spoke about counts as granted (gtm-runtime.md 5).
  granted(type) {
    const entry = this.shared.entries[type];
    if (!entry) return true;
    return entry.update !== undefined ? entry.update : entry.default !== false;
  }

  // What is known of each type, for a reader.
  state() {
    const found = {};
    for (const type of Object.keys(this.shared.entries)) found[type] = this.granted(type) ? "granted" : "denied";
    return found;
  }

  // wait_for_update holds Google's own tags back, and nothing else.
  whenSettled(act) {
    const left = (this.shared.waitUntil || 0) - Date.now();
    if (left <= 0) act();
    else this.window.setTimeout(() => this.whenSettled(act), Math.min(left, 50));
  }

  // The parameters that tell a server of it (server-side.md 2.5).
  onTheWire() {
    const found = [];
    const known = (type) => {
      const entry = this.shared.entries[type];
      return !entry || (entry.update === undefined && entry.default === undefined) ? "-" : this.granted(type) ? "1" : "0";
    };
    const storage = known("ad_storage") + known("analytics_storage");
    if (this.shared.active || storage.includes("0")) found.push(["gcs", "G1" + storage]);
    const pairs = CONSENT_ON_THE_WIRE.map((type) => "3" + this.digit(type)).join("");
    found.push(["gcd", `1${pairs}${this.shared.active ? "5" : "1"}l1`]);
    found.push(["npa", this.granted("ad_personalization") ? "0" : "1"]);
    if (!this.granted("ad_user_data")) found.push(["dma_cps", "-"]);
    found.push(["dma", "0"]);
    return found;
  }

  digit(type) {
    const entry = this.shared.entries[type] || {};
    const two = (said) => (said === undefined ? 1 : said ? 3 : 2);
    return DIGITS[(two(entry.declare) << 4) | (two(entry.default) << 2) | two(entry.update)];
  }
}
