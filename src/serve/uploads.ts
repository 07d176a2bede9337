/**
 * The pictures that a request brings: one as its body, or several as a form's files or as base64 in JSON.
 *
 * @module
 */
import { httpError } from "../io/http_request.ts";

/** Types of a body that is a picture. */
const PICTURE = /^(image\/(jpeg|png|webp)|application\/octet-stream)$/;

/** What is said where none of the three was found. */
const RULE = "pictures must come as image/jpeg, image/png, image/webp or application/octet-stream, as files of a " +
  'multipart/form-data, or as application/json, {"images": ["base64", ...]}';

/**
 * Takes the pictures out of a request.
 *
 * @param request The request, whose body has come as a whole.
 * @param most Pictures at most.
 * @returns Their bytes, not looked at yet, in order.
 * @throws {Error} If there are none or too many, or they come in another way; the error has a status.
 */
export async function readPictures(request: Request, most: number): Promise<Uint8Array[]> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const pictures = type === "multipart/form-data"
    ? await ofForm(request)
    : type === "application/json"
    ? ofJson(await request.text())
    : PICTURE.test(type)
    ? [await request.bytes()]
    : undefined;
  if (!pictures) throw httpError(415, `Cannot predict as ${RULE}`);
  if (pictures.length === 0 || pictures.some(({ length }) => length === 0)) {
    throw httpError(400, "Cannot predict as there must be a picture, and none may be empty");
  }
  if (pictures.length > most) {
    throw httpError(
      413,
      `Cannot predict as there may be ${most} pictures at once: current number is ${pictures.length}`,
    );
  }
  return pictures;
}

async function ofForm(request: Request): Promise<Uint8Array[]> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    throw httpError(400, "Cannot predict as the form is broken");
  }
  const files = [...form.values()].filter((value) => value instanceof File);
  return await Promise.all(files.map((file) => file.bytes()));
}

function ofJson(text: string): Uint8Array[] {
  try {
    const { images } = JSON.parse(text) as { images: string[] };
    return images.map((image) => Uint8Array.fromBase64(image.replace(/^data:[^,]*,/, "")));
  } catch {
    throw httpError(400, 'Cannot predict as the JSON must be {"images": ["base64", ...]}');
  }
}
