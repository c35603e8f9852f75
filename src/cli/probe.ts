import { create } from "webgpu";
const gpu = create([]);
const adapter = await gpu.requestAdapter();
process.exit(adapter ? 0 : 1);
