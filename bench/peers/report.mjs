import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { notes } from "./plan.mjs";

const BEGIN = "<!-- peers:begin -->";
const END = "<!-- peers:end -->";

/**
 * Where and when; nothing that names the machine or its owner.
 * @param anyway takes the machine for idle, whatever else it does.
 */
export function conditions(rom, anyway) {
  const cpus = os.cpus();
  const loadAtStart = Number(os.loadavg()[0].toFixed(1));
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
    cpu: cpus[0].model,
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${osName()}, ${os.arch()}`,
    commit:
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") ? " and changes" : ""),
    cartridge: rom.endsWith("fenn.nes") ? "Fenn's Trail" : "a ROM of the user's own",
    loadAtStart,
    // Then figures are in processor time, and only those of one thread.
    busy: !anyway && loadAtStart >= cpus.length / 2,
  };
}

function osName() {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))[1];
  } catch {
    return `${os.type()} ${os.release()}`;
  }
}

function git(...args) {
  try {
    return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** The part of a document between its marks. */
export function markdown({ conditions, rounds, versions, groups, notMeasured }) {
  const { date, cpu, cores, memoryGiB, system, commit, cartridge } = conditions;
  const { loadAtStart, loadAtEnd } = conditions;
  const lines = [
    `${date}, commit ${commit}; ${cores} cores of ${article(cpu)}, ${memoryGiB} GiB, ${system}; ${versions}. On ${cartridge}. Medians (least to greatest) of ${rounds} rounds in which all contenders of a group took turns, after one round that warmed up (training: 3 rounds). Load average ${loadAtStart} before, ${loadAtEnd} after: ${disturbance(conditions)}.`,
    "",
    "| | | figure | mario's first row is |",
    "| --- | --- | --- | --- |",
  ];
  for (const { name, what, unit, contenders } of groups) {
    let first = `**${name}**: ${what}`;
    for (const { label, figure, oursIs } of contenders) {
      lines.push(`| ${first} | ${label} | ${figureText(figure, unit)} | ${oursText(oursIs)} |`);
      first = "";
    }
  }
  lines.push("");
  if (notMeasured.length > 0) {
    lines.push(
      "Not measured:",
      "",
      ...notMeasured.map(({ label, reason }) => `- ${label}: ${reason}`),
      "",
    );
  }
  lines.push("What is not equal:", "", ...notes.map((note) => `- ${note}`));
  return lines.join("\n");
}

const article = (cpu) => `${/^[AEIOU]/i.test(cpu) ? "an" : "a"} ${cpu}`;

function disturbance({ busy, cores, loadAtStart }) {
  if (busy) return "other work kept the machine busy, so figures are in processor time";
  if (loadAtStart < 0.3) return "the machine had nothing else to do";
  return loadAtStart < cores / 2 ? "little else ran beside it" : "**other work ran beside it**";
}

/** Three digits that count. */
function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function figureText({ median, min, max }, unit) {
  return `${digits(median)} ${unit} (${digits(min)} to ${digits(max)})`;
}

function oursText(oursIs) {
  return oursIs === undefined ? "" : `${digits(oursIs)} × as fast`;
}

/** Whether a table can be put into this document. */
export function hasMarks(text) {
  return text.includes(BEGIN) && text.indexOf(END) > text.indexOf(BEGIN);
}

/** Puts the text between the marks of a document that has them. */
export function writeBetweenMarks(file, text) {
  const all = readFileSync(file, "utf8");
  const before = all.slice(0, all.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(file, `${before}\n\n${text}\n\n${all.slice(all.indexOf(END))}`);
}
