import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Answer, Introduction, Question } from "./questions.ts";

/** Whoever does not answer in time is ended. */
export class TimedOut extends Error {
  override name = "TimedOut";
}

/** Loading a model must be over after this. */
const LOADING_SECONDS = 600;

type Message = { readonly ready: Introduction } | { readonly answer: Answer } | { readonly error: string };

interface Running {
  readonly child: ChildProcess;
  readonly introduction: Introduction;
}

/**
 * A contestant in a process of its own, so that one that hangs or crashes takes nobody with it. It is started with the
 * first question, and again with the next one after it was ended.
 */
export class ContestantProcess {
  readonly label: string;
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #running: Running | null = null;
  #errors = "";

  /** @param program a file that calls `serveQuestions` */
  constructor(label: string, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.label = label;
    this.#program = program;
    this.#args = args;
    this.#env = env;
  }

  /** Starts it where it does not run. Throws with its last words where it ends instead. */
  async introduce(): Promise<Introduction> {
    return (await this.#start()).introduction;
  }

  /** Throws TimedOut after `seconds`, and with what went wrong there where it fails. */
  async ask(question: Question, seconds: number): Promise<Answer> {
    const { child } = await this.#start();
    const message = this.#next(child, seconds);
    child.send(question);
    const answered = await message;
    if ("answer" in answered) return answered.answer;
    throw new Error(`${this.label} cannot answer: ${"error" in answered ? answered.error : "it began anew"}`);
  }

  close(): void {
    this.#running?.child.kill("SIGKILL");
    this.#running = null;
  }

  async #start(): Promise<Running> {
    if (this.#running) return this.#running;
    this.#errors = "";
    const child = spawn(process.execPath, [this.#program, ...this.#args], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...this.#env },
    });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#errors = (this.#errors + text).slice(-2000)));
    const message = await this.#next(child, LOADING_SECONDS);
    if (!("ready" in message)) {
      child.kill("SIGKILL");
      throw new Error(`${this.label} cannot be loaded: ${"error" in message ? message.error : "it says nothing"}`);
    }
    this.#running = { child, introduction: message.ready };
    return this.#running;
  }

  #next(child: ChildProcess, seconds: number): Promise<Message> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
      };
      const onMessage = (message: unknown) => {
        done();
        resolve(message as Message);
      };
      const onExit = (code: number | null, signal: string | null) => {
        done();
        this.#running = null;
        reject(new Error(`${this.label} ended with ${signal ?? code}: ${this.#errors.trim()}`));
      };
      const timer = setTimeout(() => {
        done();
        this.close();
        child.kill("SIGKILL");
        reject(new TimedOut(`${this.label} did not answer within ${seconds} s`));
      }, seconds * 1000);
      child.on("message", onMessage);
      child.on("exit", onExit);
    });
  }
}
