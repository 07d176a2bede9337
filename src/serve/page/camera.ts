/**
 * The camera: its picture in the page, and a frame of it whenever the network is free.
 *
 * @module
 */
/// <reference lib="dom" />

/** A camera that runs. */
export interface Camera {
  /** Whether its picture is to be shown as in a mirror: it looks at who looks at the page. */
  readonly mirrored: boolean;
  /** Its present picture. */
  frame(): Promise<ImageBitmap>;
  /** Lets go of it. */
  stop(): void;
}

/** Whether a page may ask for a camera here. */
export function cameraPossible(): boolean {
  return navigator.mediaDevices?.getUserMedia !== undefined;
}

/**
 * Starts the camera.
 *
 * @param video Shows its picture.
 * @param onEnd Called when it ends by itself, as when it is unplugged.
 * @throws {Error} If there is none, or it may not be used; the message is for the visitor.
 */
export async function startCamera(video: HTMLVideoElement, onEnd: () => void): Promise<Camera> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  } catch (cause) {
    const refused = cause instanceof DOMException && cause.name === "NotAllowedError";
    throw new Error(refused ? "The camera may not be used; the browser asks for it." : "No camera was found.", {
      cause,
    });
  }
  const [track] = stream.getVideoTracks();
  track!.addEventListener("ended", onEnd);
  video.srcObject = stream;
  await video.play();
  return {
    mirrored: track!.getSettings().facingMode !== "environment",
    frame: () => createImageBitmap(video, { colorSpaceConversion: "none" }),
    stop() {
      track!.removeEventListener("ended", onEnd);
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
    },
  };
}
