// Rules: which tags an event starts. A rule waits for one event; its other predicates are asked only when that event is there.

// A side of a condition for the record: null where there is no value, which GTM reads as the text "undefined".
const sideTold = (side) => (side === undefined ? null : show(side));

const UNHEARD = { holds: false, heard: false };

class Rules {
  constructor(program, page, variables) {
    this.page = page;
    this.variables = variables;
    this.predicates = program.predicates;
    this.ofTag = program.tags.map(() => ({ add: [], block: [] }));
    for (const given of program.rules) {
      const [hold, fail] = given.event; // how many of each list are about the event itself
      const rule = {
        trigger: given.trigger,
        hears: [[given.if.slice(0, hold), false], [given.unless.slice(0, fail), true]],
        asks: [[given.if.slice(hold), false], [given.unless.slice(fail), true]],
      };
      for (const how of ["add", "block"]) for (const tag of given[how]) this.ofTag[tag][how].push(rule);
    }
  }

  // {holds: true | false | null, heard, failed}: `heard` says that it was this rule's event, `failed` which predicate was
  // the first not to hold. null: something threw, and nobody can tell.
  judge(rule, event) {
    if (!event.rules.has(rule)) event.rules.set(rule, this.ask(rule, event));
    return event.rules.get(rule);
  }

  ask(rule, event) {
    if (this.firstFailing(rule.hears, event)) return UNHEARD;
    const failed = this.firstFailing(rule.asks, event);
    return { holds: failed === null ? true : failed.holds === null ? null : false, heard: true, failed };
  }

  firstFailing(lists, event) {
    const value = (number) => this.variables.reference(number, event);
    for (const [numbers, negate] of lists) {
      for (const number of numbers) {
        const predicate = this.predicates[number];
        const outcome = evaluate(predicate, event, value, this.page);
        if (outcome.holds !== null && outcome.holds !== negate) continue;
        const { left, right } = outcome;
        return { holds: outcome.holds, type: predicate.function, arg0: predicate.left, arg1: predicate.right, negate, left: sideTold(left), right: sideTold(right), error: outcome.error };
      }
    }
    return null;
  }

  // What becomes of a tag: {fires: rule}, {blocked: [rule, exception]}, {near: [rule, why]} or null, if it does not listen to this
  // event. Everything is decided before anything runs (gtm-runtime.md 3.4).
  decide(tag, event) {
    const { add, block } = this.ofTag[tag.number];
    const firing = add.find((rule) => this.judge(rule, event).holds === true);
    // an exception that cannot be told blocks as well
    const exceptions = block.filter((rule) => this.judge(rule, event).holds !== false);
    if (firing && exceptions.length === 0) return { fires: firing };
    if (firing) return { blocked: [firing, exceptions[0]] };
    const near = add.find((rule) => this.judge(rule, event).heard);
    return near ? { near: [near, this.judge(near, event).failed] } : null;
  }
}
