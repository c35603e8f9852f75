import { afterAll } from "bun:test";

/** Serves an app until the tests are done; the URL that clients are given. */
export function listen(app: { fetch: (request: Request) => Response | Promise<Response> }): string {
  const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: app.fetch });
  afterAll(() => server.stop(true));
  return `http://127.0.0.1:${server.port}/v1`;
}
