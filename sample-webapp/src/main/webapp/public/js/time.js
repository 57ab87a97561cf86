/** Formats moments and durations. */

/** Formats 93784000 as 26:03:04, and 59000 as 0:59. */
export function clock(millis) {
  const all = Math.floor(millis / 1000);
  const seconds = String(all % 60).padStart(2, "0");
  const minutes = Math.floor(all / 60) % 60;
  const hours = Math.floor(all / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** Formats the time of day, with the date if it is not today. */
export function moment(date, now = new Date()) {
  const time = date.toLocaleTimeString("en-GB");
  const isToday = date.toDateString() === now.toDateString();
  return isToday ? time : `${date.toLocaleDateString("en-GB", { dateStyle: "medium" })}, ${time}`;
}
