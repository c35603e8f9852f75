import { parseArgs } from "node:util";
import { bundledModel } from "../src/cli/bundled_model.ts";
import { loadTokenizer } from "../src/text/tokenizer.ts";
import { soak } from "./lib/http_soak.ts";

/**
 * A crowd of streams of which some clients leave and some stop reading: what the host needs for a token then, whether
 * memory stays bounded, and whether every block comes back. A runner that answers at once, no sockets.
 *
 *   ./octavo bench http_soak [--streams 1000] [--requests 20000] [--tokens 300] [--leaving 0.3] [--stalling 0.1]
 */
const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "1000" },
    requests: { type: "string", default: "20000" },
    tokens: { type: "string", default: "300" },
    leaving: { type: "string", default: "0.3" },
    stalling: { type: "string", default: "0.1" },
    patience: { type: "string", default: "5" },
  },
});
const tokenizer = await loadTokenizer(await bundledModel());
const began = performance.now();
const cpu = process.cpuUsage();
const report = await soak(tokenizer, {
  streams: Number(values.streams),
  requests: Number(values.requests),
  tokens: Number(values.tokens),
  leaving: Number(values.leaving),
  stalling: Number(values.stalling),
  slowReaderTimeout: Number(values.patience),
  random: Math.random,
});
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const { whole, left, cut, tokens, preemptions, blocksLeft, hostPerToken, rss } = report;
console.log(`${whole} whole, ${left} left, ${cut} cut off after ${values.patience} s; ${preemptions} preemptions`);
console.log(
  `${tokens} tokens in ${seconds.toFixed(1)} s, ${((user + system) / tokens).toFixed(2)} us of CPU time each`,
);
console.log(`host, CPU time per token: p50 ${hostPerToken.p50.toFixed(2)} us, p99 ${hostPerToken.p99.toFixed(2)} us`);
console.log(`memory: ${rss.before} MiB before, at most ${rss.peak}, ${rss.after} after; blocks in use: ${blocksLeft}`);
