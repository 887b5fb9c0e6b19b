import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 128 bits: nobody guesses it. */
const TOKEN_BYTES = 16;

/** A secret that is made anew for each server and given to whoever is given the address. */
export class AccessToken {
  readonly text = randomBytes(TOKEN_BYTES).toString("base64url");

  /** @param query of a URL, without its question mark. */
  isIn(query: string): boolean {
    return this.#equals(new URLSearchParams(query).get("token"));
  }

  /** @param header `Cookie`. @param port cookies know no ports, so the name has it. */
  isInCookie(header: string | undefined, port: number | undefined): boolean {
    const name = `${cookieName(port)}=`;
    const pairs = (header ?? "").split(";").map((pair) => pair.trim());
    return pairs.some((pair) => pair.startsWith(name) && this.#equals(pair.slice(name.length)));
  }

  /**
   * Value of `Set-Cookie`: for this page only, out of reach of its scripts, until the browser ends.
   * Lax, since Strict would keep it from the very request that follows a click on the address in
   * another site's page, such as a web mail; nothing but reading goes by GET.
   */
  cookie(port: number | undefined): string {
    return `${cookieName(port)}=${this.text}; Path=/; HttpOnly; SameSite=Lax`;
  }

  /** Takes the same time whatever differs. */
  #equals(given: string | null): boolean {
    const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
    return given !== null && timingSafeEqual(digest(given), digest(this.text));
  }
}

function cookieName(port: number | undefined): string {
  return `mario-${port ?? 0}`;
}
