// A tag's schedule: a start, an end, or both, in milliseconds; 0 is none.

function inTime(tag, now) {
  const [start, end] = tag.schedule || [0, 0];
  return now >= start && (!end || now < end);
}
