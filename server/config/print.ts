import { stringify } from "yaml";
import { hideCredentials } from "./credentials.ts";
import { SETTINGS, type Settings } from "./settings.ts";

/**
 * Writes settings as a configuration file: every key with its value, defaults included. Passwords are hidden, also those within
 * addresses.
 *
 * @param settings The settings.
 * @returns The file's text.
 */
export function formatSettings(settings: Settings): string {
  const shown = structuredClone(settings);
  const { redis } = shown.mqm;
  if (redis.password !== "") redis.password = "***";
  for (const broker of Object.values(shown.mqm)) {
    broker.addrs = broker.addrs.map(hideCredentials);
  }
  return stringify(SETTINGS.write(shown));
}
