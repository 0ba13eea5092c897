import { compliance } from "./compliance.ts";
import { NSQ } from "./nsq_broker.ts";

compliance(NSQ);
