/** The real compiler reads our `.proto` files as our own reader does. */

import { assertEquals } from "@std/assert";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { GENERATED, readProtoFile } from "../../tools/generate_api.ts";
import { CLIENTS, clientTest } from "./clients/clients.ts";
import { PROTO, PYTHON } from "./clients/tools.ts";

const grpcio = CLIENTS.find(({ name }) => name === "grpcio")!;

for (const name of Object.keys(GENERATED)) {
  clientTest(grpcio, `protoc reads ${name} as we do`, async () => {
    const file = await Deno.makeTempFile();
    try {
      const { success, stderr } = await new Deno.Command(PYTHON, {
        args: [
          "-m",
          "grpc_tools.protoc",
          `-I${PROTO}`,
          `--descriptor_set_out=${file}`,
          name,
        ],
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(success, true);
      const set = fromBinary(
        FileDescriptorSetSchema,
        await Deno.readFile(file),
      );
      const { descriptor } = readProtoFile(name);
      // Comments are for people, and the compiler was not asked for them.
      descriptor.sourceCodeInfo = undefined;
      assertEquals(
        toJson(FileDescriptorProtoSchema, descriptor),
        toJson(FileDescriptorProtoSchema, set.file[0]!),
      );
    } finally {
      await Deno.remove(file);
    }
  });
}
