// "Format value" of a variable: the case first, then the replacements, each of exactly its value (gtm-runtime.md 4.3).

// `inner(n)` is what a reference to the n-th variable hands over: what stands in may be a variable, too.
function formatted(macro, found, inner, page) {
  let value = found;
  if (macro.convert_case_to && typeof value === "string") value = macro.convert_case_to === 1 ? value.toLowerCase() : value.toUpperCase();
  const replace = (key, from) => {
    if (value === from && macro[key] !== undefined) value = resolve(macro[key], inner, page);
  };
  replace("convert_null_to", null);
  replace("convert_undefined_to", undefined);
  replace("convert_true_to", true);
  replace("convert_false_to", false);
  return value;
}
