// What a program holds and this runtime does not do. It is said at once and in full, and not at the first use.

const RESOLVED_ONLY = "its parameters are resolved and nothing is sent, for the script that it stands for is not here";

function whatIsNotDone(program) {
  const found = [];
  for (const macro of program.macros) {
    if (isTemplate(macro)) {
      if (!templateOf(program.templates, macro)) found.push(`variable "${macro.name}": its template cannot be run, so it has no value`);
    } else if (macro.function !== "__jsm" && !hasOwn(VARIABLE_TYPES, macro.function) && isRead(program, macro)) {
      found.push(`variable "${macro.name}": type ${macro.function.slice(2)} is not done, it has no value`);
    }
  }
  for (const tag of program.tags) {
    if (tag.function === "__paused") continue;
    if (isTemplate(tag)) {
      if (!templateOf(program.templates, tag)) found.push(`tag "${tag.name}": its template cannot be run, so it does nothing`);
    } else if (tag.function === "__ytl") {
      found.push(`trigger "${tag.name}": YouTube videos are not watched, it never fires`);
    } else if (!hasOwn(TAG_TYPES, tag.function)) {
      found.push(`tag "${tag.name}" (${tag.function.slice(2)}): ${RESOLVED_ONLY}`);
    }
  }
  for (const predicate of program.predicates) {
    if (!hasOwn(OPERATORS, predicate.function)) found.push(`condition ${predicate.function.slice(1)} on ${predicate.left} is not done: nobody can tell whether it holds`);
  }
  return found;
}

// Built-in variables are switched on in dozens and read by few: only those that something refers to are spoken of.
function isRead(program, macro) {
  const wanted = JSON.stringify(["macro", program.macros.indexOf(macro)]);
  return [program.macros, program.tags, program.predicates].some((part) => JSON.stringify(part).includes(wanted));
}
