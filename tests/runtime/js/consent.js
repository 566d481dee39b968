// The state of consent: what gtag("consent", "default" | "update", {…}) said last.

class Consent {
  // `entries` is shared by every container of the page.
  constructor(entries) {
    this.entries = entries;
  }

  take(action, types) {
    if (action !== "default" && action !== "update") return;
    if (action === "default" && types.region) return; // where the visitor is cannot be known here
    for (const type of Object.keys(types)) {
      if (type === "wait_for_update" || type === "region") continue;
      const entry = (this.entries[type] = this.entries[type] || {});
      entry[action] = types[type] === "granted";
    }
  }

  // A type that nobody spoke about counts as granted.
  granted(type) {
    const entry = this.entries[type];
    if (!entry) return true;
    return entry.update !== undefined ? entry.update : entry.default !== false;
  }
}
