// Custom templates, as far as this runtime goes: where they are found, and how their code is started.

const isTemplate = (entry) => entry.function.startsWith("__cvt_");
const hasTemplate = (program, entry) => Boolean(program.templates && program.templates[entry.function.slice(2)]);

function runVariableTemplate() {
  return undefined;
}

function runTagTemplate(page, tag, given, event, done) {
  page.window.setTimeout(() => done(true), 0);
}
