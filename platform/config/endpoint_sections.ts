/**
 * Listeners and outgoing connections as they stand in a file.
 *
 * @module
 */

import { parseAddress } from "./endpoints.ts";
import { type Field, mismatch, named } from "./field.ts";
import { list } from "./list.ts";
import { type Section, section } from "./section.ts";
import { checked, text } from "./text.ts";
import { TLS, type TlsSettings } from "./tls_section.ts";

/** A listener as it stands in a file. */
export interface ListenSettings {
  /** The network; TCP is the only one. */
  network: string;
  /** Where it listens, as `host:port`, or empty. */
  addr: string;
  /** The address that is announced instead of its own, or empty. */
  advertisedAddr: string;
  /** TLS. */
  tls: TlsSettings;
}

/** An outgoing connection as it stands in a file. */
export interface DialSettings {
  /** The network; TCP is the only one. */
  network: string;
  /** Where it goes, each as `host:port`. */
  addrs: string[];
  /** Read for the sake of files that have it; no effect. */
  advertisedAddr: string;
  /** TLS. */
  tls: TlsSettings;
}

/** TCP, the only network there is. */
const NETWORK: Field<string> = checked(text("tcp"), (network) => {
  if (network === "tcp" || network === "") return;
  const udp =
    'Unsupported network "udp": it cannot carry this protocol, use tcp';
  throw new SyntaxError(
    network === "udp" ? udp : `Unsupported network "${network}", use tcp`,
  );
});

/** The address of a listener or a peer as `host:port`; empty is absent. */
export const ADDRESS: Field<string> = checked(text(), (address) => {
  if (address !== "") parseAddress(address);
});

/**
 * A list of addresses, under `addrs` or `addr`, as the samples have both; one that
 * stands alone is a list of one.
 *
 * @param address The field of each address.
 * @returns The field.
 */
export function addressList(address: Field<string>): Field<string[]> {
  const many = list(address);
  return {
    ...named(many, "addrs", "addr"),
    read(value, path, findings) {
      if (value.kind === "list") return many.read(value, path, findings);
      if (value.kind !== "scalar") {
        mismatch(value, "an address or a list of them", path, findings);
        return [];
      }
      const one = address.read(value, path, findings);
      return one === "" ? [] : [one];
    },
  };
}

/**
 * Says nothing of the addresses of a network that is not supported: they are
 * written as that network has them, and one cause is one line.
 */
function ofOneNetwork<T>(inner: Section<T>): Section<T> {
  return {
    ...inner,
    read(value, path, findings) {
      const { list } = findings;
      const before = list.length;
      const settings = inner.read(value, path, findings);
      const added = list.splice(before);
      const other = added.some(({ key }) => key === `${path}.network`);
      list.push(
        ...added.filter(({ key }) => !other || !key.startsWith(`${path}.addr`)),
      );
      return settings;
    },
  };
}

/** The keys of a listener. */
export const LISTEN: Section<ListenSettings> = ofOneNetwork(
  section<ListenSettings>({
    network: NETWORK,
    addr: ADDRESS,
    advertisedAddr: text(),
    tls: TLS,
  }),
);

/** The keys of an outgoing connection. */
export const DIAL: Section<DialSettings> = ofOneNetwork(
  section<DialSettings>({
    network: NETWORK,
    addrs: addressList(ADDRESS),
    advertisedAddr: text(),
    tls: TLS,
  }),
);
