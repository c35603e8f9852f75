// What changes from step to step; StepShape in src/contracts/device.ts.
struct Step {
  rows: u32,
  decode_rows: u32,
  samples: u32,
  copies: u32,
  max_context: u32,
  top_logprobs: u32,
}
