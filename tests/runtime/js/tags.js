// Tags: which of them an event starts, in what order, and what becomes of each.

const BODY_POLL = 200;

class Tags {
  constructor(exported, page, triggers, variables, consent) {
    Object.assign(this, { page, triggers, variables, consent });
    this.byName = new Map();
    this.loadRuns = new Map(); // once per load
    this.inBodyQueue = [];
    for (const entry of exported.tag || []) this.byName.set(entry.name, this.read(entry));
    // GTM's compiler sorts by priority; the runtime starts tags in the order of the list.
    this.ordered = Array.from(this.byName.values()).sort((a, b) => b.priority - a.priority);
  }

  read(entry) {
    const settings = entry.consentSettings || {};
    const html = entry.type === "html" ? (entry.parameter || []).find((parameter) => parameter.key === "html") : undefined;
    return {
      id: entry.tagId,
      name: entry.name,
      type: entry.type,
      priority: Number(scalar(entry.priority, 0)),
      option: entry.tagFiringOption || "ONCE_PER_EVENT",
      paused: entry.paused === true,
      firing: entry.firingTriggerId || [],
      blocking: entry.blockingTriggerId || [],
      setup: (entry.setupTag || []).map((one) => ({ name: one.tagName, stop: one.stopOnSetupFailure === true })),
      teardown: (entry.teardownTag || []).map((one) => ({ name: one.tagName, stop: one.stopTeardownOnFailure === true })),
      needs: settings.consentStatus === "NEEDED" ? ((settings.consentType || {}).list || []).map((one) => cut(one.value || "")) : [],
      html: html && cutHtml(html.value || ""),
      given: cutParameters((entry.parameter || []).filter((parameter) => parameter !== html)),
    };
  }

  // Everything is decided before anything runs.
  decide(event) {
    const chosen = [];
    for (const tag of this.ordered) {
      const heard = tag.firing.map((id) => [this.triggers.all.get(id), this.triggers.meets(id, event)]);
      const firing = heard.find(([, outcome]) => outcome.holds === true);
      // an exception that cannot be told blocks as well
      const exceptions = tag.blocking.map((id) => [this.triggers.all.get(id), this.triggers.meets(id, event)]);
      const exception = exceptions.find(([, outcome]) => outcome.holds !== false);
      if (firing && !exception) {
        chosen.push({ tag, trigger: firing[0].name });
      } else if (firing) {
        this.note(event, tag, "exception", { trigger: firing[0].name, why: exception[0].name });
      } else {
        const near = heard.find(([, outcome]) => outcome.heard);
        if (near) this.note(event, tag, "filter", { trigger: near[0].name, why: near[1].failed });
      }
    }
    return chosen;
  }

  // Starts the chosen tags in order; `finished` is called once all of them have reported.
  start(event, chosen, finished) {
    let open = chosen.length;
    const reports = [];
    const report = (tag, since) => (ok) => {
      reports.push({ id: tag.id, status: ok ? "success" : "failure", executionTime: Date.now() - since });
      open -= 1;
      if (open === 0) finished(reports);
    };
    for (const { tag, trigger } of chosen) this.run(tag, event, trigger, report(tag, Date.now()));
    if (chosen.length === 0) finished(reports);
  }

  run(tag, event, trigger, done) {
    if (tag.paused) {
      this.note(event, tag, "paused", { trigger });
      done(false);
      return;
    }
    const runs = tag.option === "ONCE_PER_EVENT" ? event.runs : tag.option === "ONCE_PER_LOAD" ? this.loadRuns : null;
    const earlier = runs && runs.get(tag.name);
    if (earlier && earlier.event !== event) {
      this.note(event, tag, "once per load", { trigger });
      done(true); // later callers go on without it
      return;
    }
    if (earlier) {
      earlier.whenDone(done);
      return;
    }
    const run = new Run(event);
    if (runs) runs.set(tag.name, run); // used up from here on, whatever becomes of it
    run.whenDone(done);
    this.prepare(tag, event, trigger, 0, (ready) => {
      if (ready) this.execute(tag, event, trigger, (ok) => this.tidy(tag, event, 0, ok, () => run.finish(ok)));
      else run.finish(false);
    });
  }

