import { defineKernel } from "./define.ts";
import { chooser } from "./sample.ts";
import source from "./sample_filtered.wgsl" with { type: "text" };

/** The rows that `sample` leaves. Grid: [1, samples]. */
export const sampleFiltered = defineKernel({ name: "sample_filtered", source, ...chooser });
