import { compliance } from "./compliance.ts";
import { AMQP } from "./amqp_broker.ts";

compliance(AMQP);
