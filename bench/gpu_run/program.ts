import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

const HOME = join(import.meta.dirname, "../..");

/** Runs a program of this checkout and resolves with what it prints. Throws with its last words where it fails or is late. */
export function runProgram(file: string, args: readonly string[], seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(HOME, file), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: HOME,
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else {
        const how = late ? `was not done after ${Math.round(seconds)} s` : `ended with ${code ?? signal}`;
        reject(new Error(`${file} ${how}: ${`${output.slice(-1500)}\n${errors.slice(-1500)}`.trim()}`));
      }
    });
  });
}

/** As `runProgram`, for one that writes what it has measured with --json. */
export async function runForJson(
  file: string,
  args: readonly string[],
  json: string,
  seconds: number,
): Promise<unknown> {
  await rm(json, { force: true });
  await runProgram(file, [...args, "--json", json], seconds);
  return JSON.parse(await readFile(json, "utf8"));
}
