import { type Context, Hono } from "hono";
import { answer } from "./answer.ts";
import { bearerKey, keyCheck } from "./auth.ts";
import { blockEvents } from "./block_events.ts";
import { chatDialect, chatJob } from "./chat.ts";
import { completionDialect, completionJob } from "./completions.ts";
import { ApiError, asApiError, errorResponse, isOurFault, notReady } from "./errors.ts";
import { DEFAULT_MAX_BODY_BYTES, readJsonBody } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { checkModel, modelCard, modelList } from "./models.ts";
import { newId, requestId } from "./request_id.ts";
import { parseChat, parseCompletion, parseDetokenize, parseTokenize } from "./schema.ts";
import type { AppDeps, Serving } from "./serving.ts";
import { detokenize, tokenize } from "./tokenize.ts";

type Env = { Variables: { requestId: string } };

/** Open without a key: what probes and scrapers ask. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/health", "/ready", "/version", "/metrics"]);

/** The server's routes. It answers /health at once, /ready and the model's routes with 503 until the model is loaded. */
export function createApp(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
  const metrics = new Metrics(deps.metricsPrefix, deps.now);
  const checkKey = keyCheck(deps.apiKeys);
  const maxBodyBytes = deps.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;

  const loaded = (): Serving => {
    const serving = deps.serving();
    if (serving === null) throw notReady(deps.readiness().reason);
    metrics.attach(serving);
    return serving;
  };
  const body = (c: Context<Env>) => readJsonBody(c.req.raw, maxBodyBytes);
  const jobContext = (c: Context<Env>, kind: string) => ({
    id: `${kind}-${newId()}`,
    created: deps.unixTime(),
    seed: deps.nextSeed,
    // Time to first token tells what is cached: without this, whoever holds one key could probe the others' prompts.
    cacheSalt: deps.apiKeys.length === 0 ? "" : `key ${bearerKey(c.req.header("authorization"))}`,
  });

  app.use(async (c, next) => {
    const start = deps.now();
    const id = requestId(c.req.header("x-request-id"));
    c.set("requestId", id);
    await next();
    c.res.headers.set("x-request-id", id);
    const level = OPEN_PATHS.has(c.req.path) ? "debug" : "info";
    const fields = {
      id,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round(deps.now() - start),
    };
    deps.logger[level]("{method} {path} {status} in {ms} ms", fields);
  });
  app.use(async (c, next) => {
    if (!OPEN_PATHS.has(c.req.path)) checkKey(c.req.header("authorization"));
    await next();
  });

  app.post("/v1/completions", async (c) => {
    const serving = loaded();
    const request = parseCompletion(await body(c));
    checkModel(serving.model, request.model);
    const job = completionJob(serving, request, jobContext(c, "cmpl"));
    return answer(c.req.raw, request.stream, job, completionDialect, { serving, deps, metrics });
  });
  app.post("/v1/chat/completions", async (c) => {
    const serving = loaded();
    const request = parseChat(await body(c));
    checkModel(serving.model, request.model);
    const job = chatJob(serving, request, jobContext(c, "chatcmpl"));
    return answer(c.req.raw, request.stream, job, chatDialect, { serving, deps, metrics });
  });
  app.get("/v1/models", (c) => c.json(modelList(loaded().model)));
  app.get("/v1/models/:id{.+}", (c) => c.json(modelCard(loaded().model, c.req.param("id"))));

  app.post("/tokenize", async (c) => {
    const serving = loaded();
    const request = parseTokenize(await body(c));
    checkModel(serving.model, request.model);
    return c.json(tokenize(serving, request));
  });
  app.post("/detokenize", async (c) => {
    const serving = loaded();
    const request = parseDetokenize(await body(c));
    checkModel(serving.model, request.model);
    return c.json(detokenize(serving, request));
  });

  app.get("/health", (c) => c.json({ status: "alive" }));
  app.get("/ready", (c) => {
    const { ready, reason } = deps.readiness();
    if (!ready) throw notReady(reason);
    return c.json({ status: "ready" });
  });
  app.get("/version", (c) => c.json({ version: deps.version }));
  app.get("/metrics", async (c) => {
    const serving = deps.serving();
    if (serving !== null) metrics.attach(serving);
    return c.body(await metrics.text(), 200, { "content-type": metrics.contentType });
  });
  app.get("/debug/kv", (c) => c.json(loaded().engine.kvState()));
  app.get("/debug/kv/events", (c) => blockEvents(c, loaded().engine));

  refuseOtherMethods(app);
  app.notFound((c) => {
    return errorResponse(new ApiError(404, `No such path: ${c.req.method} ${c.req.path}`, { code: "not_found" }));
  });
  app.onError((error, c) => {
    if (isOurFault(error)) {
      deps.logger.error("{id} {method} {path}: {error}", {
        id: c.get("requestId"),
        method: c.req.method,
        path: c.req.path,
        error,
      });
    }
    return errorResponse(asApiError(error));
  });
  return app;
}

/** A known path with another method is a 405 that names the right one. */
function refuseOtherMethods(app: Hono<Env>): void {
  for (const { path, method } of app.routes.filter((route) => route.method !== "ALL")) {
    app.all(path, (c) => {
      const message = `${c.req.path} takes ${method}: received ${c.req.method}`;
      throw new ApiError(405, message, { code: "method_not_allowed", headers: { allow: method } });
    });
  }
}
