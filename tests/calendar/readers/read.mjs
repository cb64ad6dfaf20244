// Reads iCalendar on standard input with the library that is named, and prints JSON.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const pad = (number) => String(number).padStart(2, "0");

function withIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const asText = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const entry = new ICAL.Event(component);
    return {
      uid: entry.uid,
      title: entry.summary,
      start: asText(entry.startDate),
      end: asText(entry.endDate),
      description: entry.description,
      location: entry.location ?? "",
      status: component.getFirstPropertyValue("status"),
      sequence: entry.sequence,
    };
  });
}

function withNodeIcal(text) {
  // It gives a whole day as midnight where the machine is.
  const asText = (time) =>
    time.dateOnly
      ? `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
      : time.toISOString();
  // A property with parameters is an object.
  const plain = (value) => value?.val ?? value ?? "";
  return Object.values(nodeIcal.sync.parseICS(text))
    .filter((component) => component.type === "VEVENT")
    .map((entry) => ({
      uid: plain(entry.uid),
      title: plain(entry.summary),
      start: asText(entry.start),
      end: asText(entry.end),
      description: plain(entry.description),
      location: plain(entry.location),
      status: plain(entry.status),
      sequence: Number(entry.sequence),
    }));
}

const libraries = { "ical.js": withIcalJs, "node-ical": withNodeIcal };
const read = libraries[process.argv[2]];
process.stdout.write(JSON.stringify(read(readFileSync(0, "utf8"))));
