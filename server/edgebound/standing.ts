/**
 * What is still to be asked about an admitted edge.
 *
 * @module
 */

/** A service may believe that an edge with this id is online. */
export const TOLD = 1;
/** It was admitted while nobody answered `edge_online`. */
export const UNASKED = 2;
/** Its id is the gateway's own because nobody answered `get_edge_id`, and a service is to be asked for it. */
export const UNNAMED = 4;
/** A service is being asked about it. */
export const ASKING = 8;
