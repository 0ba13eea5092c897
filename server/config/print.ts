import { stringify } from "yaml";
import { SETTINGS, type Settings } from "./settings.ts";

/** User and password in front of a host. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?[^@/]+@/i;

/**
 * Writes settings as a configuration file: every key with its value, defaults included. Passwords are hidden, also those within
 * addresses.
 *
 * @param settings The settings.
 * @returns The file's text.
 */
export function formatSettings(settings: Settings): string {
  const shown = structuredClone(settings);
  const { amqp, nats, redis } = shown.mqm;
  if (redis.password !== "") redis.password = "***";
  for (const broker of [amqp, nats, redis]) {
    broker.addrs = broker.addrs.map((addr) =>
      addr.replace(CREDENTIALS, "$1***@")
    );
  }
  return stringify(SETTINGS.write(shown));
}