  prepare(tag, event, trigger, index, ready) {
    if (index >= tag.setup.length) {
      ready(true);
      return;
    }
    const { name, stop } = tag.setup[index];
    this.run(this.byName.get(name), event, `setup of ${tag.name}`, (ok) => {
      if (ok || !stop) {
        this.prepare(tag, event, trigger, index + 1, ready);
      } else {
        this.note(event, tag, "setup failed", { trigger, why: name });
        ready(false);
      }
    });
  }

  tidy(tag, event, index, ok, finished) {
    if (index >= tag.teardown.length) {
      finished();
      return;
    }
    const { name, stop } = tag.teardown[index];
    const next = () => this.tidy(tag, event, index + 1, ok, finished);
    if (ok || !stop) this.run(this.byName.get(name), event, `teardown of ${tag.name}`, next);
    else next();
  }

  // Variables are read here and now: in the event's own task, or later behind a setup tag. They are read before consent
  // is asked.
  execute(tag, event, trigger, done) {
    const value = (name) => this.variables.reference(name, event);
    this.page.current = event.seq;
    let given;
    let html;
    try {
      given = resolveParameters(tag.given, value);
      html = tag.html && assemble(tag.html, value, this.page.keep, this.page.publicId);
    } catch (error) {
      this.page.note({ kind: "error", event: event.seq, source: tag.name, message: String(error) });
      this.note(event, tag, "failed", { trigger, why: String(error) });
      done(false);
      return;
    }
    const types = tag.needs.map((parts) => fill(parts, value));
    const denied = types.filter((type) => !this.consent.granted(type));
    if (denied.length > 0) {
      this.note(event, tag, "consent", { trigger, why: denied.join(", ") });
      done(false);
      return;
    }
    this.note(event, tag, "fired", { trigger, resolved: tag.html || tag.type === "img" ? undefined : wire(given) });
    if (tag.html) this.insert(tag, event, html, done);
    else if (tag.type === "img") this.page.host.image(given.url, done);
    else this.page.window.setTimeout(() => done(true), 0); // a vendor's tag: its parameters are all there is to see
  }

  // HTML waits for <body>; what it says was fixed before. The success of an HTML tag is told in a later task.
  insert(tag, event, html, done) {
    const insert = () => {
      this.page.current = event.seq;
      this.page.host.insertHtml(html, { source: tag.name, event: event.seq }, (ok) => this.page.window.setTimeout(() => done(ok), 0));
    };
    if (this.page.document.body) {
      insert();
      return;
    }
    if (this.inBodyQueue.length === 0) this.awaitBody();
    this.inBodyQueue.push(insert);
  }

  // Tags that wait for <body> finish in no fixed order: `waiting: "reversed"` tries the worst one.
  awaitBody() {
    this.page.window.setTimeout(() => {
      if (!this.page.document.body) {
        this.awaitBody();
        return;
      }
      const waiting = this.inBodyQueue;
      this.inBodyQueue = [];
      if (this.page.options.waiting === "reversed") waiting.reverse();
      for (const insert of waiting) insert();
    }, BODY_POLL);
  }

  note(event, tag, outcome, details) {
    this.page.note(Object.assign({ kind: "tag", event: event.seq, tag: tag.name, outcome }, details));
  }
}

// One run of a tag, which several callers may wait for.
class Run {
  constructor(event) {
    this.event = event;
    this.listeners = [];
    this.ok = undefined;
  }

  whenDone(listener) {
    if (this.ok === undefined) this.listeners.push(listener);
    else listener(this.ok);
  }

  finish(ok) {
    this.ok = ok;
    for (const listener of this.listeners.splice(0)) listener(ok);
  }
}
