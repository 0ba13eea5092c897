/**
 * Loads the libraries of the control port, before anything else of it. Some of
 * them look for variables of the environment while they are loaded, and a
 * program with the least permissions would die of that. All of this happens in
 * one go: nobody else meets the empty environment.
 *
 * @module
 */

import "./hide_environment.ts";
import "./http2_guard.ts";
import "@bufbuild/protobuf";
import "@bufbuild/protobuf/codegenv2";
import "@grpc/grpc-js";
import "@hono/node-server";
import "hono";
import "./show_environment.ts";
