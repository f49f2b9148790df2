// Reads and checks model.json, see README.md.

const FORMAT = 1;

/** Throws an Error with a sentence where the file cannot be used. */
export function checkedModel(model) {
  const fail = (what) => { throw new Error(`model.json cannot be used: ${what}.`); };
  if (model?.format !== FORMAT) fail(`its format is ${model?.format}, this page reads ${FORMAT}`);
  const [height, width] = model.image_size ?? [];
  const isSize = (size) => Number.isInteger(size) && size >= 1 && size <= 2048;
  if (!isSize(height) || !isSize(width)) fail("image_size is not [height, width]");
  if (!(model.num_classes >= 2 && model.num_classes <= 256)) fail("num_classes is not 2 to 256");
  if (model.classes?.length !== model.num_classes) fail("it has not one entry for each class");
  if (model.classes.some(({ id }, index) => id !== index)) fail("its classes are not ordered by id");
  if (!["litert", "server"].includes(model.backend)) fail("backend is neither litert nor server");
  const defaults = { void_id: 0, directions: [], examples: [], seed: 0, name: "OASIS" };
  return { ...defaults, ...model };
}

export async function fetchModel() {
  const response = await fetch("model.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`model.json could not be fetched (${response.status}).`);
  return checkedModel(await response.json());
}
