/** All attacks. */

import type { Attacks } from "./attack.ts";
import { CONTROL_ATTACKS } from "./kinds/control.ts";
import { CPU_ATTACKS } from "./kinds/cpu.ts";
import { FLOOD_ATTACKS } from "./kinds/floods.ts";
import { MEMORY_ATTACKS } from "./kinds/memory.ts";
import { ODD_ATTACKS } from "./kinds/oddities.ts";
import { SERVICE_ATTACKS } from "./kinds/services.ts";
import { STREAM_ATTACKS } from "./kinds/streams.ts";

const SINGLE: Attacks = {
  ...STREAM_ATTACKS,
  ...FLOOD_ATTACKS,
  ...MEMORY_ATTACKS,
  ...CPU_ATTACKS,
  ...ODD_ATTACKS,
  ...SERVICE_ATTACKS,
};

/** Attacks by name. */
export const ATTACKS: Attacks = {
  ...SINGLE,
  ...CONTROL_ATTACKS,
  "all of it at once": {
    targets: ["svc", "go", "files", "late", "mute", "hooks"],
    work: [
      "call echo",
      "publish t",
      "call go.echo",
      "publish go.t",
      "echo svc",
      "download files",
      "admission",
    ],
    ms: 8_000,
    run: async (battle) => {
      const one = battle.part(1);
      await Promise.all(Object.values(SINGLE).map(({ run }) => run(one)));
    },
  },
};
