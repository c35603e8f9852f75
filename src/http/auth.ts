import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "./errors.ts";

/** Checks `Authorization: Bearer KEY` in constant time. Throws a 401 where keys are set and none matches. */
export function keyCheck(apiKeys: readonly string[]): (authorization: string | undefined) => void {
  const digests = apiKeys.map(digest);
  return (authorization) => {
    if (digests.length === 0) return;
    const given = digest(bearerKey(authorization));
    let matches = 0;
    for (const known of digests) matches += Number(timingSafeEqual(known, given));
    if (matches > 0) return;
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
