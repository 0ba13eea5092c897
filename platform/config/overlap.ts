/**
 * Addresses that stand in each other's way.
 *
 * @module
 */

/** Where something listens, or where a connection goes. */
export interface Endpoint {
  /** Name or address, IPv6 without brackets. */
  readonly hostname: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
}

/** Which addresses of this machine a host stands for. */
type Scope = "every" | "every IPv4" | "loopback" | "other";

/**
 * One spelling of each address, as far as that can be told without asking the
 * system.
 */
function plain(hostname: string): string {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  const address = /^[\da-f:.]+$/.test(name) && name.includes(":")
    ? new URL(`http://[${name}]`).hostname.slice(1, -1)
    : name;
  // An IPv4 address in IPv6, as ::ffff:127.0.0.1 is normalised to.
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address);
  if (!mapped) return address;
  const [high, low] = [mapped[1], mapped[2]].map((part) =>
    parseInt(part ?? "0", 16)
  ) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function scope(hostname: string): Scope {
  if (hostname === "::" || hostname === "") return "every";
  if (hostname === "0.0.0.0") return "every IPv4";
  return isLoopback(hostname) ? "loopback" : "other";
}

/**
 * Looks at who can reach a listener.
 *
 * @param hostname An address or a name.
 * @returns Whether only programs of this machine reach what listens there.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function isIpv6(hostname: string): boolean {
  return hostname.includes(":");
}

/**
 * Whether something that listens on `on` gets what goes to `hostname`, as far
 * as that can be told without asking the system.
 */
function covers(on: string, hostname: string): boolean {
  switch (scope(on)) {
    case "every":
      return true;
    case "every IPv4":
      return !isIpv6(hostname) || hostname === "::";
    default:
      return on === hostname ||
        // Which of the two it is, the system decides.
        (on === "localhost" && /^(?:127\.0\.0\.1|::1)$/.test(hostname)) ||
        (hostname === "localhost" && /^(?:127\.0\.0\.1|::1)$/.test(on));
  }
}

/**
 * Whether two listeners cannot be bound at once: they have one port, and
 * addresses of one are among the other's.
 *
 * @param a One listener.
 * @param b The other.
 * @returns Whether the second of them would find its address in use.
 */
export function overlap(a: Endpoint, b: Endpoint): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  const [one, other] = [plain(a.hostname), plain(b.hostname)];
  return covers(one, other) || covers(other, one);
}

/**
 * Whether a connection to an address comes to a listener of this machine.
 *
 * @param to Where the connection goes.
 * @param listener Who listens.
 * @returns Whether it does for sure; another machine may listen on the same
 * port.
 */
export function reaches(to: Endpoint, listener: Endpoint): boolean {
  if (to.port === 0 || to.port !== listener.port) return false;
  const [target, own] = [dialled(plain(to.hostname)), plain(listener.hostname)];
  return target === own ||
    (scope(target) === "loopback" && covers(own, target));
}

/** Where a connection to every interface goes: to this machine. */
function dialled(hostname: string): string {
  switch (scope(hostname)) {
    case "every":
      return "localhost";
    case "every IPv4":
      return "127.0.0.1";
    default:
      return hostname;
  }
}
