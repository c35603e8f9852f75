import { ApiError } from "./errors.ts";
import type { ServedModel } from "./serving.ts";

/** GET /v1/models */
export function modelList(model: ServedModel) {
  return { object: "list", data: model.ids.map((id) => modelCard(model, id)) };
}

/** GET /v1/models/{id} */
export function modelCard(model: ServedModel, id: string) {
  checkModel(model, id);
  return {
    id,
    object: "model",
    created: model.created,
    owned_by: "octavo",
    root: model.ids[0],
    parent: null,
    max_model_len: model.maxModelLen,
  };
}

/** Throws a 404 where a request names a model that is not served; one that names none gets the one there is. */
export function checkModel(model: ServedModel, id: string | undefined): void {
  if (id === undefined || model.ids.includes(id)) return;
  const message = `The model ${JSON.stringify(id.slice(0, 200))} does not exist; this server has ${model.ids.join(", ")}`;
  throw new ApiError(404, message, { param: "model", code: "model_not_found" });
}
