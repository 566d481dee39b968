// Tags: what becomes of those that an event starts, in their order.

// By function: (page, tag, resolved parameters, event, done). Everything else is a script of somebody else's: its resolved
// parameters are all there is to see of it.
const TAG_TYPES = {
  __html: (page, tag, given, event, done) => page.html.insert(tag, given, event, done),
  __img: image,
  __gaawe: googleEvent,
  __googtag: googleTag,
  __cl: (page) => page.listeners.once("click", onClick),
  __lcl: (page, tag, given) => page.listeners.group("link", given, onLinkClick),
  __fsl: (page, tag, given) => page.listeners.group("form", given, onFormSubmit),
  __evl: (page, tag, given) => onVisible(page, given, tag.name),
  __sdl: (page, tag, given) => page.listeners.group("scroll", given, onScroll),
  __hl: (page) => page.listeners.once("history", onHistoryChange),
  __jel: (page) => page.listeners.once("error", onError),
  __tl: (page, tag, given) => onTimer(page, given),
  __tg: (page, tag, given) => page.groups.take(given),
};

class Tags {
  constructor(program, page, rules, variables, consent) {
    Object.assign(this, { page, rules, variables, consent });
    this.loadRuns = new Map(); // once per load
    this.list = program.tags.map((entry, number) => Object.assign({ number }, entry)); // in the order in which GTM starts them
  }

  decide(event) {
    const chosen = [];
    for (const tag of this.list) {
      const outcome = this.rules.decide(tag, event);
      if (outcome === null) continue;
      const { fires, blocked, near } = outcome;
      if (fires && inTime(tag, Date.now())) chosen.push({ tag, trigger: fires.trigger });
      else if (fires) this.note(event, tag, "schedule", { trigger: fires.trigger });
      else if (blocked) this.note(event, tag, "exception", { trigger: blocked[0].trigger, why: blocked[1].trigger });
      else this.note(event, tag, "filter", { trigger: near[0].trigger, why: near[1] });
    }
    return chosen;
  }

  // Starts the chosen tags in order; `finished` is called once all of them have reported.
  start(event, chosen, finished) {
    let open = chosen.length;
    const reports = [];
    const report = (tag, since) => (ok) => {
      reports.push({ id: tag.tag_id, status: ok ? "success" : "failure", executionTime: Date.now() - since });
      open -= 1;
      if (open === 0) finished(reports);
    };
    for (const { tag, trigger } of chosen) this.run(tag, event, trigger, report(tag, Date.now()));
    if (chosen.length === 0) finished(reports);
  }

  run(tag, event, trigger, done) {
    if (tag.function === "__paused") {
      this.note(event, tag, "paused", { trigger });
      done(false);
      return;
    }
    const runs = tag.once_per_event ? event.runs : tag.once_per_load ? this.loadRuns : null;
    const earlier = runs && runs.get(tag);
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
    if (runs) runs.set(tag, run); // used up from here on, whatever becomes of it
    run.whenDone((ok) => this.page.detail({ kind: "tag end", event: event.seq, tag: tag.name, ok }));
    run.whenDone(done);
    this.prepare(tag, event, trigger, 0, (ready) => {
      if (ready) this.execute(tag, event, trigger, (ok) => this.tidy(tag, event, 0, ok, () => run.finish(ok)));
      else run.finish(false);
    });
  }

  prepare(tag, event, trigger, index, ready) {
    const [number, stop] = (tag.setup_tags || [])[index] || [null, false];
    if (number === null) {
      ready(true);
      return;
    }
    this.run(this.list[number], event, `setup of ${tag.name}`, (ok) => {
      if (ok || !stop) {
        this.prepare(tag, event, trigger, index + 1, ready);
      } else {
        this.note(event, tag, "setup failed", { trigger, why: this.list[number].name });
        ready(false);
      }
    });
  }

  tidy(tag, event, index, ok, finished) {
    const [number, stop] = (tag.teardown_tags || [])[index] || [null, false];
    if (number === null) {
      finished();
      return;
    }
    const next = () => this.tidy(tag, event, index + 1, ok, finished);
    if (ok || !stop) this.run(this.list[number], event, `teardown of ${tag.name}`, next);
    else next();
  }

  // Variables are read here and now: in the event's own task, or later behind a setup tag. They are read before consent
  // is asked (runtime-measured.md 1).
  execute(tag, event, trigger, done) {
    const value = (number) => this.variables.reference(number, event);
    const { page } = this;
    page.current = event.seq;
    let given;
    let types;
    try {
      given = resolveGiven(tag, value, page);
      types = tag.consent ? resolve(tag.consent, value, page) : [];
    } catch (error) {
      this.failed(tag, event, trigger, error, done);
      return;
    }
    const denied = types.filter((type) => !this.consent.granted(type));
    if (denied.length > 0) {
      this.note(event, tag, "consent", { trigger, why: denied.join(", ") });
      done(false);
      return;
    }
    const run = isTemplate(tag) ? runTagTemplate : TAG_TYPES[tag.function];
    this.note(event, tag, "fired", { trigger, resolved: tag.function === "__html" ? undefined : wire(given) });
    if (tag.hidden) {
      if (run) run(page, tag, given, event, done);
      done(true);
    } else if (run) {
      try {
        run(page, tag, given, event, done);
      } catch (error) {
        this.failed(tag, event, trigger, error, done);
      }
    } else {
      page.window.setTimeout(() => done(true), 0);
    }
  }

  failed(tag, event, trigger, error, done) {
    this.page.note({ kind: "error", event: event.seq, source: tag.name, message: String(error) });
    this.note(event, tag, "failed", { trigger, why: String(error) });
    done(false);
  }

  note(event, tag, outcome, details) {
    if (!tag.hidden) this.page.note(Object.assign({ kind: "tag", event: event.seq, tag: tag.name, outcome }, details));
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

  // The first report counts: a template may give several.
  finish(ok) {
    if (this.ok !== undefined) return;
    this.ok = ok;
    for (const listener of this.listeners.splice(0)) listener(ok);
  }
}
