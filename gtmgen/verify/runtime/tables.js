// Tables of a container: rows of settings, look-up tables, tables of regular expressions.

const orDefault = (value, given) => (value === undefined && isTrue(given.setDefaultValue) ? given.defaultValue : value);

function table(rows, key, value) {
  const found = {};
  for (const row of rows || []) found[row[key]] = row[value];
  return found;
}

// An exact look-up; later rows win.
function lookup(given) {
  const rows = table(given.map, "key", "value");
  return hasOwn(rows, given.input) ? rows[given.input] : orDefault(undefined, given);
}

// The first row that matches.
function regexTable(given) {
  const input = String(given.input);
  for (const row of given.map || []) {
    const pattern = given.fullMatch ? `^${row.key}$` : String(row.key);
    if (!matchesRegex(input, pattern, given.ignoreCase)) continue;
    if (!given.replaceAfterMatch) return row.value;
    return input.replace(new RegExp(pattern, given.ignoreCase ? "gi" : "g"), row.value);
  }
  return orDefault(undefined, given);
}

// User-provided data (server-side.md 1.1): `email`, not `email_address`, and an address in a list.
function userProvided(given, notDone) {
  const mode = given.mode || "MANUAL";
  if (mode === "CODE") return isPlainObject(given.dataSource) ? Object.assign({}, given.dataSource, { _tag_mode: mode }) : given.dataSource;
  if (mode === "AUTO") {
    notDone("user-provided data in automatic mode: what Google's script finds on the page is not looked for");
    return { _tag_mode: mode };
  }
  const found = {};
  for (const key of ["email", "phone_number"]) if (given[key] !== undefined && given[key] !== "") found[key] = given[key];
  const address = {};
  for (const key of ["first_name", "last_name", "street", "city", "region", "country", "postal_code"]) {
    if (given[key] !== undefined && given[key] !== "") address[key] = given[key];
  }
  if (Object.keys(address).length > 0) found.address = [address];
  return Object.assign(found, { _tag_mode: mode });
}
