/**
 * A browser for tests of pages: Debian's chromium, driven by playwright-core (https://playwright.dev).
 *
 * @module
 */
import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian, and others, put the browser. */
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's file, or nothing where there is none. */
export const BROWSER: string | undefined = PATHS.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** What happened while a page was open. */
export interface Visit {
  /** The page. */
  readonly page: Page;
  /** Addresses asked for, `data:` apart. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, and exceptions. */
  readonly complaints: readonly string[];
}

/** Starts the browser without a window; its sandbox is left off, as it cannot be had in a container. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: BROWSER, chromiumSandbox: false, args: ["--disable-gpu"] });
}

/** Opens a file in a window of a width, in the light or the dark. */
export async function visit(
  browser: Browser,
  path: string,
  { width, colorScheme = "light", javaScriptEnabled = true }: {
    readonly width: number;
    readonly colorScheme?: "light" | "dark";
    readonly javaScriptEnabled?: boolean;
  },
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const requests: string[] = [], complaints: string[] = [];
  page.on("request", (request) => void (request.url().startsWith("data:") || requests.push(request.url())));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(`${error}`));
  await page.goto(`file://${path}`, { waitUntil: "load" });
  return { page, requests, complaints };
}
