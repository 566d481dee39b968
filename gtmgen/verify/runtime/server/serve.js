// A server container at one event: triggers are evaluated, all matching tags run, and what they did is told. There is no page, no order
// and no state between events but a template's own storage (gtm-runtime.md 7).
//
// serve(program, templates, hit, host) -> report
//   program    from gtmgen.verify.program: container, version, macros, tags, predicates, rules
//   templates  type ("cvt_…") to a sandbox program
//   hit        {eventData, clientName, request {method, path, query, headers, body, remoteAddress}, cookies [{name, value}]}
//   host       now(), random(), http(url, options, body), shared (an object for each server process), sandbox {run}
//   report     {tags [{tag, outcome, trigger, why, given, report}], notDone}; a tag whose template waits for a request has no
//              outcome yet: its `report` goes on being filled

function serve(program, templates, hit, host) {
  const run = {
    program,
    hit,
    host,
    report: { tags: [], notDone: [] },
    event: { name: String(hit.eventData.event_name), rules: new Map(), predicates: new Map() },
    notDone(what) {
      if (!run.report.notDone.includes(what)) run.report.notDone.push(what);
    },
    // Runs a custom template with a tag's or a variable's fields.
    template(entry, given) {
      const code = templates[entry.function.slice(2)];
      if (!code) {
        run.notDone(`"${entry.name}" is made by a template that is not in the container`);
        return {};
      }
      const { eventData, request, cookies, clientName } = hit;
      return host.sandbox.run(code, given, {
        now: host.now,
        random: host.random,
        http: host.http,
        shared: host.shared,
        eventData,
        request,
        clientName,
        cookies: () => cookies,
        container: { containerId: program.container, version: program.version, debugMode: true, previewMode: true },
        eventCallback: () => {},
      });
    },
  };
  const variables = new ServerVariables(run);
  const rules = new Rules(program, run, variables);
  program.tags.forEach((tag, number) => {
    const entry = { tag: tag.name, outcome: "", trigger: "", why: "", given: null, report: null };
    const decided = rules.decide({ number }, run.event);
    if (!decided) return;
    run.report.tags.push(entry);
    if (!decided.fires) {
      const [rule, why] = decided.blocked || decided.near;
      Object.assign(entry, { outcome: decided.blocked ? "exception" : "filter", trigger: rule.trigger, why: why.trigger || why });
      return;
    }
    entry.trigger = decided.fires.trigger;
    if (tag.function === "__paused") {
      entry.outcome = "paused";
      return;
    }
    if (!inTime(tag, host.now())) {
      Object.assign(entry, { outcome: "schedule", why: "its schedule says not now" });
      return;
    }
    entry.outcome = "fired";
    entry.given = resolveGiven(tag, (other) => variables.reference(other), run);
    if (tag.function.startsWith("__cvt_")) entry.report = run.template(tag, entry.given);
    else run.notDone(`tag "${tag.name}" of type ${tag.function.slice(2)}: its parameters are resolved, and it sends nothing`);
  });
  return run.report;
}
