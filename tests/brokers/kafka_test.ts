import { compliance } from "./compliance.ts";
import { KAFKA } from "./kafka_broker.ts";

compliance(KAFKA);
