import { compliance } from "./compliance.ts";
import { REDIS_CHANNELS, REDIS_STREAMS } from "./redis_broker.ts";

compliance(REDIS_STREAMS);
compliance(REDIS_CHANNELS);
