import { lookup } from "node:dns/promises";
import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import process from "node:process";

/**
 * What differs between Bun, Deno and Node. The globals `Bun` and `Deno` are touched nowhere else, and typed here only as
 * far as they are used.
 */

interface BunRuntime {
  readonly version: string;
  serve(options: { fetch: Fetch; hostname: string; port: number; idleTimeout: number }): {
    readonly port: number;
    stop(): Promise<void>;
  };
}

interface DenoRuntime {
  readonly version: { readonly deno: string };
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    fetch: Fetch,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

const { Bun, Deno } = globalThis as unknown as { Bun?: BunRuntime; Deno?: DenoRuntime };

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface Server {
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Accepts no more connections; resolves once the responses under way have ended. */
  stop(): Promise<void>;
}

/** The server cannot listen where it was told to. */
export class ListenError extends Error {
  override name = "ListenError";
}

export const runtime: { readonly name: "bun" | "deno" | "node"; readonly version: string } = Bun
  ? { name: "bun", version: Bun.version }
  : Deno
    ? { name: "deno", version: Deno.version.deno }
    : { name: "node", version: process.versions.node };

/** Arguments after the program's name. */
export function argv(): string[] {
  return process.argv.slice(2);
}

export function exit(code: number): never {
  process.exit(code);
}

/** Calls `listener` at every SIGTERM and SIGINT, which then no longer end the process by themselves. */
export function onStopSignal(listener: (signal: "SIGTERM" | "SIGINT") => void): void {
  process.on("SIGTERM", () => listener("SIGTERM"));
  process.on("SIGINT", () => listener("SIGINT"));
}

/**
 * Serves HTTP. Connections may stay silent for as long as a response takes, and `request.signal` aborts when the client
 * goes away. Throws ListenError.
 */
export async function serve(fetch: Fetch, { hostname, port }: { hostname: string; port: number }): Promise<Server> {
  try {
    // Bun calls an unknown host an address in use.
    await lookup(hostname);
    if (Bun) {
      // Bun would cut a connection that is silent for 10 s, while a long prompt is being computed.
      const server = Bun.serve({ fetch, hostname, port, idleTimeout: 0 });
      return { port: server.port, stop: () => server.stop() };
    }
    if (Deno) {
      const server = Deno.serve({ hostname, port, onListen: () => {} }, fetch);
      return { port: server.addr.port, stop: () => server.shutdown() };
    }
    return await serveOnNode(fetch, hostname, port);
  } catch (error) {
    throw new ListenError(`Cannot listen on ${hostname}:${port}: ${reason(error)}`);
  }
}

async function serveOnNode(fetch: Fetch, hostname: string, port: number): Promise<Server> {
  const { createAdaptorServer } = await import("@hono/node-server");
  const server = createAdaptorServer({ fetch }) as HttpServer;
  server.listen(port, hostname);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        // Node would wait for kept-alive connections until they time out.
        const timer = setInterval(() => server.closeIdleConnections(), 20);
        server.close(() => {
          clearInterval(timer);
          resolve();
        });
      }),
  };
}

function reason(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  if (code === "EADDRINUSE" || name === "AddrInUse")
    return "the address is in use: stop its server or choose another --port";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no such --host";
  if (code === "EADDRNOTAVAIL" || name === "AddrNotAvailable") return "--host is not an address of this machine";
  if (code === "EACCES" || name === "PermissionDenied") return "permission denied: choose a --port above 1023";
  return message ?? String(error);
}
