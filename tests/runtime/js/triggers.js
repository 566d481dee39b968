// Which triggers an event meets. A trigger waits for one event; its filters are asked only when that event is there.

const RESERVED = {
  2147479553: { triggerId: "2147479553", name: "All Pages", type: "PAGEVIEW" },
  2147479572: { triggerId: "2147479572", name: "Consent Initialization - All Pages", type: "CONSENT_INIT" },
  2147479573: { triggerId: "2147479573", name: "Initialization - All Pages", type: "INIT" },
};
const EVENT_OF = {
  CONSENT_INIT: "gtm.init_consent",
  INIT: "gtm.init",
  PAGEVIEW: "gtm.js",
  DOM_READY: "gtm.dom",
  WINDOW_LOADED: "gtm.load",
  CLICK: "gtm.click",
  LINK_CLICK: "gtm.linkClick",
  FORM_SUBMISSION: "gtm.formSubmit",
  ELEMENT_VISIBILITY: "gtm.elementVisibility",
  SCROLL_DEPTH: "gtm.scrollDepth",
  HISTORY_CHANGE: "gtm.historyChange",
  JS_ERROR: "gtm.pageError",
  TRIGGER_GROUP: "gtm.triggerGroup",
  TIMER: "gtm.timer",
  CUSTOM_EVENT: null,
};
// These share one event name; each message names the triggers it is meant for in gtm.triggers.
const ADDRESSED = new Set(["LINK_CLICK", "FORM_SUBMISSION", "ELEMENT_VISIBILITY", "SCROLL_DEPTH", "TIMER", "TRIGGER_GROUP"]);

const scalar = (parameter, otherwise) => (parameter && parameter.value !== undefined && parameter.value !== "" ? parameter.value : otherwise);

class Triggers {
  constructor(exported, page, variables) {
    this.page = page;
    this.variables = variables;
    this.all = new Map();
    for (const entry of exported.trigger || []) this.all.set(entry.triggerId, this.read(entry));
    for (const id of Object.keys(RESERVED)) if (!this.all.has(id)) this.all.set(id, this.read(RESERVED[id]));
  }

  read(entry) {
    const conditions = (list) => {
      const all = (list || []).map(readCondition);
      // as GTM compiles them: what must hold first, then what must not
      return all.filter((condition) => !condition.negate).concat(all.filter((condition) => condition.negate));
    };
    return {
      id: entry.triggerId,
      uid: `${this.page.containerId}_${entry.triggerId}`,
      name: entry.name,
      type: entry.type,
      event: entry.type === "TIMER" ? scalar(entry.eventName, "gtm.timer") : EVENT_OF[entry.type],
      eventFilter: conditions(entry.customEventFilter),
      filter: conditions(entry.filter),
      enable: conditions(entry.autoEventFilter),
      given: cutParameters(entry.parameter),
      entry,
    };
  }

  // {holds: true | false | null, heard, failed}: `heard` says that it was this trigger's event, `failed` which condition
  // was the first not to hold. null: something threw, and nobody can tell.
  meets(id, event) {
    if (!event.triggers.has(id)) event.triggers.set(id, this.judge(this.all.get(id), event));
    return event.triggers.get(id);
  }

  judge(trigger, event) {
    if (!this.hears(trigger, event)) return { holds: false, heard: false };
    const failed = this.firstFailing(trigger.filter, event);
    return { holds: failed === null ? true : failed.holds === null ? null : false, heard: true, failed };
  }

  hears(trigger, event) {
    if (trigger.type === "CUSTOM_EVENT") return this.firstFailing(trigger.eventFilter, event) === null;
    if (trigger.event !== event.name) return false;
    if (!ADDRESSED.has(trigger.type)) return true;
    const named = this.page.layer.get("gtm.triggers", 1);
    // a message that names no trigger (a site's own push) is heard by all
    return matchesRegex(named === undefined || named === null ? "" : String(named), `(^$|((^|,)${trigger.uid}($|,)))`, false);
  }

  firstFailing(conditions, event) {
    const value = (name) => this.variables.reference(name, event);
    for (const condition of conditions) {
      const outcome = evaluate(condition, event, value);
      if (outcome.holds === null || outcome.holds === condition.negate) {
        return {
          holds: outcome.holds,
          type: condition.type,
          arg0: condition.arg0,
          arg1: condition.arg1,
          negate: condition.negate,
          left: show(outcome.left),
          right: show(outcome.right),
        };
      }
    }
    return null;
  }

  // A trigger group fires once, when each of its members has fired at least once.
  *groupsCompletedBy(event) {
    for (const trigger of this.all.values()) {
      if (trigger.type !== "TRIGGER_GROUP" || trigger.done) continue;
      const { triggerIds } = resolveParameters(trigger.given, () => undefined);
      trigger.missing = trigger.missing || new Set(triggerIds);
      for (const id of trigger.missing) if (this.all.has(id) && this.meets(id, event).holds) trigger.missing.delete(id);
      if (trigger.missing.size > 0) continue;
      trigger.done = true;
      yield trigger;
    }
  }
}
