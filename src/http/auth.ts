import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "./errors.ts";

/**
 * Checks `Authorization: Bearer KEY` in constant time and gives the number of the key, -1 where no keys are set. Throws a
 * 401 where keys are set and none matches.
 */
export function keyCheck(apiKeys: readonly string[]): (authorization: string | undefined) => number {
  const digests = apiKeys.map(digest);
  return (authorization) => {
    if (digests.length === 0) return -1;
    const given = digest(bearerKey(authorization));
    let match = -1;
    for (const [i, known] of digests.entries()) match = Math.max(match, timingSafeEqual(known, given) ? i : -1);
    if (match >= 0) return match;
    const message =
      authorization === undefined ? "An API key is required: send Authorization: Bearer KEY" : "Incorrect API key";
    throw new ApiError(401, message, { code: "invalid_api_key", headers: { "www-authenticate": "Bearer" } });
  };
}

/** The key in an Authorization header; empty where there is none. */
export function bearerKey(authorization: string | undefined): string {
  return /^Bearer +(.*)$/i.exec(authorization ?? "")?.[1]?.trim() ?? "";
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
