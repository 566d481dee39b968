// What GTM would refuse to import, and what is not simulated: said at once and in full, not at the first use.

const TAG_TYPES_RUN = new Set(["html", "img"]);

function findProblems(exported) {
  const problems = [];
  const names = new Set(["_event"]);
  for (const entry of (exported.builtInVariable || []).concat(exported.variable || [])) names.add(entry.name);
  const triggers = new Set((exported.trigger || []).map((entry) => entry.triggerId).concat(Object.keys(RESERVED)));
  const tags = new Set((exported.tag || []).map((entry) => entry.name));

  const checkReferences = (node, where) => {
    if (typeof node === "string") {
      for (const name of references(node)) if (!names.has(name)) problems.push(`${where}: no variable is named {{${name}}}`);
    } else if (node && typeof node === "object") {
      for (const key of Object.keys(node)) if (key !== "notes" && key !== "name") checkReferences(node[key], where);
    }
  };
  const checkConditions = (trigger, where) => {
    for (const list of [trigger.customEventFilter, trigger.filter, trigger.autoEventFilter]) {
      for (const condition of list || []) {
        if (!hasOwn(OPERATORS, condition.type)) problems.push(`${where}: condition ${condition.type} is not simulated`);
      }
    }
  };

  for (const entry of exported.builtInVariable || []) {
    if (!hasOwn(BUILT_IN, entry.type)) problems.push(`built-in variable ${entry.type} is not simulated`);
  }
  for (const entry of exported.variable || []) {
    const where = `variable "${entry.name}"`;
    if (entry.type !== "jsm" && !hasOwn(TYPES, entry.type)) problems.push(`${where}: type ${entry.type} is not simulated`);
    checkReferences(Object.assign({}, entry.formatValue, { parameter: entry.parameter }), where);
  }
  for (const entry of exported.trigger || []) {
    const where = `trigger "${entry.name}"`;
    if (!hasOwn(EVENT_OF, entry.type)) problems.push(`${where}: type ${entry.type} is not simulated`);
    if (scalar(entry.waitForTags) === "true") problems.push(`${where}: waitForTags is not simulated`);
    checkConditions(entry, where);
    checkReferences(entry, where);
  }
  for (const entry of exported.tag || []) {
    const where = `tag "${entry.name}"`;
    for (const id of (entry.firingTriggerId || []).concat(entry.blockingTriggerId || [])) {
      if (!triggers.has(id)) problems.push(`${where}: no trigger has the id ${id}`);
    }
    for (const one of (entry.setupTag || []).concat(entry.teardownTag || [])) {
      if (!tags.has(one.tagName)) problems.push(`${where}: no tag is named "${one.tagName}"`);
    }
    if (entry.scheduleStartMs || entry.scheduleEndMs) problems.push(`${where}: a schedule is not simulated`);
    checkReferences(entry.parameter, where);
    checkReferences(entry.consentSettings, where);
  }
  return problems;
}
