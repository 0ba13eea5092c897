/**
 * A configuration as a file.
 *
 * @module
 */

import { stringify } from "yaml";
import { hideCredentials } from "./credentials.ts";
import type { SecretConfig } from "./mqm/mod.ts";
import { SETTINGS, type Settings } from "./settings.ts";

/**
 * Writes settings as a configuration file: every key with its value, defaults
 * included. Passwords are hidden, also those within addresses.
 *
 * @param settings Complete ones, as they were read.
 * @returns The file's text.
 */
export function formatSettings(settings: Settings): string {
  const shown = structuredClone(settings);
  for (const broker of Object.values(shown.mqm)) {
    broker.addrs = broker.addrs.map(hideCredentials);
    hideSecrets(broker);
  }
  hideSecrets(shown.controlplane);
  return stringify(SETTINGS.write(shown));
}

/** Hides every secret that stands in the file itself, wherever it is. */
function hideSecrets(part: object): void {
  for (const value of Object.values(part)) {
    if (typeof value !== "object" || value === null) continue;
    if (isSecret(value)) {
      if (value.value !== "") value.value = "***";
    } else hideSecrets(value);
  }
}

function isSecret(value: object): value is SecretConfig {
  return "value" in value && "file" in value && "env" in value;
}
