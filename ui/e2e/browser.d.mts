import type { Browser } from 'playwright-core';
export const CHROMIUM: string;
export function hasChromium(): boolean;
export function launch(): Promise<Browser>;
