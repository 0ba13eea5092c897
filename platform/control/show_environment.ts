/**
 * After the libraries: from here on the environment is what it was. See
 * `libraries.ts`.
 *
 * @module
 */

import { show } from "./hide_environment.ts";

show();
