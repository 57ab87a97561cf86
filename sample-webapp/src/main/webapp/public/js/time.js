/** Moments and lengths of time, as people read them. */

/** 93784000 as 26:03:04, 59000 as 0:59. */
export function clock(millis) {
  const all = Math.floor(millis / 1000);
  const seconds = String(all % 60).padStart(2, "0");
  const minutes = Math.floor(all / 60) % 60;
  const hours = Math.floor(all / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** The time of day; of another day than today, the date as well. */
export function moment(date, now = new Date()) {
  const time = date.toLocaleTimeString("en-GB");
  const isToday = date.toDateString() === now.toDateString();
  return isToday ? time : `${date.toLocaleDateString("en-GB", { dateStyle: "medium" })}, ${time}`;
}
