// What listens on the page: one listener a kind, whatever number of triggers and containers want it.
//
// A trigger's hidden tag asks for it at the gtm.js event. One message per DOM event names all triggers that it is meant for;
// visibility and timer triggers push a message each (gtm-runtime.md 3.2).

class Listeners {
  constructor(page) {
    this.page = page;
  }

  once(kind, begin) {
    this.group(kind, {}, begin);
  }

  // `given` joins the triggers of its kind; begin(page, group) is called for the first.
  group(kind, given, begin) {
    const all = this.page.shared.listening;
    const first = !all[kind];
    const group = (all[kind] = all[kind] || []);
    group.push(given);
    if (first) begin(this.page, group);
  }
}

// Which triggers a click or a submit is for: those with "check validation" only if nobody prevented it.
function addressees(group, domEvent) {
  const prevented = domEvent && (domEvent.defaultPrevented || domEvent.returnValue === false);
  return group.filter((given) => !(prevented && isTrue(given.checkValidation)));
}

const DEFAULT_WAIT = 2000;

// Tells of a click or a submit that leaves the page. Where a trigger waits for tags, and tags were started, `goOn` is called when
// they have reported, or after the longest of the waits; true says that it will be.
function tellAndWait(page, message, addressed, leaves, goOn) {
  const told = Object.assign(message, { "gtm.triggers": addressed.map((given) => given.uniqueTriggerId).join(",") });
  const waiting = leaves ? addressed.filter((given) => isTrue(given.waitForTags)) : [];
  if (waiting.length === 0) {
    page.push(told);
    return false;
  }
  const waits = waiting.map((given) => (given.waitForTagsTimeout === undefined ? DEFAULT_WAIT : Number(given.waitForTagsTimeout) || 0));
  let late = false;
  const quiet = page.push(
    Object.assign(told, {
      eventCallback() {
        if (late) goOn();
      },
      eventTimeout: Math.max(...waits),
    }),
  );
  late = quiet === false; // push() says false when a tag was started
  return late;
}
