import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { answer } from "./answer.ts";
import { bearerKey, keyCheck } from "./auth.ts";
import { blockEvents } from "./block_events.ts";
import { chatDialect, chatJob } from "./chat.ts";
import { completionDialect, completionJob } from "./completions.ts";
import { docsPage } from "./docs.ts";
import { embeddings, parseEmbeddings } from "./embeddings.ts";
import { ApiError, asApiError, errorResponse, isOurFault, notReady } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { KeyLimiter } from "./key_limits.ts";
import { DEFAULT_MAX_BODY_BYTES, readJsonBody } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { checkModel, modelCard, modelList } from "./models.ts";
import { type OpenApi, openApi } from "./openapi.ts";
import { newId, requestId } from "./request_id.ts";
import { requestLine } from "./request_log.ts";
import { ResponseStore } from "./response_store.ts";
import { respond } from "./responses.ts";
import { parseChat, parseCompletion, parseDetokenize, parseTokenize } from "./schema.ts";
import type { AppDeps, Serving } from "./serving.ts";
import { detokenize, tokenize } from "./tokenize.ts";
import { Tracer } from "./traces.ts";

type Env = { Variables: { exchange: Exchange } };

/** Open without a key: what probes and scrapers ask, and what says how to ask. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/health",
  "/ready",
  "/version",
  "/metrics",
  "/openapi.json",
  "/docs",
]);

/** The server's routes. It answers /health at once, /ready and the model's routes with 503 until the model is loaded. */
export function createApp(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
  const metrics = new Metrics(deps.metricsPrefix, deps.now);
  const checkKey = keyCheck(deps.apiKeys);
  const limiter = deps.keyLimits && new KeyLimiter(deps.apiKeys.length, deps.keyLimits, deps.now);
  const tracer = deps.traces && new Tracer(deps.traces, deps.now);
  const maxBodyBytes = deps.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;

  let document: OpenApi | undefined;
  const described = () => {
    document ??= openApi(deps.version);
    return document;
  };
  const loaded = (): Serving => {
    const serving = deps.serving();
    if (serving === null) throw notReady(deps.readiness().reason);
    metrics.attach(serving);
    return serving;
  };
  const store = new ResponseStore();
  // Time to first token tells what is cached: without this, whoever holds one key could probe the others' prompts.
  const tenantOf = (c: Context<Env>) =>
    deps.apiKeys.length === 0 ? "" : `key ${bearerKey(c.req.header("authorization"))}`;
  const body = (c: Context<Env>) => readJsonBody(c.req.raw, maxBodyBytes, c.get("exchange").abort.signal);
  const jobContext = (c: Context<Env>, prefix: string) => ({
    id: `${prefix}${newId()}`,
    created: deps.unixTime(),
    seed: deps.nextSeed,
    cacheSalt: tenantOf(c),
  });

  app.use(async (c, next) => {
    const { method, path } = c.req;
    const exchange = new Exchange({
      id: requestId(c.req.header("x-request-id")),
      arrived: deps.now(),
      client: c.req.raw.signal,
      timeoutSeconds: deps.requestTimeout ?? 0,
    });
    c.set("exchange", exchange);
    exchange.onEnd(() => {
      if (exchange.work) metrics.ended(exchange.work.job, exchange.work.choices);
      const { tokenizer } = deps.serving() ?? {};
      const decode = deps.logPrompts && tokenizer ? (ids: readonly number[]) => tokenizer.decode(ids) : null;
      const { template, fields } = requestLine(exchange, { method, path }, deps.now(), decode);
      deps.logger[OPEN_PATHS.has(path) ? "debug" : "info"](template, fields);
      if (method === "POST") tracer?.record(exchange, { method, path }, c.req.header("traceparent"));
    });
    await next();
    c.res.headers.set("x-request-id", exchange.id);
    exchange.status = c.res.status;
    if (!exchange.streaming) exchange.end();
  });
  if (deps.allowedOrigins?.length) app.use(crossOrigin(deps.allowedOrigins));
  app.use(async (c, next) => {
    if (!OPEN_PATHS.has(c.req.path)) {
      const key = checkKey(c.req.header("authorization"));
      if (limiter && key >= 0 && c.req.method === "POST") c.get("exchange").onEnd(limiter.admit(key));
    }
    await next();
  });

  app.post("/v1/completions", async (c) => {
    const serving = loaded();
    const request = parseCompletion(await body(c));
    checkModel(serving.model, request.model);
    const job = completionJob(serving, request, jobContext(c, "cmpl-"));
    return answer(c.req.raw, request.stream, job, completionDialect, {
      serving,
      deps,
      metrics,
      exchange: c.get("exchange"),
    });
  });
  app.post("/v1/chat/completions", async (c) => {
    const serving = loaded();
    const request = parseChat(await body(c));
    checkModel(serving.model, request.model);
    const job = chatJob(serving, request, jobContext(c, "chatcmpl-"));
    return answer(c.req.raw, request.stream, job, chatDialect, { serving, deps, metrics, exchange: c.get("exchange") });
  });
  app.post("/v1/embeddings", async (c) => {
    const serving = loaded();
    const request = parseEmbeddings(await body(c));
    checkModel(serving.model, request.model);
    const { id, cacheSalt } = jobContext(c, "embd-");
    const { abort } = c.get("exchange");
    return c.json(await embeddings(serving, request, { id, cacheSalt, metrics, abort }));
  });
  app.post("/v1/responses", async (c) => {
    const serving = loaded();
    const fields = await body(c);
    if (typeof fields.model === "string") checkModel(serving.model, fields.model);
    const job = jobContext(c, "resp_");
    const exchange = c.get("exchange");
    return respond(fields, { request: c.req.raw, serving, deps, metrics, exchange, store, owner: tenantOf(c), job });
  });
  app.get("/v1/responses/:id", (c) => c.json(store.get(tenantOf(c), c.req.param("id"), "id").body));
  app.delete("/v1/responses/:id", (c) => {
    const id = c.req.param("id");
    store.delete(tenantOf(c), id);
    return c.json({ id, object: "response", deleted: true });
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
  app.get("/openapi.json", (c) => c.json(described()));
  app.get("/docs", (c) => c.html(docsPage(described())));
  app.get("/metrics", async (c) => {
    const serving = deps.serving();
    if (serving !== null) metrics.attach(serving);
    return c.body(await metrics.text(), 200, { "content-type": metrics.contentType });
  });
  app.get("/debug/kv", (c) => c.json(loaded().engine.kvState()));
  app.get("/debug/kv/events", (c) => blockEvents(c, loaded().engine));

  const routes = methodsByPath(app);
  for (const [path, methods] of routes) app.all(path, (c) => otherMethod(c, methods));
  app.notFound((c) => {
    const known = [...routes.keys()].join(", ");
    const message = `No such path: ${c.req.method} ${c.req.path}; there are ${known}`;
    c.get("exchange").error = "not_found";
    return errorResponse(new ApiError(404, message, { code: "not_found" }));
  });
  app.onError((error, c) => {
    const { id } = c.get("exchange");
    if (isOurFault(error)) {
      deps.logger.error("{id} {method} {path}: {error}", { id, method: c.req.method, path: c.req.path, error });
    }
    const answered = asApiError(error);
    c.get("exchange").error = answered.code;
    const response = errorResponse(answered);
    const engine = deps.serving()?.engine;
    if (answered.code === "queue_full" && engine) {
      response.headers.set("retry-after", String(metrics.load.retryAfter(engine)));
    }
    return response;
  });
  return app;
}

function crossOrigin(origins: readonly string[]) {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    exposeHeaders: ["x-request-id", "retry-after"],
    maxAge: 600,
  });
}

function methodsByPath(app: Hono<Env>): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    methods.set(path, [...(methods.get(path) ?? []), ...(method === "GET" ? ["GET", "HEAD"] : [method])]);
  }
  return methods;
}

/** A known path with another method is a 405 that names the right ones; OPTIONS only asks for them. */
function otherMethod(c: Context<Env>, methods: readonly string[]): Response {
  const allow = [...methods, "OPTIONS"].join(", ");
  if (c.req.method === "OPTIONS") return c.body(null, 204, { allow });
  const message = `${c.req.path} takes ${methods.join(" or ")}: received ${c.req.method}`;
  throw new ApiError(405, message, { code: "method_not_allowed", headers: { allow } });
}
