// The page's own files. Exactly these are served, whatever else lies in the folder.
import { readFile } from 'node:fs/promises';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;
const FILES: Readonly<Record<string, keyof typeof TYPES>> = {
  'index.html': 'html',
  'layout.css': 'css',
  'content.css': 'css',
  'main.js': 'js',
  'draw.js': 'js',
  'dialogs.js': 'js',
  'forms.js': 'js',
  'links.js': 'js',
  'people.js': 'js',
  'tabs.js': 'js',
  'icon.svg': 'svg',
};

export async function pageFile(path: string): Promise<{ readonly type: string; readonly content: Buffer } | null> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const kind = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (kind === undefined) return null;
  return { type: TYPES[kind], content: await readFile(new URL(`page/${name}`, import.meta.url)) };
}
