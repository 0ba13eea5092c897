/**
 * Evictions that wait for a gateway.
 *
 * @module
 */

import { KEYS_LUA } from "./common.ts";
import { type Script, script } from "./script.ts";

/** Leaves some. ARGV: braces (2), gateway, how many there may be, milliseconds that they wait, then evictions. */
export const LEAVE: Script = script(
  "leave",
  1,
  `${KEYS_LUA}
local key = at('evict', ARGV[3])
for i = 6, #ARGV do on(key, 'RPUSH', ARGV[i]) end
redis.call('LTRIM', key, -tonumber(ARGV[4]), -1)
redis.call('PEXPIRE', key, ARGV[5])
return 1
`,
);

/** Takes all. ARGV: braces (2), gateway. */
export const TAKE: Script = script(
  "take",
  1,
  `${KEYS_LUA}
local key = at('evict', ARGV[3])
local left = on(key, 'LRANGE', 0, -1)
redis.call('DEL', key)
return left
`,
);
