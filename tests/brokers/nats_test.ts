import { compliance } from "./compliance.ts";
import { NATS_CORE, NATS_JETSTREAM } from "./nats_broker.ts";

compliance(NATS_JETSTREAM);
compliance(NATS_CORE);
