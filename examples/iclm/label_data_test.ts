import { assertEquals } from "@std/assert";
import { decodeLabelData, encodeLabelData } from "./label_data.ts";

Deno.test("labelled data is what the original sends", () => {
  const sent = encodeLabelData({ label: "label-01", text: "hi 你好" });
  assertEquals(sent, '{"label":"label-01","data":"aGkg5L2g5aW9"}');
  assertEquals(decodeLabelData(sent), { label: "label-01", text: "hi 你好" });
});

Deno.test("other data has no label", () => {
  for (
    const text of [
      "",
      "hello",
      "null",
      "12",
      "[]",
      "{}",
      '{"label":"a"}',
      '{"label":1,"data":"aGk="}',
      '{"label":"a","data":"*"}',
    ]
  ) {
    assertEquals(decodeLabelData(text), undefined, text);
  }
});
