/**
 * Loads the library of gRPC, before anything else of it. It looks for variables
 * of the environment while it is loaded, and a program with the least
 * permissions would die of that.
 *
 * @module
 */

import "../control/hide_environment.ts";
import "../control/http2_guard.ts";
import "@bufbuild/protobuf";
import "@bufbuild/protobuf/codegenv2";
import "@grpc/grpc-js";
import "../control/show_environment.ts";
