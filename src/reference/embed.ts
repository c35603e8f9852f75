import { type EmbedArgs, NOT_A_TOKEN, paddedCols } from "../contracts/device.ts";
import { SAMPLED } from "../contracts/runner.ts";
import { memory } from "./buffer.ts";
import { type ReferenceOp, referenceOp } from "./op.ts";
import { weightRows } from "./weight_rows.ts";

export function embedOp(name: string, { out, table, tokenIds, sampledIds, learned }: EmbedArgs): ReferenceOp {
  const width = table.cols;
  const stride = paddedCols(width);
  const to = memory(out).f32;
  const ids = memory(tokenIds).u32;
  const sampled = sampledIds && memory(sampledIds).u32;
  const tokens = weightRows(table);
  const places = learned && {
    rows: weightRows(learned.table),
    at: memory(learned.positions).u32,
    offset: learned.offset,
  };
  return referenceOp(name, ({ rows }) => {
    to.fill(0, 0, rows * width);
    for (let r = 0; r < rows; r++) {
      const id = sampled && ids[r]! >= SAMPLED ? sampled[ids[r]! - SAMPLED]! : ids[r]!;
      // A row whose logits were not finite has no token to go on with.
      if (id !== NOT_A_TOKEN) tokens.addTo(to, r * width, 1, id * stride, width);
      places?.rows.addTo(to, r * width, 1, (places.at[r]! + places.offset) * stride, width);
    }
  });
}
